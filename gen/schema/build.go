package schema

import (
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// keywords are those of a schema that check something.
func (s *Set) keywords(n source.Node, c scope) []string {
	var words []string
	if n.Kind() != source.Map {
		return nil
	}
	for word := range n.Entries() {
		if word == "definitions" || word == "$defs" || word == "id" || slices.Contains(remarks, word) || !c.dialect.knows(word) || strings.HasPrefix(word, "x-") ||
			word == "$schema" || word == "$anchor" || word == "$dynamicAnchor" || word == "$vocabulary" || strings.HasPrefix(word, "content") && word != "contains" {
			continue
		}
		words = append(words, word)
	}
	return words
}

// scalarKeywords check a value without looking into it, and without other schemas.
var scalarKeywords = []string{"type", "enum", "const", "multipleOf", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum",
	"maxLength", "minLength", "pattern", "format"}

// simple reports whether a schema's checks can stand where the schema is applied.
func (f *builder) simple(n source.Node, c scope) bool {
	if n.Kind() != source.Map {
		return false
	}
	for _, word := range f.set.keywords(n, c) {
		if !slices.Contains(scalarKeywords, word) {
			return false
		}
	}
	return true
}

// schema makes the checks of a schema on v.
func (f *builder) schema(n source.Node, c scope, v plan.Value) []plan.Step {
	if b, ok := n.Bool(); ok {
		if b.Value {
			return nil
		}
		return []plan.Step{plan.When{Cond: plan.SchemaFalse.Call(report), Then: []plan.Step{refuse}}}
	}
	if n.Kind() != source.Map {
		f.set.report(diag.BadSchema, diag.Error, n.Span(), "a schema is a map, not "+n.Kind().String(), "")
		return nil
	}
	f.set.check(n, c)
	if c.dialect.version == draft4 && !n.Get("$ref").IsZero() {
		target, there, ok := f.set.follow(n, "$ref", c)
		if !ok {
			return nil
		}
		if f.endless(n, c) || target.Same(n) {
			return nil
		}
		return f.here(target, there, v, "Ref")
	}
	if f.endless(n, c) {
		return nil
	}
	outer := f.seen
	own := f.own(n, c)
	steps := f.general(n, c, v)
	steps = append(steps, f.references(n, c, v)...)
	steps = append(steps, f.texts(n, c, v)...)
	steps = append(steps, f.numbers(n, c, v)...)
	steps = append(steps, f.combined(n, c, v)...)
	steps = append(steps, f.array(n, c, v)...)
	steps = append(steps, f.object(n, c, v)...)
	f.seen = outer
	if own != "" {
		steps = append([]plan.Step{plan.Declare{Name: string(own), Type: plan.SchemaSeen}}, steps...)
		if outer.on != nil {
			steps = append(steps, plan.Do{Call: plan.SchemaMerge.Call(outer.on, plan.Address{X: own})})
		}
	}
	return steps
}

// own makes the schema note what is looked at in a variable of its own, where it asks for what was not.
func (f *builder) own(n source.Node, c scope) plan.Name {
	if c.dialect.version == draft4 || n.Get("unevaluatedProperties").IsZero() && n.Get("unevaluatedItems").IsZero() {
		return ""
	}
	own := f.local("seen")
	f.seen = seen{on: own, address: plan.Address{X: own}}
	return own
}

// endless reports references that lead back to themselves with nothing between.
func (f *builder) endless(n source.Node, c scope) bool {
	var passed []source.Node
	for c.dialect.onlyRef(n) {
		if slices.ContainsFunc(passed, n.Same) || len(passed) >= maxHops {
			f.set.report(diag.EndlessSchema, diag.Error, n.Get("$ref").Span(), "the reference leads back to itself", "")
			return true
		}
		passed = append(passed, n)
		text, ok := n.Get("$ref").Text()
		if !ok {
			return false
		}
		target, err := f.set.resolve(text.Value, c.resource)
		if err != nil || target.Kind() != source.Map {
			return false
		}
		n, c = target, f.set.enter(target, c)
	}
	return false
}

// references applies $ref and $dynamicRef of 2020-12.
func (f *builder) references(n source.Node, c scope, v plan.Value) []plan.Step {
	var steps []plan.Step
	for _, word := range []string{"$ref", "$dynamicRef"} {
		if n.Get(word).IsZero() || c.dialect.version == draft4 {
			continue
		}
		if target, there, ok := f.set.follow(n, word, c); ok {
			steps = append(steps, f.here(target, there, v, "Ref")...)
		}
	}
	return steps
}

// general makes the checks that hold for values of all types.
func (f *builder) general(n source.Node, c scope, v plan.Value) []plan.Step {
	if !c.dialect.asserts {
		return nil
	}
	var steps []plan.Step
	if types, ok := f.set.types(n); ok && !n.Get("type").IsZero() {
		if c.dialect.isNullable(n) {
			types = append(slices.Clone(types), "null")
		}
		var match plan.Value
		for _, t := range types {
			check := typeCheck(t, c.dialect, v)
			if match == nil {
				match = check
			} else {
				match = plan.Op{Op: "||", X: match, Y: check}
			}
		}
		if match != nil {
			steps = append(steps, stop(plan.Not{X: match}, plan.SchemaType.Call(report, v, plan.String(strings.Join(types, " ")))))
		}
	}
	if list := n.Get("enum"); !list.IsZero() {
		steps = append(steps, f.listed(jsonText(list), v, plan.SchemaReportEnum))
	}
	if only := n.Get("const"); !only.IsZero() && c.dialect.version == draft2020 {
		steps = append(steps, f.listed("["+jsonText(only)+"]", v, plan.SchemaConst))
	}
	return steps
}

// listed checks that a value is one of a list.
func (f *builder) listed(text string, v plan.Value, report plan.Selector) plan.Step {
	list := f.set.constant(f.base, "Enum", plan.SchemaMustEnum.Call(plan.String(text)), text)
	return stop(plan.Not{X: plan.SchemaEnumHas.Call(list, v)}, report.Call(plan.Name("r"), v, plan.Address{X: list}))
}

// isNullable reports OpenAPI 3.0's nullable, which adds null to a type.
func (d *dialect) isNullable(n source.Node) bool {
	b, ok := n.Get("nullable").Bool()
	return d.nullable && ok && b.Value
}

// types are the types of a schema; ok is false where they are none.
func (s *Set) types(n source.Node) (types []string, ok bool) {
	t := n.Get("type")
	if text, isText := t.Text(); isText {
		return []string{text.Value}, isType(text.Value)
	}
	if t.Kind() == source.Null {
		return []string{"null"}, true
	}
	for _, item := range t.Items() {
		word, isText := item.Text()
		if item.Kind() == source.Null { // null without its quotes
			word.Value, isText = "null", true
		}
		if !isText || !isType(word.Value) {
			return nil, false
		}
		types = append(types, word.Value)
	}
	return types, t.Kind() == source.List
}

func isType(word string) bool {
	switch word {
	case "null", "boolean", "integer", "number", "string", "array", "object":
		return true
	}
	return false
}

// typeCheck is whether a value is of a type.
func typeCheck(word string, d *dialect, v plan.Value) plan.Value {
	switch word {
	case "null":
		return plan.SchemaIsNull.Call(v)
	case "boolean":
		return plan.SchemaIsBoolean.Call(v)
	case "integer":
		if d.version == draft4 {
			return plan.SchemaIsWhole.Call(v)
		}
		return plan.SchemaIsInteger.Call(v)
	case "number":
		return plan.SchemaIsNumber.Call(v)
	case "string":
		return plan.SchemaIsString.Call(v)
	case "array":
		return plan.SchemaIsArray.Call(v)
	}
	return plan.SchemaIsObject.Call(v)
}
