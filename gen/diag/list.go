package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Limit is how many findings one run reports: beyond it, mending the first ones is quicker than reading on.
const Limit = 100

// List collects the findings of a run. The zero List is empty and ready for use.
type List struct {
	found   []Diagnostic
	seen    map[identity]bool
	allowed map[Code]bool
}

// identity is what makes two findings the same one.
type identity struct {
	code    Code
	place   string
	message string
}

// Allow makes errors with these codes, added from now on, warnings that Allowed remembers. A code that is unknown, or
// whose findings leave nothing to generate from, is refused.
func (l *List) Allow(codes ...Code) error {
	for _, code := range codes {
		info, known := Explain(code)
		switch {
		case !known:
			return fmt.Errorf("unknown code %q%s", code, didYouMeanCode(code))
		case info.Allowed == "":
			return fmt.Errorf("%s (%s) cannot be allowed: nothing could be generated from such a document", code, info.Title)
		}
		if l.allowed == nil {
			l.allowed = make(map[Code]bool)
		}
		l.allowed[code] = true
	}
	return nil
}

// didYouMeanCode ends the message about an unknown code.
func didYouMeanCode(code Code) string {
	var known []string
	for _, info := range Codes() {
		known = append(known, string(info.Code))
	}
	if near := Nearest(string(code), known); near != "" {
		return fmt.Sprintf("; did you mean %s?", near)
	}
	return ""
}

// Add adds findings, once each.
func (l *List) Add(found ...Diagnostic) {
	for _, d := range found {
		key := identity{d.Code, d.Span.String(), d.Message}
		if l.seen[key] {
			continue
		}
		if l.seen == nil {
			l.seen = make(map[identity]bool)
		}
		l.seen[key] = true
		if d.Severity == Error && l.allowed[d.Code] {
			d.Severity, d.Allowed = Warning, true
		}
		l.found = append(l.found, d)
	}
}

// Len returns the number of findings, those that Sorted cuts included.
func (l *List) Len() int { return len(l.found) }

// Errors returns the number of errors.
func (l *List) Errors() int { return l.count(Error) }

// Warnings returns the number of warnings.
func (l *List) Warnings() int { return l.count(Warning) }

func (l *List) count(severity Severity) int {
	n := 0
	for _, d := range l.found {
		if d.Severity == severity {
			n++
		}
	}
	return n
}

// Allowed returns the findings that Allow made warnings, in the order of Sorted.
func (l *List) Allowed() []Diagnostic {
	var allowed []Diagnostic
	for _, d := range l.ordered() {
		if d.Allowed {
			allowed = append(allowed, d)
		}
	}
	return allowed
}

// Sorted returns the findings by file (in the order of their names), line and column, and how many beyond Limit it
// leaves out. When some must go, warnings go first: an error is what stops the user.
func (l *List) Sorted() (shown []Diagnostic, cut int) {
	shown = l.ordered()
	cut = len(shown) - Limit
	if cut <= 0 {
		return shown, 0
	}
	slices.SortStableFunc(shown, func(a, b Diagnostic) int { return cmp.Compare(a.Severity, b.Severity) })
	shown = shown[:Limit]
	slices.SortStableFunc(shown, byPlace)
	return shown, cut
}

func (l *List) ordered() []Diagnostic {
	sorted := slices.Clone(l.found)
	slices.SortStableFunc(sorted, byPlace)
	return sorted
}

// byPlace orders findings as a reader of the document meets them; those without a place come first.
func byPlace(a, b Diagnostic) int {
	return cmp.Or(
		cmp.Compare(a.path(), b.path()),
		cmp.Compare(a.Span.Line, b.Span.Line),
		cmp.Compare(a.Span.Col, b.Span.Col),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Message, b.Message),
	)
}

func (d Diagnostic) path() string {
	if d.Span.File == nil {
		return ""
	}
	return d.Span.File.Path
}
