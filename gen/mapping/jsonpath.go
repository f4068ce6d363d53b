package mapping

import (
	"errors"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/runtime/value"
)

// JSONPath is the way from a JSON text's root to values in it, written in full: $.pets[0].name. "" is the whole text.
type JSONPath string

// parseJSONPath reads a path whose leading "$." may be absent (rest.md 4.1).
func parseJSONPath(text string) (JSONPath, *Problem) {
	path, added := text, 0
	switch {
	case strings.HasPrefix(text, "$"):
	case strings.HasPrefix(text, "["), strings.HasPrefix(text, ".."):
		path, added = "$"+text, 1
	default:
		path, added = "$."+text, 2
	}
	_, err := value.CompilePath(path)
	if err == nil {
		return JSONPath(path), nil
	}
	p := &Problem{Code: diag.BadJSONPath, Length: len(text), Message: err.Error()}
	var where *value.PathError
	if errors.As(err, &where) {
		p.Offset = min(max(where.Offset-added, 0), max(len(text)-1, 0))
		p.Length, p.Message = min(1, len(text)), where.Message
	}
	return "", p
}
