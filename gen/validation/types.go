package validation

import (
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/source"
)

// types are the types that a value may have by its schema; none is any.
type types uint8

const (
	stringType types = 1 << iota
	numberType
	booleanType
	nullType
	arrayType
	objectType
)

const mostHops = 16

// resolved is a schema with references followed to models of the document. One that leads elsewhere is not followed: what
// depends on it is then taken for any.
func (s *Set) resolved(n source.Node) (source.Node, bool) {
	for range mostHops {
		ref, ok := n.Get("$ref").Text()
		if !ok {
			return n, true
		}
		model := s.models[referredModel(ref.Value)]
		if model == nil {
			return n, false
		}
		n = model.Node
	}
	return n, false
}

// referredModel is the name of the model that a reference names: by its place in the document, or by the URL of Amazon's
// API.
func referredModel(ref string) string {
	for _, mark := range []string{"#/components/schemas/", "#/definitions/", "/models/"} {
		if at := strings.Index(ref, mark); at >= 0 {
			return strings.NewReplacer("~1", "/", "~0", "~").Replace(ref[at+len(mark):])
		}
	}
	return ""
}

// typesOf are the types of the values of a schema.
func (s *Set) typesOf(n source.Node, hops int) types {
	n, ok := s.resolved(n)
	if !ok || n.Kind() != source.Map || hops > mostHops {
		return 0
	}
	own := declaredTypes(n)
	for _, part := range n.Get("allOf").Items() {
		own = both(own, s.typesOf(part, hops+1))
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		var either types
		for i, part := range n.Get(key).Items() {
			of := s.typesOf(part, hops+1)
			if of == 0 || i > 0 && either == 0 {
				either = 0
				break
			}
			either |= of
		}
		own = both(own, either)
	}
	return own
}

// both are the types that are in a and in b, where no types are any.
func both(a, b types) types {
	switch {
	case a == 0:
		return b
	case b == 0 || a&b == 0:
		return a
	default:
		return a & b
	}
}

// declaredTypes are those that a schema itself names, by type, const or enum, or by keywords that only fit one type.
func declaredTypes(n source.Node) types {
	var own types
	add := func(name string) {
		switch name {
		case "string", "file":
			own |= stringType
		case "number", "integer":
			own |= numberType
		case "boolean":
			own |= booleanType
		case "null":
			own |= nullType
		case "array":
			own |= arrayType
		case "object":
			own |= objectType
		}
	}
	if t := n.Get("type"); t.Kind() == source.List {
		for _, item := range t.Items() {
			if name, ok := item.Text(); ok {
				add(name.Value)
			}
		}
	} else if name, ok := t.Text(); ok {
		add(name.Value)
	}
	if own == 0 {
		own = valueTypes(n)
	}
	switch {
	case own == 0 && !n.Get("properties").IsZero():
		own = objectType
	case own == 0 && !n.Get("items").IsZero():
		own = arrayType
	}
	if nullable, ok := n.Get("nullable").Bool(); ok && nullable.Value && own != 0 {
		own |= nullType
	}
	return own
}

// valueTypes are the types of the values that const and enum list.
func valueTypes(n source.Node) types {
	values := n.Get("enum").Items()
	if c := n.Get("const"); !c.IsZero() {
		values = []source.Node{c}
	}
	var own types
	for _, v := range values {
		switch v.Kind() {
		case source.List:
			own |= arrayType
		case source.Map:
			own |= objectType
		default:
			own |= scalarType(v)
		}
	}
	return own
}

func scalarType(v source.Node) types {
	switch v.Kind() {
	case source.Integer, source.Float:
		return numberType
	case source.Boolean:
		return booleanType
	case source.Null:
		return nullType
	default:
		return stringType
	}
}

// itemsOf are the types of an array's items, or of the members of an object that it does not name.
func (s *Set) itemsOf(n source.Node) types {
	n, ok := s.resolved(n)
	if !ok {
		return 0
	}
	if items := n.Get("items"); items.Kind() == source.Map {
		return s.typesOf(items, 0)
	}
	if further := n.Get("additionalProperties"); further.Kind() == source.Map {
		return s.typesOf(further, 0)
	}
	return 0
}

// member is a member of an object that its schema names.
type member struct {
	name  string
	types types
}

// membersOf are the named members of an object, those of its parts included, sorted by name. open reports whether it may
// have others.
func (s *Set) membersOf(n source.Node) (members []member, open bool) {
	open = true
	s.collectMembers(n, 0, &members, &open)
	slices.SortStableFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(members, func(a, b member) bool { return a.name == b.name }), open
}

func (s *Set) collectMembers(n source.Node, hops int, members *[]member, open *bool) {
	n, ok := s.resolved(n)
	if !ok || hops > mostHops {
		return
	}
	for name, property := range n.Get("properties").Entries() {
		*members = append(*members, member{name, s.typesOf(property, 0)})
	}
	for _, key := range []string{"additionalProperties", "unevaluatedProperties"} {
		if further, isBool := n.Get(key).Bool(); isBool && !further.Value {
			*open = false
		}
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		for _, part := range n.Get(key).Items() {
			s.collectMembers(part, hops+1, members, open)
		}
	}
}

// remarks are the keys of a schema, or of a parameter of Swagger 2.0, that ask nothing of a value.
var remarks = map[string]bool{
	"title": true, "description": true, "example": true, "examples": true, "default": true, "deprecated": true, "readOnly": true,
	"writeOnly": true, "externalDocs": true, "$comment": true, "format": true, "nullable": true, "xml": true, "discriminator": true,
	"$schema": true, "$id": true, "id": true, "$defs": true, "definitions": true, "contentMediaType": true, "contentEncoding": true,
	"name": true, "in": true, "collectionFormat": true, "allowEmptyValue": true,
}

// asksNothing reports whether a schema, apart from the keys of except, says nothing about a value.
func asksNothing(n source.Node, except string) bool {
	if b, ok := n.Bool(); ok {
		return b.Value
	}
	if n.Kind() != source.Map {
		return false
	}
	for key, value := range n.Entries() {
		if _, isBool := value.Bool(); key == "required" && isBool {
			continue // of a parameter of Swagger 2.0
		}
		if key != except && !remarks[key] && !strings.HasPrefix(key, "x-") {
			return false
		}
	}
	return true
}

// acceptsAll reports whether every value fits a schema. {type: object} alone is Amazon's model Empty.
func acceptsAll(n source.Node) bool {
	kind, _ := n.Get("type").Text()
	return asksNothing(n, "") || kind.Value == "object" && asksNothing(n, "type")
}

// acceptsText reports whether every text fits a schema.
func (s *Set) acceptsText(n source.Node) bool {
	n, ok := s.resolved(n)
	if !ok {
		return false
	}
	own := declaredTypes(n)
	return asksNothing(n, "type") && (own == 0 || own&stringType != 0)
}
