package diag

import "github.com/gatewright/gatewright/gen/source"

// Code names one kind of finding, such as "GW1203". Codes are constants in codes.go and never change their meaning.
type Code string

// Severity says whether a finding stops the generator.
type Severity uint8

// The severities, worst first.
const (
	Error Severity = iota
	Warning
)

// String returns the word that messages use.
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Related is another place that belongs to a finding ("first declared here").
type Related struct {
	Span    source.Span
	Message string
}

// Diagnostic is one finding.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Span     source.Span // the smallest stretch that shows the mistake
	Message  string      // what is wrong: lower case, no full stop
	Cause    string      // why it is wrong: one sentence; may be empty
	Help     string      // how to mend it; may be empty
	Related  []Related
	Secret   bool // the place may hold a secret: its text is not shown
	Allowed  bool // an error that --allow made a warning; set by List
}
