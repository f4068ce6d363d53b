package lambda

import (
	"log/slog"
	"strings"

	"github.com/gatewright/gatewright/runtime/value"
)

// Pattern selects responses of a Lambda integration by the message of a function's error: a Java regular expression over
// the whole message (rest.md, section 6). It is safe for concurrent use.
type Pattern struct {
	source  string
	literal string // what the message is, begins with, ends with or has
	free    bool   // .* stands in front of literal
	open    bool   // .* stands behind it
	engine  *value.Pattern
}

// MustPattern compiles a pattern that the generator has checked; it panics for any other.
func MustPattern(pattern string) *Pattern {
	p := &Pattern{source: pattern}
	literal := pattern
	literal, p.free = strings.CutPrefix(literal, ".*")
	literal, p.open = strings.CutSuffix(literal, ".*")
	if p.literal = literal; plain(literal) {
		return p
	}
	engine, err := value.CompilePattern(javaDots(pattern))
	if err != nil {
		panic("lambda: pattern " + pattern + ": " + err.Error())
	}
	p.engine = engine
	return p
}

// plain reports whether a pattern is a text without any special meaning. An empty one between two wildcards is .*.* or .*,
// which is left to the engine.
func plain(pattern string) bool {
	return pattern != "" && !strings.ContainsAny(pattern, `\[](){}.*+?^$|`)
}

// Match reports whether the pattern matches all of message. A match that takes too long is none, which is logged.
func (p *Pattern) Match(message string) bool {
	if p.engine != nil {
		matched, err := p.engine.Match(message)
		if err != nil {
			slog.Warn("a pattern of a response took too long and matched nothing", "pattern", p.source)
		}
		return matched && err == nil
	}
	switch {
	case p.free && p.open:
		return p.within(message)
	case p.free:
		front, ok := strings.CutSuffix(message, p.literal)
		return ok && oneLine(front)
	case p.open:
		back, ok := strings.CutPrefix(message, p.literal)
		return ok && oneLine(back)
	default:
		return message == p.literal
	}
}

// within reports whether literal stands somewhere in message with single lines around it.
func (p *Pattern) within(message string) bool {
	for from := 0; ; {
		at := strings.Index(message[from:], p.literal)
		if at < 0 {
			return false
		}
		at += from
		if !oneLine(message[:at]) {
			return false // nor would it be further on
		}
		if oneLine(message[at+len(p.literal):]) {
			return true
		}
		from = at + 1
	}
}

// lineEnds are what Java's dot does not match.
const lineEnds = "\n\r\u0085\u2028\u2029"

func oneLine(s string) bool { return !strings.ContainsAny(s, lineEnds) }

// javaDots is pattern with each dot as Java means it: the engine's matches more. A pattern that sets the flag s keeps its
// dots, which match everything then.
func javaDots(pattern string) string {
	if setsDotAll(pattern) {
		return pattern
	}
	var b strings.Builder
	class := 0
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && strings.HasPrefix(pattern[i:], `\Q`):
			return pattern // quoted text: dots are dots
		case c == '\\' && i+1 < len(pattern):
			b.WriteByte(c)
			i++
			b.WriteByte(pattern[i])
		case c == '[':
			class++
			b.WriteByte(c)
		case c == ']' && class > 0:
			class--
			b.WriteByte(c)
		case c == '.' && class == 0:
			b.WriteString(`[^\n\r\u0085\u2028\u2029]`)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// setsDotAll reports whether a group of pattern sets the flag s.
func setsDotAll(pattern string) bool {
	for {
		at := strings.Index(pattern, "(?")
		if at < 0 {
			return false
		}
		pattern = pattern[at+2:]
		for i := range len(pattern) {
			if pattern[i] == 's' {
				return true
			}
			if lower(pattern[i])-'a' > 'z'-'a' {
				break // the end of the flags, or of those that are set
			}
		}
	}
}
