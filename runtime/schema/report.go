// Package schema holds what generated validators call: checks of single keywords, walks over objects and arrays, and the
// report of what a value violates. It works on parsed values, and knows neither requests nor schemas.
package schema

// Report collects what one value violates. A nil Report wants to know only whether it does: nothing is collected, nothing
// allocated, and a validator ends at the first violation. The zero Report is ready for use.
type Report struct {
	violations []Violation
	path       []step
}

// Violation is one broken rule.
type Violation struct {
	// Keyword is the schema's keyword, such as maxLength; "false" for a schema that allows nothing.
	Keyword string
	// Pointer is the JSON pointer of the value (RFC 6901).
	Pointer string
	// Java is what the Java validator says, which Amazon API Gateway shows in $context.error.validationErrorString.
	Java string
	// Detail says to a client what is wrong, for a problem document (RFC 9457).
	Detail string
}

// step is a part of a path: a name, or an index where name is unset.
type step struct {
	name  string
	index int
}
