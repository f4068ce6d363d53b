package language

import "strings"

// Shorthand is how a resource of the API itself may begin: execute-api:/stage/METHOD/path (rest.md 1.1).
const Shorthand = "execute-api:/"

// isPlain reports whether a byte of a path stands for itself in the one spelling that paths have here: printable, and
// neither a slash nor a percent sign nor a wildcard, nor the brace that a policy variable begins with.
func isPlain(b byte) bool {
	return b > ' ' && b < 0x7f && b != '/' && b != '%' && b != '*' && b != '?' && b != '{'
}

const upperHex = "0123456789ABCDEF"

func appendByte(dst []byte, b byte) []byte {
	if isPlain(b) {
		return append(dst, b)
	}
	return append(dst, '%', upperHex[b>>4], upperHex[b&15])
}

// unescaped is the byte that an escape at the beginning of s stands for.
func unescaped(s string) (b byte, ok bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	high, low := hexDigit(s[1]), hexDigit(s[2])
	return high<<4 | low, high < 16 && low < 16
}

func hexDigit(b byte) byte {
	switch {
	case b-'0' < 10:
		return b - '0'
	case b|0x20 >= 'a' && b|0x20 <= 'f':
		return b | 0x20 - 'a' + 10
	}
	return 16
}

// AppendPath appends a request's path in the one spelling that policies compare: without slashes that change nothing,
// with escapes only where a byte needs one, and those in capitals. Whoever could choose between %61dmin and admin, which
// are routed alike, could choose what a policy sees.
func AppendPath(dst []byte, path string) []byte {
	slash := true // none at the beginning
	for i := 0; i < len(path); i++ {
		b := path[i]
		if b == '/' {
			if !slash {
				dst = append(dst, b)
			}
			slash = true
			continue
		}
		slash = false
		if decoded, ok := unescaped(path[i:]); ok {
			b, i = decoded, i+2
		}
		dst = appendByte(dst, b)
	}
	return dst
}

// Resource is an entry of Resource or NotResource in the spelling of AppendPath. own says that it is one of the API
// itself, and text then what follows the API's id and slash. ok is false for what is neither *, an ARN nor short for one.
// variables says whether the policy's version knows policy variables, which may stand behind an ARN's fifth colon only.
func Resource(entry string, variables bool) (text string, own, ok bool) {
	if path, short := strings.CutPrefix(entry, Shorthand); short {
		return spelled(path, variables), true, true
	}
	if IsAny(entry) {
		return "*", false, true
	}
	arn, whole := IsARN(entry, false)
	if !arn {
		return "", false, false
	}
	at := len(entry)
	if whole {
		at = 0
		for range arnFields - 1 {
			at += strings.IndexByte(entry[at:], ':') + 1
		}
	}
	if variables && HasVariable(entry[:at]) {
		return "", false, false
	}
	return entry[:at] + spelled(entry[at:], variables), false, true
}

// spelled is a pattern of paths in the spelling of AppendPath. Slashes are kept: a pattern that doubles them matches
// nothing.
func spelled(pattern string, variables bool) string {
	dst := make([]byte, 0, len(pattern))
	for i := 0; i < len(pattern); i++ {
		switch b := pattern[i]; {
		case variables && strings.HasPrefix(pattern[i:], "${"):
			end := strings.IndexByte(pattern[i:], '}')
			if end < 0 {
				end = len(pattern) - i - 1
			}
			dst = append(dst, pattern[i:i+end+1]...)
			i += end
		case b == '%':
			decoded, ok := unescaped(pattern[i:])
			if !ok {
				dst = append(dst, b)
				continue
			}
			dst = appendByte(dst, decoded)
			i += 2
		case b == '/' || b == '*' || b == '?':
			dst = append(dst, b)
		default:
			dst = appendByte(dst, b)
		}
	}
	return string(dst)
}
