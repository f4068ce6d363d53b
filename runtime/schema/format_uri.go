package schema

import (
	"strings"
	"unicode/utf8"
)

// IsURI is a URI of RFC 3986, with a scheme.
func IsURI(s string) bool { return reference(s, true, false) }

// IsURIReference is a URI or a relative reference.
func IsURIReference(s string) bool { return reference(s, false, false) }

// IsIRI is an IRI of RFC 3987.
func IsIRI(s string) bool { return reference(s, true, true) }

// IsIRIReference is an IRI or a relative reference.
func IsIRIReference(s string) bool { return reference(s, false, true) }

// reference checks the parts of a URI one after the other.
func reference(s string, absolute, international bool) bool {
	if i := strings.IndexByte(s, '#'); i >= 0 {
		if !characters(s[i+1:], "/?", international) {
			return false
		}
		s = s[:i]
	}
	if i := strings.IndexByte(s, '?'); i >= 0 {
		if !characters(s[i+1:], "/?", international) {
			return false
		}
		s = s[:i]
	}
	scheme := schemeLength(s)
	if absolute && scheme == 0 {
		return false
	}
	if scheme > 0 {
		s = s[scheme+1:]
	}
	if rest, ok := strings.CutPrefix(s, "//"); ok {
		end := strings.IndexByte(rest, '/')
		if end < 0 {
			end = len(rest)
		}
		return authority(rest[:end], international) && characters(rest[end:], "/", international)
	}
	if scheme == 0 {
		// The first segment of a relative path has no colon: it would be a scheme.
		first, _, _ := strings.Cut(s, "/")
		if strings.IndexByte(first, ':') >= 0 {
			return false
		}
	}
	return characters(s, "/", international)
}

// schemeLength is the length of the scheme that s begins with; 0 for none.
func schemeLength(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c == ':':
			return i
		case isLetter(c), i > 0 && (isDigit(c) || c == '+' || c == '-' || c == '.'):
		default:
			return 0
		}
	}
	return 0
}

// authority is userinfo@host:port.
func authority(s string, international bool) bool {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		if strings.IndexByte(s[:i], '@') >= 0 || !characters(s[:i], "", international) {
			return false
		}
		s = s[i+1:]
	}
	host, port := s, ""
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 || !literal(s[1:end]) {
			return false
		}
		host, port = "", s[end+1:]
	} else if i := strings.LastIndexByte(s, ':'); i >= 0 {
		host, port = s[:i], s[i:]
	}
	if port != "" {
		if port[0] != ':' {
			return false
		}
		if _, ok := number2(port[1:]); !ok && port != ":" {
			return false
		}
	}
	return strings.IndexByte(host, ':') < 0 && characters(host, "", international)
}

// literal is an address in brackets.
func literal(s string) bool {
	if s != "" && s[0]|0x20 == 'v' {
		version, rest, ok := strings.Cut(s[1:], ".")
		for i := range len(version) {
			ok = ok && isHex(version[i])
		}
		return ok && version != "" && rest != "" && characters(rest, "", false) && strings.IndexByte(rest, '%') < 0
	}
	return IsIPv6(s)
}

// characters reports whether s has only pchars of RFC 3986 and those of also; a percent sign begins an escape.
func characters(s, also string, international bool) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case isLetter(c), isDigit(c):
		case c == '%':
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return false
			}
			i += 2
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if !international || r == utf8.RuneError || r < 0xa0 || 0xe000 <= r && r <= 0xf8ff || r&0xfffe == 0xfffe {
				return false
			}
			i += size - 1
		case strings.IndexByte("-._~!$&'()*+,;=:@", c) < 0 && strings.IndexByte(also, c) < 0:
			return false
		}
	}
	return true
}

// IsURITemplate is a template of RFC 6570.
func IsURITemplate(s string) bool {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 || !expression(s[i+1:i+end]) {
				return false
			}
			i += end + 1
		case c == '}', c <= ' ', c == 0x7f, strings.IndexByte(`"<>\^`+"`|", c) >= 0:
			return false
		case c == '%':
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return false
			}
			i += 3
		default:
			i++
		}
	}
	return true
}

// expression is an operator and names with modifiers.
func expression(s string) bool {
	if s != "" && strings.IndexByte("+#./;?&=,!@|", s[0]) >= 0 {
		s = s[1:]
	}
	for {
		name, rest, more := strings.Cut(s, ",")
		name = strings.TrimSuffix(name, "*")
		if i := strings.IndexByte(name, ':'); i >= 0 {
			n, ok := number2(name[i+1:])
			if !ok || n == 0 || n > 9999 || name[i+1] == '0' {
				return false
			}
			name = name[:i]
		}
		if !variable(name) {
			return false
		}
		if !more {
			return true
		}
		s = rest
	}
}

func variable(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isLetter(c), isDigit(c), c == '_', c == '.':
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			i += 2
		default:
			return false
		}
	}
	return true
}
