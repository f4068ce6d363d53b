package value

import (
	"strings"
	"sync"
	"time"

	"github.com/dlclark/regexp2"
)

// matchTimeout bounds one match: a pattern that backtracks for ever ends the rendering.
const matchTimeout = 100 * time.Millisecond

// patterns caches compiled regular expressions. Patterns stand in documents as a rule; those made of request data are
// bounded by maxPatterns, after which the cache starts anew.
type patterns struct {
	mu sync.RWMutex
	by map[string]*regexp2.Regexp
}

const maxPatterns = 256

var compiled = patterns{by: map[string]*regexp2.Regexp{}}

// get compiles a Java regular expression, or throws.
func (p *patterns) get(pattern string) *regexp2.Regexp {
	p.mu.RLock()
	re := p.by[pattern]
	p.mu.RUnlock()
	if re != nil {
		return re
	}
	pattern = strings.Clone(pattern)
	re, err := regexp2.Compile(pattern, regexp2.None)
	if err != nil {
		throw("not a regular expression: " + pattern)
	}
	re.MatchTimeout = matchTimeout
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.by) >= maxPatterns {
		p.by = map[string]*regexp2.Regexp{}
	}
	p.by[pattern] = re
	return re
}

// plain reports whether a pattern is a text without any special meaning.
func plain(pattern string) bool { return !strings.ContainsAny(pattern, `\[](){}.*+?^$|`) }

// matches is String.matches: the whole text.
func matches(s, pattern string) bool {
	if plain(pattern) {
		return s == pattern
	}
	re := compiled.get(`\A(?:` + pattern + `)\z`)
	ok, err := re.MatchString(s)
	if err != nil {
		throw("a regular expression took too long")
	}
	return ok
}

// find calls found for each match, until it returns false.
func find(s, pattern string, found func(start, end int, m *regexp2.Match) bool) {
	re := compiled.get(pattern)
	runes := []rune(s)
	m, err := re.FindRunesMatch(runes)
	for m != nil && err == nil {
		if !found(m.Index, m.Index+m.Length, m) {
			return
		}
		m, err = re.FindNextMatch(m)
	}
	if err != nil {
		throw("a regular expression took too long")
	}
}

// replace is replaceAll (n -1) and replaceFirst (n 1): in the replacement $1 is a group and a backslash escapes.
func replace(s, pattern, replacement string, n int) string {
	if literal, ok := unescape(pattern); ok && !strings.ContainsAny(replacement, `\$`) && literal != "" {
		return strings.Replace(s, literal, replacement, n)
	}
	runes := []rune(s)
	var b strings.Builder
	last := 0
	find(s, pattern, func(start, end int, m *regexp2.Match) bool {
		b.WriteString(string(runes[last:start]))
		expand(&b, replacement, m)
		last = end
		n--
		return n != 0
	})
	b.WriteString(string(runes[last:]))
	return b.String()
}

// unescape returns the text that a pattern without special characters, other than escaped ones, stands for.
func unescape(pattern string) (string, bool) {
	if plain(pattern) {
		return pattern, true
	}
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		if c == '\\' && i+1 < len(pattern) && strings.IndexByte(`\[](){}.*+?^$|'"/-`, pattern[i+1]) >= 0 {
			i++
			b.WriteByte(pattern[i])
			continue
		}
		if strings.IndexByte(`\[](){}.*+?^$|`, c) >= 0 {
			return "", false
		}
		b.WriteByte(c)
	}
	return b.String(), true
}

// expand writes a replacement.
func expand(b *strings.Builder, replacement string, m *regexp2.Match) {
	for i := 0; i < len(replacement); i++ {
		switch c := replacement[i]; c {
		case '\\':
			i++
			if i >= len(replacement) {
				throw("a replacement ends with a backslash")
			}
			b.WriteByte(replacement[i])
		case '$':
			i = expandGroup(b, replacement, i+1, m)
		default:
			b.WriteByte(c)
		}
	}
}

// expandGroup writes the group that stands at i and returns the position of its last character.
func expandGroup(b *strings.Builder, replacement string, i int, m *regexp2.Match) int {
	if i < len(replacement) && replacement[i] == '{' {
		end := strings.IndexByte(replacement[i:], '}')
		if end > 0 {
			if g := m.GroupByName(replacement[i+1 : i+end]); g != nil {
				b.WriteString(g.String())
				return i + end
			}
		}
		throw("no such group in a replacement")
	}
	if i >= len(replacement) || replacement[i] < '0' || replacement[i] > '9' {
		throw("a replacement needs a group's number after $")
	}
	n := int(replacement[i] - '0')
	if n >= m.GroupCount() {
		throw("no such group in a replacement")
	}
	for i+1 < len(replacement) && '0' <= replacement[i+1] && replacement[i+1] <= '9' {
		longer := n*10 + int(replacement[i+1]-'0')
		if longer >= m.GroupCount() {
			break
		}
		n = longer
		i++
	}
	b.WriteString(m.GroupByNumber(n).String())
	return i
}

// split is String.split(regex) and split(regex, limit).
func split(s, pattern string, args []Value) Value {
	limit := 0
	if len(args) > 1 {
		n, ok := intArg(args, 1)
		if !ok {
			return Null
		}
		limit = n
	}
	runes := []rune(s)
	var parts []string
	last := 0
	cut := func(start, end int) bool {
		if end == 0 { // Java drops an empty match at the start
			return true
		}
		if limit > 0 && len(parts) == limit-1 {
			return false
		}
		parts = append(parts, string(runes[last:start]))
		last = end
		return true
	}
	find(s, pattern, func(start, end int, _ *regexp2.Match) bool {
		return cut(start, end)
	})
	if last == 0 && len(parts) == 0 {
		return array([]string{s})
	}
	parts = append(parts, string(runes[last:]))
	if limit == 0 {
		for len(parts) > 0 && parts[len(parts)-1] == "" {
			parts = parts[:len(parts)-1]
		}
	}
	return array(parts)
}

func array(parts []string) Value {
	a := &Array{Elements: make([]Value, len(parts))}
	for i, s := range parts {
		a.Elements[i] = String(s)
	}
	return ObjectOf(a)
}

// Pattern is a Java regular expression that is compared with whole texts. It is safe for concurrent use.
type Pattern struct{ re *regexp2.Regexp }

// CompilePattern compiles a Java regular expression.
func CompilePattern(pattern string) (*Pattern, error) {
	re, err := regexp2.Compile(`\A(?:`+pattern+`)\z`, regexp2.None)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = matchTimeout
	return &Pattern{re: re}, nil
}

// Match reports whether the pattern matches all of s. A match that takes too long is an error.
func (p *Pattern) Match(s string) (bool, error) { return p.re.MatchString(s) }

// CheckPattern says why a Java regular expression does not compile; nil when it does.
func CheckPattern(pattern string) error {
	_, err := regexp2.Compile(pattern, regexp2.None)
	return err
}
