package schema

import (
	"regexp"
	"time"

	"github.com/dlclark/regexp2"
)

// Pattern is a compiled regular expression.
type Pattern struct {
	fast *regexp.Regexp
	slow *regexp2.Regexp
}

// matchTimeout bounds one match of an engine that backtracks.
const matchTimeout = 50 * time.Millisecond

// MustPattern compiles what the generator made of a pattern for Go's engine.
func MustPattern(text string) Pattern { return Pattern{fast: regexp.MustCompile(text)} }

// MustSlowPattern compiles a pattern that needs an engine that backtracks. Its matches end after a time.
func MustSlowPattern(text string) Pattern {
	re := regexp2.MustCompile(text, regexp2.None)
	re.MatchTimeout = matchTimeout
	return Pattern{slow: re}
}

// Match reports whether the pattern is found anywhere in a text. A match that takes too long is none.
func (p *Pattern) Match(s string) bool {
	if p.fast != nil {
		return p.fast.MatchString(s)
	}
	ok, err := p.slow.MatchString(s)
	return ok && err == nil
}
