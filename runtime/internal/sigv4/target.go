package sigv4

// What is sent is encoded the one way that everybody encodes it who checks the signature: a byte that is not unreserved
// (RFC 3986, section 2.3) is escaped, and nothing else. So it makes no difference whether a server takes the path as it
// came or decodes and encodes it again.

const upperHex = "0123456789ABCDEF"

// AppendPath appends path to dst, encoded so; a slash stays. Escapes keep their meaning. Where storage is set, for S3, an
// escaped slash is one: S3 makes no difference, and checks signatures of the path that has it so. Other services take
// slashes in a row for one before they check, so that they become one here.
func AppendPath(dst []byte, path string, storage bool) []byte {
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c == '/' {
			if storage || i == 0 || path[i-1] != '/' {
				dst = append(dst, c)
			}
			continue
		}
		if d, ok := escapeAt(path, i); ok {
			c = d
			i += 2
			if c == '/' && storage {
				dst = append(dst, c)
				continue
			}
		}
		dst = appendByte(dst, c)
	}
	return dst
}

// AppendQuery appends the pairs of query to dst, encoded so, in their order. A plus is a space, as in forms; pairs without
// anything are left out, and those without an equals sign get one, as in what is signed.
func AppendQuery(dst []byte, query string) []byte {
	start, named := len(dst), false
	pair := start // where the running pair begins
	for i := 0; i <= len(query); i++ {
		if i == len(query) || query[i] == '&' {
			if len(dst) > pair {
				if !named {
					dst = append(dst, '=')
				}
				dst = append(dst, '&')
			}
			pair, named = len(dst), false
			continue
		}
		c := query[i]
		switch {
		case c == '=' && !named:
			dst, named = append(dst, '='), true
			continue
		case c == '+':
			c = ' '
		case c == '%':
			if d, ok := escapeAt(query, i); ok {
				c = d
				i += 2
			}
		}
		dst = appendByte(dst, c)
	}
	if len(dst) > start {
		dst = dst[:len(dst)-1] // the last ampersand
	}
	return dst
}

func appendByte(dst []byte, c byte) []byte {
	if unreserved(c) {
		return append(dst, c)
	}
	return append(dst, '%', upperHex[c>>4], upperHex[c&15])
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// escapeAt is the byte that an escape at s[i] stands for.
func escapeAt(s string, i int) (byte, bool) {
	if s[i] != '%' || i+2 >= len(s) {
		return 0, false
	}
	high, ok := digit(s[i+1])
	low, also := digit(s[i+2])
	return high<<4 | low, ok && also
}

func digit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	default:
		return 0, false
	}
}
