package lambda

import "strings"

// name is a function's name as it is called: an ARN, an account with a name, or a name, each with or without a qualifier.
type name struct {
	whole     string
	base      string // whole without the qualifier
	short     string // the name alone
	qualifier string
}

// Lambda's own bounds of names and qualifiers.
const (
	longestName      = 140
	longestQualifier = 128
)

// parseName reads what names a function.
func parseName(s string) (n name, ok bool) {
	n.whole = s
	rest := s
	if parts := strings.SplitN(s, ":", 7); parts[0] == "arn" {
		if len(parts) < 7 || parts[2] != "lambda" || parts[5] != "function" || !word(parts[1], "-") || !word(parts[3], "-") || !word(parts[4], "") {
			return name{}, false
		}
		rest = parts[6]
	} else if len(parts) >= 3 && parts[1] == "function" && word(parts[0], "") {
		rest = s[len(parts[0])+len(":function:"):]
	}
	n.short, n.qualifier, ok = strings.Cut(rest, ":")
	n.base = s
	if ok {
		n.base = s[:len(s)-len(n.qualifier)-1]
		if !word(n.qualifier, "-_$") || len(n.qualifier) > longestQualifier {
			return name{}, false
		}
	}
	if !word(n.short, "-_") || len(n.short) > longestName {
		return name{}, false
	}
	return n, true
}

// word reports whether s is made of letters, digits and the bytes of more, and is not empty.
func word(s, more string) bool {
	for i := range len(s) {
		if b := s[i]; lower(b)-'a' > 'z'-'a' && b-'0' > 9 && strings.IndexByte(more, b) < 0 {
			return false
		}
	}
	return s != ""
}

// keys are the names by which the document and options may have the function, the closest first (extensions.md,
// x-gateway-functions).
func (n name) keys() []string {
	keys := []string{n.whole}
	add := func(key string) {
		for _, k := range keys {
			if k == key {
				return
			}
		}
		keys = append(keys, key)
	}
	add(n.base)
	if n.qualifier != "" {
		add(n.short + ":" + n.qualifier)
	}
	add(n.short)
	return keys
}

// region is the region that an ARN names; empty without one.
func (n name) region() string {
	if parts := strings.SplitN(n.whole, ":", 5); len(parts) == 5 && parts[0] == "arn" {
		return parts[3]
	}
	return ""
}

// keysOf are the names of a function of the document: its own key, and those that its ARN gives it.
func keysOf(cfg Config) []string {
	if n, ok := parseName(cfg.ARN); ok {
		return append(n.keys(), cfg.Name)
	}
	return []string{cfg.Name}
}
