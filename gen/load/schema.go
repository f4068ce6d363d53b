package load

import (
	"strings"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// Keywords of schemas by what their values are. Whatever is in no set holds no schema.
var (
	schemaKeywords = set("items", "additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties",
		"contains", "propertyNames", "contentSchema", "not", "if", "then", "else", "allOf", "anyOf", "oneOf", "prefixItems")
	namedSchemas = set("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
)

// schema follows the references inside a schema, so that one that leads nowhere is found at once, and reads the files
// that they name. Schemas may be recursive, and a chain of references may be as long as the document: what they name
// waits its turn instead of being read within.
func (l *loader) schema(n source.Node) {
	l.inSchema(n)
	for len(l.waiting) > 0 {
		last := len(l.waiting) - 1
		next := l.waiting[last]
		l.waiting = l.waiting[:last]
		l.inSchema(next)
	}
}

// inSchema looks through one schema.
func (l *loader) inSchema(n source.Node) {
	if n.Kind() == source.List {
		for _, item := range n.Items() {
			l.inSchema(item)
		}
		return
	}
	if n.Kind() != source.Map || l.checked[n.Identity()] {
		return
	}
	l.checked[n.Identity()] = true
	for key, value := range n.Entries() {
		switch {
		case key == "$ref":
			l.schemaRef(n)
		case schemaKeywords[key]:
			l.inSchema(value)
		case namedSchemas[key]:
			for _, named := range value.Entries() {
				l.inSchema(named)
			}
		}
	}
}

// schemaRef follows the $ref of a schema. OpenAPI 3.1 gives references by $id and $anchor a meaning that only a
// compiler of schemas knows: those are left to it.
func (l *loader) schemaRef(n source.Node) {
	pair, _ := n.Lookup("$ref")
	text, ok := l.refText(pair)
	if !ok {
		return
	}
	if name, ok := modelName(text.Value); ok {
		if target, ok := l.model(text, name); ok {
			l.waiting = append(l.waiting, target)
		}
		return
	}
	_, fragment, _ := strings.Cut(text.Value, "#")
	if l.version == model.OpenAPI31 && (strings.HasPrefix(text.Value, "urn:") || fragment != "" && fragment[0] != '/') {
		return
	}
	if target, ok := l.target(text); ok {
		l.waiting = append(l.waiting, target)
	}
}
