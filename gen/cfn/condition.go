package cfn

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// condition is what became of a named condition of a template.
type condition struct {
	holds    bool
	problems []diag.Diagnostic
	done     bool // false while it is being evaluated
}

// choose evaluates Fn::If: [condition, value, value]. Only the branch that counts is evaluated.
func (v *evaluation) choose(n source.Node, at source.Span) outcome {
	list, problems := items(n, "Fn::If", 3, 3)
	if problems != nil {
		return failed(problems...)
	}
	name, ok := written(list[0])
	if !ok {
		return bad(list[0], "Fn::If takes the name of a condition")
	}
	holds, problems := v.condition(name.Value, name.Span)
	switch {
	case problems != nil:
		return failed(problems...)
	case holds:
		return v.value(list[1])
	}
	return v.value(list[2])
}

// condition evaluates a named condition that at asks for.
func (v *evaluation) condition(name string, at source.Span) (bool, []diag.Diagnostic) {
	n := v.section("Conditions", name)
	if n.IsZero() {
		return v.givenCondition(name, at)
	}
	c := v.conditions[name]
	switch {
	case c == nil:
		c = &condition{}
		v.conditions[name] = c
		there := &evaluation{Env: v.Env, file: n.File, done: make(map[*yaml.Node]outcome)}
		c.holds, c.problems = there.truth(n)
		c.done = true
	case !c.done:
		return false, []diag.Diagnostic{problem(diag.BadFunction, at, "", "the condition %s depends on itself", name)}
	}
	var problems []diag.Diagnostic
	for _, d := range c.problems {
		here := d
		if !d.Span.Valid() {
			d.Span = n.Start()
		}
		here.Span, here.Message = at, fmt.Sprintf("the condition %s cannot be decided: %s", name, d.Message)
		here.Related = append([]diag.Related{{Span: d.Span, Message: "it is wanted here"}}, d.Related...)
		problems = append(problems, here)
	}
	return c.holds, problems
}

// givenCondition is a condition that no template says: the user may.
func (v *evaluation) givenCondition(name string, at source.Span) (bool, []diag.Diagnostic) {
	if given, ok := v.use(name); ok {
		switch given.text() {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return false, []diag.Diagnostic{problem(diag.BadParameterValue, at, "", "the condition %s is true or false, not %q", name, given.text())}
	}
	missing := problem(diag.Unresolved, at, "give it: --param "+name+"=true", "there is no condition %s", name)
	if v.standIns {
		v.standInFor(name, missing)
		v.stand[name].text = "false"
		return false, nil
	}
	return false, []diag.Diagnostic{missing}
}

// truth evaluates a condition.
func (v *evaluation) truth(n source.Node) (bool, []diag.Diagnostic) {
	name, argument := Function(n)
	switch name {
	case "Condition":
		text, ok := written(argument)
		if !ok {
			return false, bad(n, "Condition takes the name of a condition").problems
		}
		return v.condition(text.Value, text.Span)
	case "Fn::Equals":
		return v.equal(argument)
	case "Fn::Not":
		list, problems := items(argument, name, 1, 1)
		if problems != nil {
			return false, problems
		}
		holds, problems := v.truth(list[0])
		return !holds, problems
	case "Fn::And", "Fn::Or":
		return v.several(name, argument)
	}
	return false, bad(n, "a condition is made of Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition").problems
}

// equal evaluates Fn::Equals.
func (v *evaluation) equal(n source.Node) (bool, []diag.Diagnostic) {
	list, problems := items(n, "Fn::Equals", 2, 2)
	if problems != nil {
		return false, problems
	}
	a, problems := v.argument(list[0], "a value of Fn::Equals")
	b, more := v.argument(list[1], "a value of Fn::Equals")
	return a.Value == b.Value, append(problems, more...)
}

// several evaluates Fn::And and Fn::Or. What is decided by one condition needs no other.
func (v *evaluation) several(name string, n source.Node) (bool, []diag.Diagnostic) {
	list, problems := items(n, name, 1, 10)
	if problems != nil {
		return false, problems
	}
	decisive := name == "Fn::Or"
	for _, item := range list {
		holds, wrong := v.truth(item)
		if wrong == nil && holds == decisive {
			return decisive, nil
		}
		problems = append(problems, wrong...)
	}
	return !decisive, problems
}
