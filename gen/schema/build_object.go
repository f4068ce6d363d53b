package schema

import (
	"slices"

	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// object makes the checks of objects.
func (f *builder) object(n source.Node, c scope, v plan.Value) []plan.Step {
	m := f.local("m")
	count := size(plan.Member{X: m, Name: "Entries"})
	var steps []plan.Step
	if limit, ok := f.set.count(n, "minProperties", c); ok && limit > 0 {
		steps = append(steps, stop(plan.Op{Op: "<", X: count, Y: plan.Int(limit)}, plan.SchemaMinProperties.Call(report, m, plan.Int(limit))))
	}
	if limit, ok := f.set.count(n, "maxProperties", c); ok {
		steps = append(steps, stop(plan.Op{Op: ">", X: count, Y: plan.Int(limit)}, plan.SchemaMaxProperties.Call(report, m, plan.Int(limit))))
	}
	steps = append(steps, f.members(n, c, m)...)
	steps = append(steps, f.dependencies(n, c, m, v)...)
	if schema := n.Get("unevaluatedProperties"); !schema.IsZero() && c.dialect.version == draft2020 {
		w := f.local("w")
		var check []plan.Step
		if b, ok := schema.Bool(); ok && !b.Value {
			check = []plan.Step{plan.When{Cond: plan.SchemaWalkUnevaluated.Call(w), Then: []plan.Step{refuse}}}
		} else {
			check = f.within(schema, c, plan.SchemaWalkValue.Call(w), "Unevaluated")
		}
		steps = append(steps, f.leftover(w, plan.SchemaReportWalk.Call(report, m), check)...)
	}
	return guarded(m, plan.SchemaAsMap.Call(v), steps)
}

// required are the names that an object must have.
func required(n source.Node, c scope) []string {
	if !c.dialect.asserts {
		return nil
	}
	var names []string
	for _, item := range n.Get("required").Items() {
		if name, ok := item.Scalar(); ok && !slices.Contains(names, name.Value) {
			names = append(names, name.Value)
		}
	}
	return names
}

// flags are the variables that say which required members were met.
type flags struct {
	names []string
	vars  []plan.Name
}

// met notes that a member was met.
func (fl flags) met(name string) []plan.Step {
	if i := slices.Index(fl.names, name); i >= 0 && fl.vars != nil {
		return []plan.Step{plan.Let{Names: []string{string(fl.vars[i])}, Assign: true, Value: plan.Bool(true)}}
	}
	return nil
}

// members walks over the members once: each by its own schema, and those that must be there are noted.
func (f *builder) members(n source.Node, c scope, m plan.Name) []plan.Step {
	needed := flags{names: required(n, c)}
	walks := !n.Get("properties").IsZero() || !n.Get("patternProperties").IsZero() || !n.Get("additionalProperties").IsZero() ||
		!n.Get("propertyNames").IsZero() && c.dialect.version == draft2020
	var steps []plan.Step
	if walks && len(needed.names) > 0 && len(n.Get("properties").Pairs()) > 0 {
		for _, name := range needed.names {
			flag := f.local("has" + title(name))
			needed.vars = append(needed.vars, flag)
			steps = append(steps, plan.Let{Names: []string{string(flag)}, Value: plan.Bool(false)})
		}
	}
	if walks {
		w := f.local("w")
		steps = append(steps, f.walk(w, plan.SchemaReportWalk.Call(report, m), f.member(n, c, w, needed))...)
	}
	if len(needed.names) == 0 {
		return steps
	}
	var all plan.Value
	args := []plan.Value{m}
	for i, name := range needed.names {
		here := plan.Value(plan.SchemaHas.Call(m, plan.String(name)))
		if needed.vars != nil {
			here = needed.vars[i]
		}
		if all == nil {
			all = here
		} else {
			all = and(all, here)
		}
		args = append(args, plan.String(name))
	}
	return append(steps, stop(plan.Not{X: all}, plan.SchemaRequired.Call(report, args...)))
}

// member is what is done for each member.
func (f *builder) member(n source.Node, c scope, w plan.Name, needed flags) []plan.Step {
	value := plan.SchemaWalkValue.Call(w)
	var steps []plan.Step
	if names := n.Get("propertyNames"); !names.IsZero() && c.dialect.version == draft2020 {
		steps = append(steps, f.within(names, c, plan.SchemaWalkName.Call(w), "Name")...)
	}
	patterns := n.Get("patternProperties").Pairs()
	known := plan.Name("")
	others := f.additional(n, c, w)
	if len(patterns) > 0 && (len(others) > 0 || f.seen.on != nil) {
		known = f.local("known")
		steps = append(steps, plan.Let{Names: []string{string(known)}, Value: plan.Bool(true)})
	}
	mark := func(body []plan.Step) []plan.Step {
		if f.seen.on != nil && known == "" {
			return append(body, plan.Do{Call: plan.SchemaMark.Call(f.seen.on, plan.SchemaWalkIndex.Call(w))})
		}
		return body
	}
	choose := plan.Choose{On: plan.SchemaWalkKey.Call(w)}
	met := map[string]bool{}
	useful := false
	for _, p := range n.Get("properties").Pairs() {
		met[p.Key.Value] = true
		body := mark(append(needed.met(p.Key.Value), f.within(p.Value, c, value, title(p.Key.Value))...))
		useful = useful || len(body) > 0
		choose.Cases = append(choose.Cases, plan.Case{Values: []plan.Value{plan.String(p.Key.Value)}, Body: body})
	}
	for _, name := range needed.names {
		if body := needed.met(name); !met[name] && body != nil && known == "" {
			useful = true
			choose.Cases = append(choose.Cases, plan.Case{Values: []plan.Value{plan.String(name)}, Body: append(body, others...)})
		} else if !met[name] && body != nil {
			steps = append(steps, plan.When{Cond: plan.Op{Op: "==", X: plan.SchemaWalkKey.Call(w), Y: plan.String(name)}, Then: body})
		}
	}
	if known != "" {
		choose.Default = []plan.Step{plan.Let{Names: []string{string(known)}, Assign: true, Value: plan.Bool(false)}}
	} else {
		choose.Default = others
	}
	switch {
	case len(choose.Cases) == 0:
		steps = append(steps, choose.Default...)
	case useful || len(choose.Default) > 0:
		steps = append(steps, choose)
	}
	return append(steps, f.patterned(patterns, c, w, known, others)...)
}

// patterned applies the schemas of patterns that a member's name matches, and then what holds for all other members.
func (f *builder) patterned(patterns []source.Pair, c scope, w, known plan.Name, others []plan.Step) []plan.Step {
	var steps []plan.Step
	for _, p := range patterns {
		compiled, ok := f.pattern(p.Key)
		if !ok {
			continue
		}
		body := f.within(p.Value, c, plan.SchemaWalkValue.Call(w), "Pattern")
		if known != "" {
			body = append([]plan.Step{plan.Let{Names: []string{string(known)}, Assign: true, Value: plan.Bool(true)}}, body...)
		}
		if len(body) > 0 {
			steps = append(steps, plan.When{Cond: plan.SchemaMatch.Call(compiled, plan.SchemaWalkKey.Call(w)), Then: body})
		}
	}
	if known == "" {
		return steps
	}
	if len(others) > 0 {
		steps = append(steps, plan.When{Cond: plan.Not{X: known}, Then: others})
	}
	if f.seen.on != nil {
		steps = append(steps, plan.When{Cond: known, Then: []plan.Step{plan.Do{Call: plan.SchemaMark.Call(f.seen.on, plan.SchemaWalkIndex.Call(w))}}})
	}
	return steps
}

// additional is what is done for members that no other keyword speaks of.
func (f *builder) additional(n source.Node, c scope, w plan.Name) []plan.Step {
	schema := n.Get("additionalProperties")
	if schema.IsZero() {
		return nil
	}
	if b, ok := schema.Bool(); ok && !b.Value {
		return []plan.Step{plan.When{Cond: plan.SchemaWalkAdditional.Call(w), Then: []plan.Step{refuse}}}
	}
	steps := f.within(schema, c, plan.SchemaWalkValue.Call(w), "Value")
	if f.seen.on != nil {
		steps = append(steps, plan.Do{Call: plan.SchemaMark.Call(f.seen.on, plan.SchemaWalkIndex.Call(w))})
	}
	return steps
}

// dependencies makes the checks of members that need others, or schemas, beside them.
func (f *builder) dependencies(n source.Node, c scope, m plan.Name, v plan.Value) []plan.Step {
	var steps []plan.Step
	for _, word := range []string{"dependencies", "dependentRequired", "dependentSchemas"} {
		if word != "dependencies" && c.dialect.version == draft4 {
			continue
		}
		for _, p := range n.Get(word).Pairs() {
			has := plan.SchemaHas.Call(m, plan.String(p.Key.Value))
			if p.Value.Kind() == source.List {
				var all plan.Value
				args := []plan.Value{m, plan.String(p.Key.Value)}
				for _, item := range p.Value.Items() {
					name, _ := item.Scalar()
					args = append(args, plan.String(name.Value))
					one := plan.Value(plan.SchemaHas.Call(m, plan.String(name.Value)))
					if all == nil {
						all = one
					} else {
						all = and(all, one)
					}
				}
				if all != nil && c.dialect.asserts {
					steps = append(steps, stop(and(has, plan.Not{X: all}), plan.SchemaDependency.Call(report, args...)))
				}
				continue
			}
			if then := f.here(p.Value, c, v, "With"+title(p.Key.Value)); len(then) > 0 {
				steps = append(steps, plan.When{Cond: has, Then: then})
			}
		}
	}
	return steps
}
