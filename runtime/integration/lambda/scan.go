package lambda

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// kind is what a JSON value is.
type kind uint8

const (
	kindBroken kind = iota // it is no JSON
	kindNull
	kindTrue
	kindFalse
	kindNumber
	kindString
	kindObject // its brace is read, its members are not
	kindArray  // its bracket is read, its elements are not
)

// scanner reads JSON by the standard, value by value, without making anything of it but texts. It never goes deeper by
// itself: who does not want an object or array stops there, so that nesting costs nothing.
type scanner struct {
	s    string
	at   int
	text []byte // texts that had an escape
}

func (p *scanner) space() {
	for p.at < len(p.s) {
		switch p.s[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

// take takes b if it comes next behind white space.
func (p *scanner) take(b byte) bool {
	p.space()
	if p.at < len(p.s) && p.s[p.at] == b {
		p.at++
		return true
	}
	return false
}

// end reports whether nothing but white space is left.
func (p *scanner) end() bool {
	p.space()
	return p.at == len(p.s)
}

// value reads a value: the text of a string, of a number or of a word.
func (p *scanner) value() (kind, string) {
	p.space()
	if p.at == len(p.s) {
		return kindBroken, ""
	}
	switch b := p.s[p.at]; b {
	case '{':
		p.at++
		return kindObject, ""
	case '[':
		p.at++
		return kindArray, ""
	case '"':
		if s, ok := p.string(); ok {
			return kindString, s
		}
		return kindBroken, ""
	case 'n':
		return p.word("null", kindNull)
	case 't':
		return p.word("true", kindTrue)
	case 'f':
		return p.word("false", kindFalse)
	default:
		return p.number()
	}
}

func (p *scanner) word(word string, kind kind) (kind, string) {
	if !strings.HasPrefix(p.s[p.at:], word) {
		return kindBroken, ""
	}
	p.at += len(word)
	return kind, word
}

func (p *scanner) number() (kind, string) {
	start := p.at
	p.one("-")
	if !p.one("0") && !p.digits() {
		return kindBroken, ""
	}
	if p.one(".") && !p.digits() {
		return kindBroken, ""
	}
	if p.one("eE") {
		p.one("+-")
		if !p.digits() {
			return kindBroken, ""
		}
	}
	return kindNumber, p.s[start:p.at]
}

// one takes one of the bytes of set if it comes next.
func (p *scanner) one(set string) bool {
	if p.at < len(p.s) && strings.IndexByte(set, p.s[p.at]) >= 0 {
		p.at++
		return true
	}
	return false
}

func (p *scanner) digits() bool {
	start := p.at
	for p.at < len(p.s) && p.s[p.at]-'0' <= 9 {
		p.at++
	}
	return p.at > start
}

// string reads a string that starts here. A text without escapes is a part of the JSON itself.
func (p *scanner) string() (string, bool) {
	p.at++
	start := p.at
	for {
		p.at = special(p.s, p.at)
		if p.at == len(p.s) {
			return "", false
		}
		switch b := p.s[p.at]; {
		case b == '"':
			p.at++
			return p.s[start : p.at-1], true
		case b >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(p.s[p.at:])
			if r == utf8.RuneError && size == 1 {
				return p.rewritten(start)
			}
			p.at += size
		case b == '\\':
			return p.rewritten(start)
		default:
			return "", false
		}
	}
}

// rewritten goes on with a string that stands in the JSON otherwise than it is meant: with escapes, or with bytes that are
// not UTF-8, which become U+FFFD.
func (p *scanner) rewritten(start int) (string, bool) {
	mark := len(p.text)
	p.text = append(p.text, p.s[start:p.at]...)
	for p.at < len(p.s) {
		switch b := p.s[p.at]; {
		case b == '"':
			p.at++
			return text(p.text[mark:]), true
		case b == '\\':
			p.at++
			if !p.escape() {
				return "", false
			}
		case b < ' ':
			return "", false
		case b >= utf8.RuneSelf:
			p.text, p.at = appendRunes(p.text, p.s, p.at)
		default:
			end := special(p.s, p.at)
			p.text = append(p.text, p.s[p.at:end]...)
			p.at = end
		}
	}
	return "", false
}

// escape reads what stands behind a backslash.
func (p *scanner) escape() bool {
	if p.at == len(p.s) {
		return false
	}
	b := p.s[p.at]
	p.at++
	switch b {
	case '"', '\\', '/':
	case 'b':
		b = '\b'
	case 'f':
		b = '\f'
	case 'n':
		b = '\n'
	case 'r':
		b = '\r'
	case 't':
		b = '\t'
	case 'u':
		r, ok := p.unit()
		if ok && utf16.IsSurrogate(r) {
			r = p.joined(r)
		}
		p.text = utf8.AppendRune(p.text, r)
		return ok
	default:
		return false
	}
	p.text = append(p.text, b)
	return true
}

// unit reads four hexadecimal digits.
func (p *scanner) unit() (r rune, ok bool) {
	if p.at+4 > len(p.s) {
		return 0, false
	}
	for _, b := range bytesOf(p.s[p.at : p.at+4]) {
		switch {
		case b-'0' <= 9:
			b -= '0'
		case lower(b)-'a' <= 5:
			b = lower(b) - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(b)
	}
	p.at += 4
	return r, true
}

// joined is the character that a surrogate makes with the one behind it. A lone one is a question mark: what Java writes as
// UTF-8.
func (p *scanner) joined(high rune) rune {
	if strings.HasPrefix(p.s[p.at:], `\u`) {
		at := p.at
		p.at += 2
		if low, ok := p.unit(); ok {
			if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
				return r
			}
		}
		p.at = at
	}
	return '?'
}
