package ecma

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escape reads a backslash outside a class.
func (r *reader) escape() (quantified bool, err error) {
	if r.pos+1 >= len(r.text) {
		return false, r.fail("the pattern ends in a backslash")
	}
	switch c := r.text[r.pos+1]; {
	case c == 'b' || c == 'B':
		r.pos += 2
		r.boundary(c == 'B')
		return false, nil
	case '1' <= c && c <= '9':
		return true, r.numbered()
	case c == 'k':
		return true, r.named()
	case !r.strict && (c == 'A' || c == 'z' || c == 'Z'):
		r.pos += 2
		r.out.WriteString(map[byte]string{'A': `\A`, 'z': `\z`, 'Z': `\z`}[c])
		return false, nil
	case !r.strict && c == 'Q':
		text, _, _ := strings.Cut(r.text[r.pos+2:], `\E`)
		r.pos = min(r.pos+2+len(text)+2, len(r.text))
		for _, c := range text {
			r.literal(c)
		}
		return false, nil
	}
	set, negated, isSet, err := r.set()
	if err != nil {
		return false, err
	}
	if isSet {
		r.writeClass(set, negated)
		return true, nil
	}
	char, err := r.character(false)
	if err != nil {
		return false, err
	}
	r.literal(char)
	return true, nil
}

// boundary writes an assertion of ECMA's words, which are ASCII.
func (r *reader) boundary(not bool) {
	if !r.slow {
		r.out.WriteString(map[bool]string{false: `\b`, true: `\B`}[not])
		return
	}
	const word = `[0-9A-Za-z_]`
	if not {
		r.out.WriteString(`(?:(?<=` + word + `)(?=` + word + `)|(?<!` + word + `)(?!` + word + `))`)
		return
	}
	r.out.WriteString(`(?:(?<=` + word + `)(?!` + word + `)|(?<!` + word + `)(?=` + word + `))`)
}

// numbered reads a reference to a group by number.
func (r *reader) numbered() error {
	end := r.pos + 1
	for end < len(r.text) && '0' <= r.text[end] && r.text[end] <= '9' && end < r.pos+4 {
		end++
	}
	n, _ := strconv.Atoi(r.text[r.pos+1 : end])
	if n > r.groups {
		return r.fail("there is no group %d", n)
	}
	r.pos = end
	r.reference(n)
	return nil
}

// named reads a reference to a group by name.
func (r *reader) named() error {
	rest := r.text[r.pos+2:]
	end := strings.IndexByte(rest, '>')
	if !strings.HasPrefix(rest, "<") || end < 0 || r.names[rest[1:end]] == 0 {
		return r.fail("a reference names no group")
	}
	r.pos += 2 + end + 1
	r.reference(r.names[rest[1:end]])
	return nil
}

// reference writes a reference: a group that took no part matches nothing, which is something in ECMA-262.
func (r *reader) reference(n int) {
	r.backtracks = true
	number := strconv.Itoa(n)
	r.out.WriteString(`(?(` + number + `)\` + number + `|)`)
}

// set reads an escape that stands for a set of characters.
func (r *reader) set() (set []span, negated, ok bool, err error) {
	c := r.text[r.pos+1]
	switch c {
	case 'd', 'D':
		set = digits
	case 'w', 'W':
		set = words
	case 's', 'S':
		set = spaces
	case 'h', 'H':
		if r.strict {
			return nil, false, false, nil
		}
		set = []span{{'\t', '\t'}, {' ', ' '}, {0xa0, 0xa0}, {0x1680, 0x1680}, {0x2000, 0x200a}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}}
	case 'p', 'P':
		set, negated, err = r.property()
		return set, negated, err == nil, err
	default:
		return nil, false, false, nil
	}
	r.pos += 2
	return set, c <= 'Z', true, nil
}

// character reads an escape that stands for one character.
func (r *reader) character(inClass bool) (rune, error) {
	c, size := utf8.DecodeRuneInString(r.text[r.pos+1:])
	at := r.pos
	r.pos += 1 + size
	switch c {
	case 't':
		return '\t', nil
	case 'n':
		return '\n', nil
	case 'v':
		return '\v', nil
	case 'f':
		return '\f', nil
	case 'r':
		return '\r', nil
	case 'c':
		if r.pos < len(r.text) {
			if letter := r.text[r.pos] | 0x20; 'a' <= letter && letter <= 'z' {
				r.pos++
				return rune(letter & 31), nil
			}
		}
		return 0, r.fail(`\c needs a letter`)
	case 'x':
		n, ok := r.hex(2)
		if !ok {
			return 0, r.fail(`\x needs two hexadecimal digits`)
		}
		return n, nil
	case 'u':
		return r.unicodeEscape()
	case '0':
		if r.pos < len(r.text) && '0' <= r.text[r.pos] && r.text[r.pos] <= '9' {
			return 0, r.fail("octal escapes have no meaning")
		}
		return 0, nil
	}
	switch {
	case inClass && c == 'b':
		return '\b', nil
	case strings.ContainsRune(`^$\.*+?()[]{}|/`, c), inClass && c == '-':
		return c, nil
	case !r.strict && !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'):
		return c, nil
	case !r.strict && c == 'a':
		return '\a', nil
	case !r.strict && c == 'e':
		return 0x1b, nil
	}
	r.pos = at
	return 0, r.fail(`\%c has no meaning`, c)
}

// unicodeEscape reads \uXXXX, a pair of those, or \u{X…}.
func (r *reader) unicodeEscape() (rune, error) {
	if strings.HasPrefix(r.text[r.pos:], "{") {
		end := strings.IndexByte(r.text[r.pos:], '}')
		if end < 0 {
			return 0, r.fail(`\u{ is not closed`)
		}
		n, err := strconv.ParseUint(r.text[r.pos+1:r.pos+end], 16, 32)
		if err != nil || n > utf8.MaxRune {
			return 0, r.fail("not a character")
		}
		r.pos += end + 1
		return whole(rune(n)), nil
	}
	n, ok := r.hex(4)
	if !ok {
		return 0, r.fail(`\u needs four hexadecimal digits`)
	}
	if utf16.IsSurrogate(n) && strings.HasPrefix(r.text[r.pos:], `\u`) {
		at := r.pos
		r.pos += 2
		if low, ok := r.hex(4); ok {
			if joined := utf16.DecodeRune(n, low); joined != utf8.RuneError {
				return joined, nil
			}
		}
		r.pos = at
	}
	return whole(n), nil
}

// whole replaces half a character, which no text here can hold.
func whole(c rune) rune {
	if utf16.IsSurrogate(c) {
		return utf8.RuneError
	}
	return c
}

// hex reads n hexadecimal digits.
func (r *reader) hex(n int) (rune, bool) {
	if len(r.text)-r.pos < n {
		return 0, false
	}
	v, err := strconv.ParseUint(r.text[r.pos:r.pos+n], 16, 32)
	if err != nil {
		return 0, false
	}
	r.pos += n
	return rune(v), true
}
