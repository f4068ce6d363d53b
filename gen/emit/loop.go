package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/gatewright/gatewright/gen/plan"
)

func (p *printer) declare(s plan.Declare) *jen.Statement {
	return jen.Var().Add(id(s.Name)).Add(p.value(s.Type))
}

func (p *printer) loop(s plan.Loop) []jen.Code {
	loop := jen.For(p.value(s.Cond)).Block(p.steps(s.Body)...)
	if s.Label == "" {
		return []jen.Code{loop}
	}
	return []jen.Code{id(s.Label).Op(":"), loop}
}

func (p *printer) jump(s plan.Jump) *jen.Statement {
	word := jen.Break()
	if s.Word == "continue" {
		word = jen.Continue()
	}
	if s.Label != "" {
		word.Add(id(s.Label))
	}
	return word
}

func (p *printer) funcLit(v plan.FuncLit) *jen.Statement {
	out := jen.Func().Params(p.fields(v.Params, false)...)
	if len(v.Results) > 0 {
		out.Add(p.value(v.Results[0].Type))
	}
	return out.Block(p.steps(v.Body)...)
}
