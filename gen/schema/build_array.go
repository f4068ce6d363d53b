package schema

import (
	"math"
	"strconv"

	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// array makes the checks of arrays.
func (f *builder) array(n source.Node, c scope, v plan.Value) []plan.Step {
	l := f.local("l")
	length := size(plan.SchemaElements.On(l))
	var steps []plan.Step
	if limit, ok := f.set.count(n, "minItems", c); ok && limit > 0 {
		steps = append(steps, stop(plan.Op{Op: "<", X: length, Y: plan.Int(limit)}, plan.SchemaMinItems.Call(report, l, plan.Int(limit))))
	}
	if limit, ok := f.set.count(n, "maxItems", c); ok {
		steps = append(steps, stop(plan.Op{Op: ">", X: length, Y: plan.Int(limit)}, plan.SchemaMaxItems.Call(report, l, plan.Int(limit))))
	}
	if isTrue(n.Get("uniqueItems")) && c.dialect.asserts {
		steps = append(steps, stop(plan.Not{X: plan.SchemaUnique.Call(l)}, plan.SchemaUniqueItems.Call(report)))
	}
	steps = append(steps, f.items(n, c, l)...)
	if c.dialect.version == draft2020 {
		steps = append(steps, f.contains(n, c, l)...)
		steps = append(steps, f.unevaluatedItems(n, c, l)...)
	}
	return guarded(l, plan.SchemaAsList.Call(v), steps)
}

// itemSchemas are the schemas of the first items and of the rest; rest is zero where there is none.
func itemSchemas(n source.Node, c scope) (first []source.Node, rest source.Node) {
	if c.dialect.version == draft2020 {
		return n.Get("prefixItems").Items(), n.Get("items")
	}
	if items := n.Get("items"); items.Kind() != source.List {
		return nil, items
	}
	return n.Get("items").Items(), n.Get("additionalItems")
}

// items applies the schemas of items.
func (f *builder) items(n source.Node, c scope, l plan.Name) []plan.Step {
	first, rest := itemSchemas(n, c)
	if len(first) == 0 && rest.IsZero() {
		return nil
	}
	w := f.local("w")
	item := plan.SchemaWalkValue.Call(w)
	mark := func(steps []plan.Step) []plan.Step {
		if f.seen.on == nil {
			return steps
		}
		return append(steps, plan.Do{Call: plan.SchemaMark.Call(f.seen.on, plan.SchemaWalkIndex.Call(w))})
	}
	var others []plan.Step
	if !rest.IsZero() {
		if b, ok := rest.Bool(); ok && !b.Value {
			others = []plan.Step{plan.When{Cond: plan.SchemaWalkAdditional.Call(w), Then: []plan.Step{refuse}}}
		} else {
			others = mark(f.within(rest, c, item, "Item"))
		}
	}
	body := others
	if len(first) > 0 {
		choose := plan.Choose{On: plan.SchemaWalkIndex.Call(w), Default: others}
		empty := len(others) == 0
		for i, schema := range first {
			steps := mark(f.within(schema, c, item, "Item"+strconv.Itoa(i+1)))
			empty = empty && len(steps) == 0
			choose.Cases = append(choose.Cases, plan.Case{Values: []plan.Value{plan.Int(i)}, Body: steps})
		}
		body = []plan.Step{choose}
		if empty {
			body = nil
		}
	}
	return f.walk(w, plan.SchemaReportItems.Call(report, l), body)
}

// walk makes a loop over members or items.
func (f *builder) walk(w plan.Name, over plan.Value, body []plan.Step) []plan.Step {
	if len(body) == 0 {
		return nil
	}
	return []plan.Step{
		plan.Let{Names: []string{string(w)}, Value: over},
		plan.Loop{Cond: plan.SchemaWalkNext.Call(w), Body: body},
	}
}

// contains counts the items that match.
func (f *builder) contains(n source.Node, c scope, l plan.Name) []plan.Step {
	wanted := n.Get("contains")
	if wanted.IsZero() {
		return nil
	}
	least, most := int64(1), int64(-1)
	if limit, ok := f.set.count(n, "minContains", c); ok {
		least = limit
	}
	if limit, ok := f.set.count(n, "maxContains", c); ok && limit < math.MaxInt32 {
		most = limit
	}
	if least == 0 && most < 0 && f.seen.on == nil {
		return nil
	}
	w, matched := f.local("w"), f.local("matched")
	count := []plan.Step{plan.Let{Names: []string{string(matched)}, Assign: true, Value: plan.Op{Op: "+", X: matched, Y: plan.Int(1)}}}
	if f.seen.on != nil {
		count = append(count, plan.Do{Call: plan.SchemaMark.Call(f.seen.on, plan.SchemaWalkIndex.Call(w))})
	}
	steps := []plan.Step{plan.Let{Names: []string{string(matched)}, Value: plan.Int(0)}}
	steps = append(steps, f.walk(w, plan.SchemaReportItems.Call(report, l), []plan.Step{
		plan.When{Cond: f.condition(wanted, c, plan.SchemaWalkValue.Call(w), false, nil, "Contains"), Then: count},
	})...)
	var wrong plan.Value = plan.Op{Op: "<", X: matched, Y: plan.Int(least)}
	if most >= 0 {
		wrong = plan.Op{Op: "||", X: wrong, Y: plan.Op{Op: ">", X: matched, Y: plan.Int(most)}}
	}
	return append(steps, stop(wrong, plan.SchemaContains.Call(report, matched, plan.Int(least), plan.Int(most))))
}

// unevaluatedItems applies a schema to items that no other has looked at.
func (f *builder) unevaluatedItems(n source.Node, c scope, l plan.Name) []plan.Step {
	schema := n.Get("unevaluatedItems")
	if schema.IsZero() {
		return nil
	}
	w := f.local("w")
	var check []plan.Step
	if b, ok := schema.Bool(); ok && !b.Value {
		check = []plan.Step{plan.When{Cond: plan.SchemaWalkUnevaluatedItem.Call(w), Then: []plan.Step{refuse}}}
	} else {
		check = f.within(schema, c, plan.SchemaWalkValue.Call(w), "Unevaluated")
	}
	return f.leftover(w, plan.SchemaReportItems.Call(report, l), check)
}

// leftover walks over what was not looked at, and notes all.
func (f *builder) leftover(w plan.Name, over plan.Value, check []plan.Step) []plan.Step {
	var steps []plan.Step
	if len(check) > 0 {
		steps = f.walk(w, over, []plan.Step{plan.When{Cond: plan.Not{X: plan.SchemaSeenHas.Call(f.seen.on, plan.SchemaWalkIndex.Call(w))}, Then: check}})
	}
	return append(steps, plan.Do{Call: plan.SchemaMarkAll.Call(f.seen.on)})
}
