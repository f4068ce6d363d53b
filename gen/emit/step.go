package emit

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/gatewright/gatewright/gen/plan"
)

// fault is the name that a fault has while it is looked at.
const fault = "f"

func (p *printer) steps(steps []plan.Step) []jen.Code {
	var all []jen.Code
	for _, step := range steps {
		all = append(all, p.step(step)...)
	}
	return all
}

// step prints one thing that a function does, as one or two statements.
func (p *printer) step(s plan.Step) []jen.Code {
	switch s := s.(type) {
	case plan.Do:
		return []jen.Code{remark(p.value(s.Call), s.Comment)}
	case plan.Let:
		return []jen.Code{remark(p.let(s), s.Comment)}
	case plan.LetAll:
		return []jen.Code{ids(s.Names).Op(":=").List(p.values(s.Values)...)}
	case plan.Try:
		return p.try(s)
	case plan.Guard:
		check := id(fault).Op(":=").Add(p.value(s.Call))
		return []jen.Code{jen.If(check, p.failed()).Block(jen.Return(id(fault)))}
	case plan.Choose:
		return []jen.Code{p.choose(s)}
	case plan.When:
		return []jen.Code{p.when(s)}
	case plan.Return:
		return []jen.Code{jen.Return(p.values(s.Values)...)}
	default:
		return p.rareStep(s)
	}
}

// rareStep prints the steps that most functions do without.
func (p *printer) rareStep(s plan.Step) []jen.Code {
	switch s := s.(type) {
	case plan.Note:
		return notes(s.Text)
	case plan.Declare:
		return []jen.Code{p.declare(s)}
	case plan.Loop:
		return p.loop(s)
	case plan.Jump:
		return []jen.Code{p.jump(s)}
	case plan.Gap:
		return []jen.Code{jen.Empty()}
	default:
		panic(fmt.Sprintf("no way to print the step %T", s))
	}
}

func notes(text string) []jen.Code {
	var all []jen.Code
	for _, l := range comment(text) {
		all = append(all, jen.Comment(l))
	}
	return all
}

func (p *printer) let(s plan.Let) *jen.Statement {
	operator := ":="
	if s.Assign {
		operator = "="
	}
	return ids(s.Names).Op(operator).Add(p.value(s.Value))
}

// failed is `f != gw.OK`.
func (p *printer) failed() *jen.Statement {
	return id(fault).Op("!=").Add(p.value(plan.OK))
}

func (p *printer) try(s plan.Try) []jen.Code {
	call := ids(append(s.Names[:len(s.Names):len(s.Names)], fault)).Op(":=").Add(p.value(s.Call))
	for _, name := range s.Names {
		if name != "_" {
			return []jen.Code{call, jen.If(p.failed()).Block(jen.Return(id(fault)))}
		}
	}
	return []jen.Code{jen.If(call, p.failed()).Block(jen.Return(id(fault)))}
}

func (p *printer) choose(s plan.Choose) *jen.Statement {
	var arms []jen.Code
	for _, c := range s.Cases {
		body := append(notes(c.Comment), p.steps(c.Body)...)
		arms = append(arms, jen.Case(p.values(c.Values)...).Block(body...))
	}
	if s.Default != nil {
		arms = append(arms, jen.Default().Block(p.steps(s.Default)...))
	}
	if s.On == nil {
		return jen.Switch().Block(arms...)
	}
	return jen.Switch(p.value(s.On)).Block(arms...)
}

func (p *printer) when(s plan.When) *jen.Statement {
	conditions := []jen.Code{p.value(s.Cond)}
	if len(s.Init.Names) > 0 {
		conditions = []jen.Code{p.let(s.Init), p.value(s.Cond)}
	}
	out := jen.If(conditions...).Block(p.steps(s.Then)...)
	if otherwise, ok := only(s.Else).(plan.When); ok {
		return out.Else().Add(p.when(otherwise))
	}
	if len(s.Else) > 0 {
		out.Else().Block(p.steps(s.Else)...)
	}
	return out
}

// only is the step that steps consist of; nil unless it is one.
func only(steps []plan.Step) plan.Step {
	if len(steps) != 1 {
		return nil
	}
	return steps[0]
}
