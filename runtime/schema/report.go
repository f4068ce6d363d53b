// Package schema holds what generated validators call: checks of single keywords, walks over objects and arrays, and the
// report of what a value violates. It works on parsed values, and knows neither requests nor schemas.
package schema

import (
	"slices"
	"strconv"
	"strings"
)

// Report collects what one value violates. A nil Report wants to know only whether it does: nothing is collected, nothing
// allocated, and a validator ends at the first violation. The zero Report is ready for use.
//
// Every method that reports returns whether the validator ends there: true for a nil Report.
type Report struct {
	found []Violation
	path  []step
}

// Violation is one broken rule.
type Violation struct {
	// Keyword is the schema's keyword, such as maxLength; "false" for a schema that allows nothing.
	Keyword string
	// Pointer is the JSON pointer of the value (RFC 6901).
	Pointer string
	// Detail says to a client what is wrong, for a problem document (RFC 9457). It is empty where others say it better.
	Detail string

	java string // the Java validator's words; empty for what it says with another message
	path []step
}

// step is a part of a path: a name, or an index where it is not below zero.
type step struct {
	name  string
	index int
}

// Len is how many violations there are.
//
//go:noinline
func (r *Report) Len() int {
	if r == nil {
		return 0
	}
	return len(r.found)
}

// Reset makes a used Report ready for another value.
func (r *Report) Reset() { r.found, r.path = r.found[:0], r.path[:0] }

// Violations are what is wrong, in the order in which it was found, one entry for each place and reason.
func (r *Report) Violations() []Violation {
	var all []Violation
	for _, v := range r.found {
		if v.Detail != "" {
			all = append(all, v)
		}
	}
	return all
}

// add collects a violation of the value that is being looked at.
func (r *Report) add(keyword, java, detail string) bool {
	if r == nil {
		return true
	}
	r.found = append(r.found, Violation{
		Keyword: keyword, Pointer: pointer(r.path), Detail: detail, java: java, path: slices.Clone(r.path),
	})
	return false
}

// silence takes the Java validator's words from violations since mark: it tells only that there were some.
func (r *Report) silence(mark int) {
	for i := mark; i < len(r.found); i++ {
		r.found[i].java = ""
	}
}

func (r *Report) push(s step) { r.path = append(r.path, s) }

func (r *Report) pop() { r.path = r.path[:len(r.path)-1] }

// pointer writes a path as RFC 6901 has it.
func pointer(path []step) string {
	var b strings.Builder
	for _, s := range path {
		b.WriteByte('/')
		if s.index >= 0 {
			b.WriteString(strconv.Itoa(s.index))
			continue
		}
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(s.name, "~", "~0"), "/", "~1"))
	}
	return b.String()
}

// Java is the list of messages that the Java validator gives, as Amazon API Gateway shows it in
// $context.error.validationErrorString (rest.md 10). That validator looks at a value's own keywords first, and goes into
// its members, by name, only while nothing was wrong.
func (r *Report) Java() string {
	var said []Violation
	for _, v := range r.found {
		if v.java != "" {
			said = append(said, v)
		}
	}
	slices.SortStableFunc(said, func(a, b Violation) int {
		if c := slices.CompareFunc(a.path, b.path, compareSteps); c != 0 {
			return c
		}
		return strings.Compare(a.java, b.java)
	})
	var b strings.Builder
	b.WriteByte('[')
	for i, v := range said {
		if i > 0 && !reached(v.path, said[0].path) {
			continue
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(v.java)
	}
	b.WriteByte(']')
	return b.String()
}

// reached reports whether the Java validator still comes to path after a violation at first: it was already inside
// the value that path is a member of.
func reached(path, first []step) bool {
	if len(path) == 0 {
		return len(first) == 0
	}
	parent := path[:len(path)-1]
	return slices.Equal(path, first) || len(parent) < len(first) && slices.Equal(parent, first[:len(parent)])
}

func compareSteps(a, b step) int {
	if a.index >= 0 && b.index >= 0 {
		return a.index - b.index
	}
	return strings.Compare(a.name, b.name)
}
