package mapping

import "strings"

// isName reports whether s may name a parameter: ^[a-zA-Z0-9._$-]+$ (rest.md 4.1).
func isName(s string) bool {
	return consists(s, func(c byte) bool { return isWord(c) || c == '.' || c == '$' || c == '-' })
}

// isVariable reports whether s may name a stage variable.
func isVariable(s string) bool { return consists(s, isWord) }

// isDotted reports whether s is one or more names with dots between them.
func isDotted(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !consists(part, func(c byte) bool { return isWord(c) || c == '-' || c == ':' || c == '/' || c == '$' || c >= 0x80 }) {
			return false
		}
	}
	return true
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// consists reports whether s has at least one byte, and only such that ok accepts.
func consists(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return s != ""
}
