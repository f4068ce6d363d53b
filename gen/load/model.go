package load

import (
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// modelName is the name of the model that a reference by the URL of Amazon's API names (rest.md 10):
// https://apigateway.amazonaws.com/restapis/{apiId}/models/{Name}.
func modelName(ref string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(ref, "https://apigateway.amazonaws.com/restapis/")
	if !ok {
		return "", false
	}
	id, name, ok := strings.Cut(rest, "/models/")
	return name, ok && id != "" && !strings.Contains(id, "/") && name != "" && !strings.ContainsAny(name, "/#?")
}

// model returns the schema of the document that a model's name means. Empty and Error stand in every API without being
// written: false without a finding.
func (l *loader) model(ref source.String, name string) (source.Node, bool) {
	for _, root := range l.roots {
		for _, place := range []source.Node{root.root.Get("definitions"), root.root.Get("components").Get("schemas")} {
			if n := place.Get(name); !n.IsZero() {
				return n, true
			}
		}
	}
	if name != "Empty" && name != "Error" {
		l.error(diag.MissingTarget, ref.Span, "", "the document has no model %q", name)
	}
	return source.Node{}, false
}
