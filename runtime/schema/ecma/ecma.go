// Package ecma reads the regular expressions of schemas, which are ECMA-262's or Java's, and writes them for Go's engine,
// or for one that backtracks where they need it.
package ecma

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// Pattern is a regular expression as an engine takes it.
type Pattern struct {
	Text string
	// Backtracks is set for what Go's engine cannot do: references to groups and looking around. It then is regexp2's.
	Backtracks bool
}

// Translate reads a pattern as schemas write it: ECMA-262 with Unicode, and what Java has besides.
func Translate(pattern string) (Pattern, error) { return translate(pattern, false) }

// Valid reports whether a text is a regular expression of ECMA-262 with Unicode, and nothing more.
func Valid(pattern string) bool {
	if len(pattern) > maxPattern {
		return false
	}
	_, err := translate(pattern, true)
	return err == nil
}

// maxPattern bounds the patterns that clients send.
const maxPattern = 4096

func translate(pattern string, strict bool) (Pattern, error) {
	r := reader{text: pattern, strict: strict, names: map[string]int{}}
	r.scanGroups()
	fast, err := r.write(false)
	if err != nil {
		return Pattern{}, err
	}
	if !r.backtracks {
		if _, err := regexp.Compile(fast); err == nil {
			return Pattern{Text: fast}, nil
		}
	}
	slow, err := r.write(true)
	if err != nil {
		return Pattern{}, err
	}
	if _, err := regexp2.Compile(slow, regexp2.None); err != nil {
		return Pattern{}, errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return Pattern{Text: slow, Backtracks: true}, nil
}

// reader reads one pattern.
type reader struct {
	text   string
	strict bool
	pos    int

	slow       bool // writing for the engine that backtracks
	backtracks bool // something needs that engine
	groups     int  // all groups that capture
	names      map[string]int
	depth      int
	out        strings.Builder
}

func (r *reader) fail(format string, args ...any) error {
	return fmt.Errorf(format+" at character "+strconv.Itoa(utf8.RuneCountInString(r.text[:min(r.pos, len(r.text))])+1), args...)
}

// scanGroups counts the groups, which references may name before they come.
func (r *reader) scanGroups() {
	class := false
	for i := 0; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			rest := r.text[i+1:]
			if !strings.HasPrefix(rest, "?") {
				r.groups++
			} else if strings.HasPrefix(rest, "?<") && !strings.HasPrefix(rest, "?<=") && !strings.HasPrefix(rest, "?<!") {
				r.groups++
				if end := strings.IndexByte(rest, '>'); end > 2 {
					r.names[rest[2:end]] = r.groups
				}
			}
		}
	}
}

// write reads the whole pattern and writes it for an engine.
func (r *reader) write(slow bool) (string, error) {
	r.pos, r.depth, r.slow = 0, 0, slow
	r.out.Reset()
	if err := r.alternatives(); err != nil {
		return "", err
	}
	if r.pos < len(r.text) {
		return "", r.fail("a parenthesis closes nothing")
	}
	return r.out.String(), nil
}

// maxDepth bounds how deep groups nest.
const maxDepth = 200

// alternatives reads up to the end or the parenthesis that closes.
func (r *reader) alternatives() error {
	if r.depth++; r.depth > maxDepth {
		return r.fail("groups nest too deeply")
	}
	defer func() { r.depth-- }()
	for r.pos < len(r.text) && r.text[r.pos] != ')' {
		if r.text[r.pos] == '|' {
			r.pos++
			r.out.WriteByte('|')
			continue
		}
		if err := r.term(); err != nil {
			return err
		}
	}
	return nil
}

// term reads an atom and its quantifier.
func (r *reader) term() error {
	start := r.out.Len()
	quantified, err := r.atom()
	if err != nil || r.pos >= len(r.text) {
		return err
	}
	quantifier, err := r.quantifier()
	if err != nil || quantifier == "" {
		return err
	}
	if !quantified {
		return r.fail("nothing to repeat")
	}
	if strings.HasSuffix(quantifier, "+") && len(quantifier) > 1 { // Java's possessive quantifiers
		r.backtracks = true
		written := r.out.String()
		r.out.Reset()
		r.out.WriteString(written[:start] + "(?>" + written[start:] + quantifier[:len(quantifier)-1] + ")")
		return nil
	}
	r.out.WriteString(quantifier)
	return nil
}

// quantifier reads what repeats an atom; "" when nothing does.
func (r *reader) quantifier() (string, error) {
	start := r.pos
	switch r.text[r.pos] {
	case '*', '+', '?':
		r.pos++
	case '{':
		end := r.braces()
		if end < 0 {
			if r.strict {
				return "", r.fail("a brace opens no quantifier")
			}
			return "", nil
		}
		r.pos = end
	default:
		return "", nil
	}
	if r.pos < len(r.text) && (r.text[r.pos] == '?' || r.text[r.pos] == '+' && !r.strict) {
		r.pos++
	}
	return r.text[start:r.pos], nil
}

// braces returns where {n}, {n,} or {n,m} ends; -1 when none stands here.
func (r *reader) braces() int {
	i := r.pos + 1
	digits := func() bool {
		from := i
		for i < len(r.text) && '0' <= r.text[i] && r.text[i] <= '9' {
			i++
		}
		return i > from
	}
	if !digits() {
		return -1
	}
	if i < len(r.text) && r.text[i] == ',' {
		i++
		digits()
	}
	if i < len(r.text) && r.text[i] == '}' {
		return i + 1
	}
	return -1
}

// atom reads one atom or assertion; quantified reports whether it may be repeated.
func (r *reader) atom() (quantified bool, err error) {
	switch c := r.text[r.pos]; c {
	case '^':
		r.pos++
		r.out.WriteString(`\A`)
		return false, nil
	case '$':
		r.pos++
		r.out.WriteString(`\z`)
		return false, nil
	case '(':
		return r.group()
	case '[':
		return true, r.class()
	case '.':
		r.pos++
		r.writeClass(lineEnds, true)
		return true, nil
	case '\\':
		return r.escape()
	case '*', '+', '?':
		return false, r.fail("nothing to repeat")
	case '{', '}', ']':
		if r.strict {
			return false, r.fail("%q stands alone", c)
		}
	}
	char, size := utf8.DecodeRuneInString(r.text[r.pos:])
	r.pos += size
	r.literal(char)
	return true, nil
}

// literal writes a character.
func (r *reader) literal(c rune) {
	if c < utf8.RuneSelf && strings.ContainsRune(`\.+*?()|[]{}^$#`, c) {
		r.out.WriteByte('\\')
	}
	r.out.WriteRune(c)
}

// group reads (…).
func (r *reader) group() (quantified bool, err error) {
	open := r.pos
	r.pos++
	opening, quantified := "(", true
	rest := r.text[r.pos:]
	switch {
	case strings.HasPrefix(rest, "?:"):
		opening = "(?:"
		r.pos += 2
	case strings.HasPrefix(rest, "?="), strings.HasPrefix(rest, "?!"):
		opening, r.backtracks, quantified = "("+rest[:2], true, !r.strict
		r.pos += 2
	case strings.HasPrefix(rest, "?<="), strings.HasPrefix(rest, "?<!"):
		opening, r.backtracks, quantified = "("+rest[:3], true, false
		r.pos += 3
	case strings.HasPrefix(rest, "?<"):
		end := strings.IndexByte(rest, '>')
		if end < 3 || !isName(rest[2:end]) {
			return false, r.fail("a group has no name")
		}
		r.pos += end + 1
	case strings.HasPrefix(rest, "?>") && !r.strict:
		opening, r.backtracks = "(?>", true
		r.pos += 2
	case strings.HasPrefix(rest, "?"):
		return r.flags(open)
	}
	r.out.WriteString(opening)
	if err := r.alternatives(); err != nil {
		return false, err
	}
	if r.pos >= len(r.text) {
		return false, r.fail("a parenthesis is not closed")
	}
	r.pos++
	r.out.WriteByte(')')
	return quantified, nil
}

// flags reads Java's (?i) and (?i:…).
func (r *reader) flags(open int) (bool, error) {
	end := strings.IndexAny(r.text[open:], "):")
	if r.strict || end < 0 || strings.Trim(r.text[open+2:open+end], "ims-") != "" || end < 3 {
		r.pos = open
		return false, r.fail("unknown kind of group")
	}
	r.out.WriteString(r.text[open : open+end+1])
	r.pos = open + end + 1
	if r.text[open+end] == ')' {
		return false, nil
	}
	if err := r.alternatives(); err != nil {
		return false, err
	}
	if r.pos >= len(r.text) {
		return false, r.fail("a parenthesis is not closed")
	}
	r.pos++
	r.out.WriteByte(')')
	return true, nil
}

func isName(s string) bool {
	for i, c := range s {
		letter := c == '_' || c == '$' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
