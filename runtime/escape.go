package runtime

import "strings"

// unhex is the value of a hexadecimal digit, 0xff for any other byte.
var unhex = func() (table [256]byte) {
	for i := range table {
		table[i] = 0xff
	}
	for b := byte('0'); b <= '9'; b++ {
		table[b] = b - '0'
	}
	for b := byte('a'); b <= 'f'; b++ {
		table[b], table[b-'a'+'A'] = b-'a'+10, b-'a'+10
	}
	return table
}()

const upperHex = "0123456789ABCDEF"

// escapeAt is the byte that an escape at s[i], a percent sign, stands for.
func escapeAt(s string, i int) (byte, bool) {
	if i+2 >= len(s) {
		return 0, false
	}
	high, low := unhex[s[i+1]], unhex[s[i+2]]
	if high|low > 0x0f {
		return 0, false
	}
	return high<<4 | low, true
}

// appendUnescaped appends s with its escapes decoded. It reports false for a broken escape.
func appendUnescaped(dst []byte, s string) ([]byte, bool) {
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			dst = append(dst, s[i])
			continue
		}
		b, ok := escapeAt(s, i)
		if !ok {
			return dst, false
		}
		dst = append(dst, b)
		i += 2
	}
	return dst, true
}

// isDots reports whether s is a dot segment for some reader: one that drops path parameters behind a semicolon, or one
// that drops blanks and control bytes at the end of a name, as Windows and line-wise readers do.
func isDots(s string) bool {
	if cut := strings.IndexByte(s, ';'); cut >= 0 {
		s = s[:cut]
	}
	dots := strings.TrimLeft(s, ".")
	n := len(s) - len(dots)
	return (n == 1 || n == 2) && (dots == "" || dots[0] <= ' ')
}

// hidesDots reports whether a decoded segment holds a dot segment between slashes that were escaped, or a byte that
// some reader takes for a separator or an end: a NUL, a backslash, or an overlong encoding of one of these or of a dot.
func hidesDots(s string) bool {
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case 0, '\\':
			return true
		case 0xc0, 0xc1, 0xe0, 0xf0:
			if overlong(s[i:]) {
				return true
			}
		case '/':
			if isDots(s[start:i]) {
				return true
			}
			start = i + 1
		}
	}
	return isDots(s[start:])
}

// overlong reports whether s starts with a UTF-8 sequence that is longer than it need be and stands for an ASCII
// character: old decoders read a dot or a slash there.
func overlong(s string) bool {
	continued := func(i int) bool { return i < len(s) && s[i]&0xc0 == 0x80 }
	switch s[0] {
	case 0xc0, 0xc1:
		return continued(1)
	case 0xe0:
		return continued(1) && s[1] <= 0x81 && continued(2)
	default: // 0xf0
		return continued(1) && s[1] == 0x80 && continued(2) && s[2] <= 0x81 && continued(3)
	}
}

// byteSet is a set of byte values.
type byteSet [256]bool

func bytesIn(chars string) (set byteSet) {
	for b := 'a'; b <= 'z'; b++ {
		set[b], set[b-'a'+'A'] = true, true
	}
	for b := '0'; b <= '9'; b++ {
		set[b] = true
	}
	for i := range len(chars) {
		set[chars[i]] = true
	}
	return set
}

var (
	// pathBytes may stand in a path as they are: RFC 3986's pchar, and the slash.
	pathBytes = bytesIn("-._~!$&'()*+,;=:@/")
	// queryBytes may stand in a query's value as they are: what separates pairs and what means a space does not.
	queryBytes = bytesIn("-._~!$'()*,:@/?")
	// targetBytes may stand in a query as it is received: everything but spaces, control bytes and what starts a fragment.
	targetBytes = func() (set byteSet) {
		for b := range set {
			set[b] = b > ' ' && b != 0x7f && b != '#'
		}
		return set
	}()
	// hostBytes may stand in a Host (RFC 3986, section 3.2.2), with a port.
	hostBytes = bytesIn("-._~!$&'()*+,;=:%[]")
	// nameBytes are RFC 9110's token characters.
	nameBytes = bytesIn("!#$%&'*+-.^_`|~")
)

// appendEscaped appends s, escaping what is not in set. With keep set, escapes that are whole already are kept.
func appendEscaped(dst []byte, s string, set *byteSet, keep bool) []byte {
	for i := 0; i < len(s); i++ {
		b := s[i]
		if set[b] {
			dst = append(dst, b)
			continue
		}
		if b == '%' && keep {
			if _, ok := escapeAt(s, i); ok {
				dst = append(dst, b)
				continue
			}
		}
		dst = append(dst, '%', upperHex[b>>4], upperHex[b&0x0f])
	}
	return dst
}
