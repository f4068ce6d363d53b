package emit

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/gatewright/gatewright/gen/plan"
)

// decl prints a top-level declaration.
func (p *printer) decl(f *jen.File, d plan.Decl) {
	switch d := d.(type) {
	case plan.Var:
		p.group(f, "var", d.Doc, d.Specs)
	case plan.Const:
		p.group(f, "const", d.Doc, d.Specs)
	case plan.Struct:
		doc(f, d.Doc)
		f.Type().Add(id(d.Name)).Struct(p.fields(d.Fields, true)...).Line()
	case plan.Func:
		p.function(f, d)
	default:
		panic(fmt.Sprintf("no way to print the declaration %T", d))
	}
}

func doc(f *jen.File, text string) {
	for _, l := range comment(text) {
		f.Comment(l)
	}
}

// group prints variables or constants: one without parentheses, several within.
func (p *printer) group(f *jen.File, keyword, text string, specs []plan.Spec) {
	doc(f, text)
	if len(specs) == 1 {
		f.Id(keyword).Add(p.spec(specs[0])).Line()
		return
	}
	all := make([]jen.Code, len(specs))
	for i, spec := range specs {
		all[i] = p.spec(spec)
	}
	f.Id(keyword).Defs(all...).Line()
}

func (p *printer) spec(s plan.Spec) *jen.Statement {
	out := id(s.Name)
	if s.Type != nil {
		out.Add(p.value(s.Type))
	}
	if s.Value != nil {
		out.Op("=").Add(p.value(s.Value))
	}
	return remark(out, s.Comment)
}

// remark puts a comment at the end of a line.
func remark(s *jen.Statement, text string) *jen.Statement {
	if text = line(text); text != "" {
		s.Comment(commentLine(text))
	}
	return s
}

func (p *printer) function(f *jen.File, d plan.Func) {
	doc(f, d.Doc)
	out := f.Func()
	if d.Receiver.Type != nil {
		out.Params(p.fields([]plan.Field{d.Receiver}, false)...)
	}
	out.Add(id(d.Name)).Params(p.fields(d.Params, false)...)
	switch {
	case len(d.Results) == 1 && d.Results[0].Name == "":
		out.Add(p.value(d.Results[0].Type))
	case len(d.Results) > 0:
		out.Params(p.fields(d.Results, false)...)
	}
	out.Block(p.steps(d.Body)...).Line()
}

func (p *printer) fields(fields []plan.Field, remarks bool) []jen.Code {
	all := make([]jen.Code, len(fields))
	for i, field := range fields {
		out := p.value(field.Type)
		if field.Name != "" {
			out = id(field.Name).Add(out)
		}
		if remarks {
			remark(out, field.Comment)
		}
		all[i] = out
	}
	return all
}
