package schema

import (
	"strconv"

	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// combined makes the checks of schemas that are applied to the same value.
func (f *builder) combined(n source.Node, c scope, v plan.Value) []plan.Step {
	var steps []plan.Step
	steps = append(steps, f.allOf(n.Get("allOf").Items(), c, v)...)
	if any := n.Get("anyOf").Items(); len(any) > 0 {
		steps = append(steps, f.anyOf(any, c, v)...)
	}
	if one := n.Get("oneOf").Items(); len(one) > 0 {
		matched, count := f.matches(one, c, v, "OneOf")
		steps = append(steps, count...)
		steps = append(steps, stop(plan.Op{Op: "!=", X: matched, Y: plan.Int(1)}, plan.SchemaOneOf.Call(report, matched, plan.Int(len(one)))))
	}
	if not := n.Get("not"); !not.IsZero() {
		steps = append(steps, stop(f.condition(not, c, v, true, nil, "Not"), plan.SchemaNot.Call(report)))
	}
	if c.dialect.version == draft2020 && !n.Get("if").IsZero() {
		steps = append(steps, f.conditional(n, c, v)...)
	}
	return steps
}

// allOf applies all schemas; the report tells them from others, as the Java validator does.
func (f *builder) allOf(all []source.Node, c scope, v plan.Value) []plan.Step {
	var checks []plan.Step
	whole := plan.Name("")
	for i, n := range all {
		part := "All" + strconv.Itoa(i+1)
		if b, ok := n.Bool(); ok && b.Value {
			continue
		}
		if whole == "" {
			whole = f.local("all")
		}
		var match plan.Value
		if b, ok := n.Bool(); ok {
			match = plan.Bool(b.Value)
			checks = append(checks, plan.When{Cond: and(plan.SchemaFalse.Call(report), plan.SchemaAllFail.Call(whole)), Then: []plan.Step{refuse}})
			continue
		}
		match = f.call(n, c, v, report, true, f.seen.address, part)
		checks = append(checks, stop(plan.Not{X: match}, plan.SchemaAllFail.Call(whole)))
	}
	if whole == "" {
		return nil
	}
	begin := plan.Let{Names: []string{string(whole)}, Value: plan.SchemaReportAllOf.Call(report, plan.Int(len(all)))}
	return append(append([]plan.Step{begin}, checks...), plan.Do{Call: plan.SchemaAllClose.Call(whole)})
}

// anyOf stops at the first schema that matches, unless what the others look at counts.
func (f *builder) anyOf(any []source.Node, c scope, v plan.Value) []plan.Step {
	say := plan.SchemaAnyOf.Call(report, plan.Int(len(any)))
	if f.seen.on != nil {
		matched, steps := f.matches(any, c, v, "AnyOf")
		return append(steps, stop(plan.Op{Op: "==", X: matched, Y: plan.Int(0)}, say))
	}
	var match plan.Value
	for i, n := range any {
		cond := f.condition(n, c, v, true, nil, "AnyOf"+strconv.Itoa(i+1))
		if match == nil {
			match = cond
		} else {
			match = plan.Op{Op: "||", X: match, Y: cond}
		}
	}
	return []plan.Step{stop(plan.Not{X: match}, say)}
}

// matches counts the schemas that a value matches.
func (f *builder) matches(schemas []source.Node, c scope, v plan.Value, part string) (matched plan.Name, steps []plan.Step) {
	matched = f.local("matched")
	steps = []plan.Step{plan.Let{Names: []string{string(matched)}, Value: plan.Int(0)}}
	more := plan.Let{Names: []string{string(matched)}, Assign: true, Value: plan.Op{Op: "+", X: matched, Y: plan.Int(1)}}
	for i, n := range schemas {
		steps = append(steps, f.branch(n, c, v, part+strconv.Itoa(i+1), []plan.Step{more}, nil)...)
	}
	return matched, steps
}

// branch does something where a value matches a schema; what that looked at counts only then.
func (f *builder) branch(n source.Node, c scope, v plan.Value, part string, then, otherwise []plan.Step) []plan.Step {
	if f.seen.on == nil || n.Kind() == source.Boolean {
		return []plan.Step{plan.When{Cond: f.condition(n, c, v, true, nil, part), Then: then, Else: otherwise}}
	}
	mine := f.local("branch")
	cond := f.call(n, c, v, plan.Nil{}, true, plan.Address{X: mine}, part)
	merge := plan.Do{Call: plan.SchemaMerge.Call(f.seen.on, plan.Address{X: mine})}
	return []plan.Step{
		plan.Declare{Name: string(mine), Type: plan.SchemaSeen},
		plan.When{Cond: cond, Then: append([]plan.Step{merge}, then...), Else: otherwise},
	}
}

// conditional is if, then and else.
func (f *builder) conditional(n source.Node, c scope, v plan.Value) []plan.Step {
	var then, otherwise []plan.Step
	if t := n.Get("then"); !t.IsZero() {
		then = f.here(t, c, v, "Then")
	}
	if e := n.Get("else"); !e.IsZero() {
		otherwise = f.here(e, c, v, "Else")
	}
	if len(then) == 0 && len(otherwise) == 0 && f.seen.on == nil {
		return nil
	}
	return f.branch(n.Get("if"), c, v, "If", then, otherwise)
}
