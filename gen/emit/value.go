package emit

import (
	"fmt"
	"go/token"
	"strconv"
	"time"

	"github.com/dave/jennifer/jen"

	"github.com/gatewright/gatewright/gen/plan"
)

// printer prints one file and gathers what it imports.
type printer struct {
	imports map[string]bool
	linked  []plan.Import
}

// symbol is an exported name of a package.
func (p *printer) symbol(importPath, name string) *jen.Statement {
	p.imports[importPath] = true
	return id(p.alias(importPath)).Dot(identifier(name))
}

// value prints an expression or a type.
func (p *printer) value(v plan.Value) *jen.Statement {
	switch v := v.(type) {
	case plan.String:
		return literal(string(v))
	case plan.Int:
		return jen.Op(strconv.FormatInt(int64(v), 10))
	case plan.Float:
		return jen.Op(strconv.FormatFloat(float64(v), 'g', -1, 64))
	case plan.Bool:
		return jen.Op(strconv.FormatBool(bool(v)))
	case plan.Duration:
		return p.duration(time.Duration(v))
	case plan.Symbol:
		return p.symbol(v.Package, v.Name)
	case plan.Name:
		return id(string(v))
	case plan.Member:
		return p.value(v.X).Dot(identifier(v.Name))
	case plan.Call:
		return p.value(v.Func).Call(p.values(v.Args)...)
	case plan.FuncLit:
		return p.funcLit(v)
	case plan.Nil:
		return jen.Nil()
	default:
		return p.compound(v)
	}
}

// compound prints the values that are built with operators and braces.
func (p *printer) compound(v plan.Value) *jen.Statement {
	switch v := v.(type) {
	case plan.Op:
		return p.operand(v.X, precedence(v.Op)).Op(v.Op).Add(p.operand(v.Y, precedence(v.Op)+1))
	case plan.All:
		return p.all(v)
	case plan.Not:
		return jen.Op("!").Add(p.operand(v.X, token.HighestPrec))
	case plan.Spread:
		return p.value(v.X).Op("...")
	case plan.Variadic:
		return jen.Op("...").Add(p.value(v.Elem))
	case plan.Address:
		return jen.Op("&").Add(p.value(v.X))
	case plan.Deref:
		return jen.Op("*").Add(p.value(v.X))
	case plan.List:
		list := jen.Index().Add(p.value(v.Elem))
		if v.Type {
			return list
		}
		return list.Add(braces(p.values(v.Items), v.Lines))
	case plan.Composite:
		fields := make([]jen.Code, len(v.Fields))
		for i, field := range v.Fields {
			fields[i] = p.keyValue(field)
		}
		literal := jen.Empty()
		if v.Type != nil {
			literal = p.value(v.Type)
		}
		return literal.Add(braces(fields, v.Lines))
	default:
		panic(fmt.Sprintf("no way to print the value %T", v))
	}
}

// all prints terms that must all hold.
func (p *printer) all(v plan.All) *jen.Statement {
	out := jen.Empty()
	for i, term := range v.Terms {
		if i > 0 {
			out.Op("&&").Line()
		}
		out.Add(p.operand(term, token.LAND.Precedence()))
	}
	return out
}

// operand prints a side of an operator, in parentheses unless it binds at least as strongly.
func (p *printer) operand(v plan.Value, strength int) *jen.Statement {
	if op, ok := v.(plan.Op); ok && precedence(op.Op) < strength {
		return jen.Parens(p.value(v))
	}
	return p.value(v)
}

// precedence is how strongly an operator binds in Go.
func precedence(op string) int {
	switch op {
	case "||":
		return token.LOR.Precedence()
	case "&&":
		return token.LAND.Precedence()
	case "+", "-", "|":
		return token.ADD.Precedence()
	}
	return token.EQL.Precedence()
}

func (p *printer) values(vs []plan.Value) []jen.Code {
	all := make([]jen.Code, len(vs))
	for i, v := range vs {
		all[i] = p.value(v)
	}
	return all
}

func (p *printer) keyValue(f plan.KeyValue) *jen.Statement {
	if f.Key == "" {
		return p.value(f.Value)
	}
	return id(f.Key).Op(":").Add(p.value(f.Value))
}

// braces are the elements of a composite literal, in the order given.
func braces(elements []jen.Code, lines bool) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ",", Multi: lines && len(elements) > 0}, elements...)
}
