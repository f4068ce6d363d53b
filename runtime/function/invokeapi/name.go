package invokeapi

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/runtime/function"
)

// name is a function as the API is asked for it.
type name struct {
	function, qualifier string
	region              string // of an ARN
}

// maxName is the longest name that Lambda takes, with room for a qualifier.
const maxName = 300

// parseName reads a name, a partial ARN or an ARN, each with or without a qualifier.
func parseName(text string) (name, error) {
	if text == "" || len(text) > maxName || !plain(text) {
		return name{}, fmt.Errorf("%w: %q is not the name of a function", function.ErrRefused, text[:min(len(text), maxName)])
	}
	parts := strings.Split(text, ":")
	var n name
	whole := 1 // parts without a qualifier
	switch {
	case parts[0] == "arn" && len(parts) >= 7 && parts[2] == "lambda" && parts[5] == "function":
		n.region, whole = parts[3], 7
	case len(parts) >= 3 && parts[1] == "function":
		whole = 3
	}
	switch len(parts) {
	case whole:
	case whole + 1:
		n.qualifier = parts[whole]
	default:
		return name{}, fmt.Errorf("%w: %q is not the name of a function", function.ErrRefused, text)
	}
	n.function = strings.Join(parts[:whole], ":")
	return n, nil
}

// plain reports whether text is made of what names, ARNs and qualifiers are made of.
func plain(text string) bool {
	for i := range len(text) {
		c := text[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-_:$", c) >= 0) {
			return false
		}
	}
	return true
}
