package schema

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// check reports what is wrong with a schema's own keywords, once for each schema.
func (s *Set) check(n source.Node, c scope) {
	if n.Kind() != source.Map || s.checked[n.Identity()] {
		return
	}
	s.checked[n.Identity()] = true
	if c.dialect.version == draft4 && !n.Get("$ref").IsZero() {
		return
	}
	for word, value := range n.Entries() {
		if !c.dialect.knows(word) {
			help := ""
			if near := diag.Nearest(word, c.dialect.words()); near != "" {
				help = "did you mean " + near + "?"
			}
			s.report(diag.UnknownKeyword, diag.Warning, value.Key().Span, fmt.Sprintf("JSON Schema has no keyword %q; it checks nothing", word), help)
			continue
		}
		if wanted := c.dialect.wants(word, value); wanted != "" {
			s.report(diag.BadSchema, diag.Error, value.Span(), fmt.Sprintf("%s must be %s, not %s", word, wanted, value.Kind()), "")
		}
	}
	s.checkType(n)
	s.checkFormat(n)
	for _, pair := range [][2]string{
		{"minLength", "maxLength"}, {"minItems", "maxItems"}, {"minProperties", "maxProperties"}, {"minimum", "maximum"}, {"minContains", "maxContains"},
	} {
		low, okL := rational(n.Get(pair[0]))
		high, okH := rational(n.Get(pair[1]))
		if okL && okH && low.Cmp(high) > 0 {
			s.report(diag.ContraryLimits, diag.Error, n.Get(pair[0]).Span(), fmt.Sprintf("%s is above %s: nothing is valid", pair[0], pair[1]), "")
		}
	}
}

// wants says what a keyword's value must be; "" where it is that.
func (d *dialect) wants(word string, v source.Node) string {
	kind := v.Kind()
	switch word {
	case "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "maxContains", "minContains":
		if r, ok := rational(v); !ok || r.Sign() < 0 || !r.IsInt() {
			return "a whole number that is not negative"
		}
	case "multipleOf":
		if r, ok := rational(v); !ok || r.Sign() <= 0 {
			return "a number above zero"
		}
	case "minimum", "maximum":
		if _, ok := numberText(v); !ok {
			return "a number"
		}
	case "exclusiveMinimum", "exclusiveMaximum":
		if _, ok := numberText(v); d.version == draft2020 && !ok {
			return "a number"
		}
		if d.version == draft4 && kind != source.Boolean {
			return "true or false"
		}
	case "uniqueItems":
		if kind != source.Boolean {
			return "true or false"
		}
	case "enum", "required", "allOf", "anyOf", "oneOf", "prefixItems":
		if kind != source.List {
			return "a list"
		}
	case "properties", "patternProperties", "dependencies", "dependentRequired", "dependentSchemas":
		if kind != source.Map {
			return "a map"
		}
	case "pattern":
		if kind != source.Text {
			return "a text"
		}
	}
	return ""
}

// checkType reports types that there are none, and an enum that has no value of the type.
func (s *Set) checkType(n source.Node) {
	t := n.Get("type")
	if t.IsZero() {
		return
	}
	types, ok := s.types(n)
	if !ok {
		text, _ := t.Text()
		help := ""
		if near := diag.Nearest(text.Value, []string{"null", "boolean", "integer", "number", "string", "array", "object"}); near != "" {
			help = "did you mean " + near + "?"
		}
		if text.Value != "file" { // Swagger 2.0's uploads
			s.report(diag.BadSchema, diag.Error, t.Span(), "type must be a type of JSON Schema, or a list of those", help)
		}
		return
	}
	values := n.Get("enum").Items()
	if len(values) > 0 && !slices.ContainsFunc(values, func(v source.Node) bool { return slices.ContainsFunc(types, func(t string) bool { return isOf(v, t) }) }) {
		s.report(diag.ImpossibleEnum, diag.Warning, n.Get("enum").Span(), fmt.Sprintf("no value of the enum is of type %s: nothing is valid", types[0]), "")
	}
}

// isOf reports whether a value of the document is of a type.
func isOf(v source.Node, word string) bool {
	switch v.Kind() {
	case source.Null:
		return word == "null"
	case source.Boolean:
		return word == "boolean"
	case source.Integer:
		return word == "integer" || word == "number"
	case source.Float:
		r, ok := rational(v)
		return word == "number" || word == "integer" && ok && r.IsInt()
	case source.Text:
		return word == "string"
	case source.List:
		return word == "array"
	}
	return word == "object"
}

// checkFormat reports formats that nobody knows.
func (s *Set) checkFormat(n source.Node) {
	format, ok := n.Get("format").Text()
	if !ok || slices.Contains(Formats(), format.Value) || slices.Contains(knownFormats, format.Value) {
		return
	}
	help := ""
	if near := diag.Nearest(format.Value, Formats()); near != "" {
		help = "did you mean " + near + "?"
	}
	s.report(diag.UnknownFormat, diag.Warning, format.Span, fmt.Sprintf("the format %q is not known; it checks nothing", format.Value), help)
}

// rational is a number of the document, exactly; ok is false for what is none, or absurdly large.
func rational(n source.Node) (*big.Rat, bool) {
	text, ok := numberText(n)
	f, err := strconv.ParseFloat(text, 64)
	if !ok || len(text) > 400 || err != nil || f == 0 && strings.ContainsAny(text, "eE") {
		return nil, false
	}
	r, ok := new(big.Rat).SetString(text)
	return r, ok
}
