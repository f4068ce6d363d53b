package schema

import (
	"strconv"
	"strings"
	"unicode"
)

// names hands out names of the generated package, each once even where case does not count.
type names struct{ taken map[string]bool }

func (n names) fresh(want string) string {
	name := want
	for i := 2; n.taken[strings.ToLower(name)] || goWord(name); i++ {
		name = want + strconv.Itoa(i)
	}
	n.taken[strings.ToLower(name)] = true
	return name
}

// title makes a part of a name of a text of the document: letters and digits, each word with a capital.
func title(text string) string {
	var b strings.Builder
	up := true
	for _, r := range text {
		switch {
		case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if up {
				r = unicode.ToUpper(r)
			}
			up = false
			b.WriteRune(r)
		default:
			up = true
		}
		if b.Len() >= maxPart {
			break
		}
	}
	return b.String()
}

// maxPart and maxName bound names, which grow with the depth of schemas.
const (
	maxPart = 32
	maxName = 64
)

func lowerFirst(s string) string {
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		return "schema" + s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// goWord reports whether a name is a word of the language.
func goWord(s string) bool {
	switch s {
	case "break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for", "func", "go", "goto", "if",
		"import", "interface", "map", "package", "range", "return", "select", "struct", "switch", "type", "var":
		return true
	}
	return false
}
