package policy

import (
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// Template is a text with policy variables, such as prod/GET/users/${aws:username}. What a variable brings is text and
// never a wildcard. A template with a variable that the request lacks, and without a default for it, equals nothing.
type Template struct{ parts []language.Part }

// MustTemplate reads a text that generation has checked.
func MustTemplate(text string) *Template {
	t, err := newTemplate(text)
	if err != nil {
		panic("policy: " + err.Error())
	}
	return t
}

func newTemplate(text string) (*Template, error) {
	parts, problem := language.ParseTemplate(text)
	if problem != nil {
		return nil, problem
	}
	return &Template{parts: parts}, nil
}

// Equals is StringEquals.
func (t *Template) Equals(r *Request, value string) bool {
	resolved, ok := t.resolve(r, false)
	return ok && value != "" && matchResolved(resolved, value)
}

// EqualsIgnoreCase is StringEqualsIgnoreCase.
func (t *Template) EqualsIgnoreCase(r *Request, value string) bool {
	r.joined = r.joined[:0] // a folded letter may have another length, so that the text is needed as such
	for i := range t.parts {
		text, ok := r.part(&t.parts[i])
		if !ok {
			return false
		}
		r.joined = append(r.joined, text...)
	}
	return value != "" && strings.EqualFold(text(r.joined), value)
}

// Like is StringLike.
func (t *Template) Like(r *Request, value string) bool {
	resolved, ok := t.resolve(r, true)
	return ok && value != "" && matchResolved(resolved, value)
}

// ARNLike is ArnLike.
func (t *Template) ARNLike(r *Request, value string) bool {
	resolved, ok := t.resolve(r, true)
	return ok && value != "" && matchARN(resolved, value)
}

// Resource is Request.Resource.
func (t *Template) Resource(r *Request) bool {
	resolved, ok := t.resolve(r, true)
	return ok && matchARN(resolved, r.ResourceARN())
}

// InAPI is Request.InAPI.
func (t *Template) InAPI(r *Request) bool {
	resolved, ok := t.resolve(r, true)
	return ok && matchResolved(resolved, r.ownResource())
}

// Elements of a resolved template besides bytes.
const (
	anyText uint16 = 0x100
	anyOne  uint16 = 0x101
	// brought marks a byte that a variable brought: a colon among them does not part an ARN.
	brought uint16 = 0x200
)

// resolve is t for r, its bytes and wildcards. ok is false where a variable has no value.
func (t *Template) resolve(r *Request, wild bool) (resolved []uint16, ok bool) {
	r.pattern = r.pattern[:0]
	for i := range t.parts {
		part := &t.parts[i]
		switch {
		case wild && part.Kind == language.AnyText:
			r.pattern = append(r.pattern, anyText)
			continue
		case wild && part.Kind == language.AnyOne:
			r.pattern = append(r.pattern, anyOne)
			continue
		}
		text, ok := r.part(part)
		if !ok {
			return nil, false
		}
		mark := uint16(0)
		if part.Kind == language.Variable {
			mark = brought
		}
		for i := range len(text) {
			r.pattern = append(r.pattern, uint16(text[i])|mark)
		}
	}
	return r.pattern, true
}

// part is the text of a part; ok is false for a variable without value.
func (r *Request) part(p *language.Part) (text string, ok bool) {
	if p.Kind != language.Variable {
		return p.Text, true
	}
	if text = r.value(p.Key); text != "" {
		return text, true
	}
	return p.Text, p.Default
}

// matchResolved is language.Match for a resolved template. Where a text does not fit, the last * takes one character
// more: no earlier one could do better.
func matchResolved(pattern []uint16, s string) bool {
	at, star, from := 0, -1, 0
	for i := 0; i < len(s) || at < len(pattern); {
		switch {
		case at < len(pattern) && pattern[at] == anyText:
			star, from = at, i
			at++
			continue
		case at < len(pattern) && i < len(s) && pattern[at] == anyOne:
			_, size := utf8.DecodeRuneInString(s[i:])
			i, at = i+size, at+1
			continue
		case at < len(pattern) && i < len(s) && pattern[at]&^brought == uint16(s[i]):
			i, at = i+1, at+1
			continue
		}
		if star < 0 || from == len(s) {
			return false
		}
		_, size := utf8.DecodeRuneInString(s[from:])
		from += size
		i, at = from, star+1
	}
	return true
}

// matchARN is language.MatchARN for a resolved template, which has all six parts.
func matchARN(pattern []uint16, arn string) bool {
	for range 5 {
		part, rest, ok := strings.Cut(arn, ":")
		if !ok {
			return false
		}
		colon := 0
		for colon < len(pattern) && pattern[colon] != ':' {
			colon++
		}
		if colon == len(pattern) || !matchResolved(pattern[:colon], part) {
			return false
		}
		arn, pattern = rest, pattern[colon+1:]
	}
	return matchResolved(pattern, arn)
}
