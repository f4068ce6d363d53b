package template

import (
	"math"
	"strings"

	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/templates/ast"
)

// value lowers an expression to a vtl.Value.
func (l *lowering) value(e ast.Expr) plan.Value {
	switch e := e.(type) {
	case ast.String:
		return plan.VTLStr.Call(plan.String(e.Value))
	case ast.Interpolated:
		return l.interpolated(e)
	case ast.Integer:
		if e.Value.IsInt64() {
			return plan.VTLInt.Call(plan.Int(e.Value.Int64()))
		}
		return plan.VTLBig.Call(plan.String(e.Value.String()))
	case ast.Float:
		if math.IsInf(e.Value, 0) {
			return plan.VTLInfinity.Call(plan.Bool(e.Value < 0))
		}
		if e.Value == 0 && math.Signbit(e.Value) {
			return plan.VTLMinusZero.Call()
		}
		return plan.VTLDouble.Call(plan.Float(e.Value))
	case ast.Bool:
		return plan.VTLBool.Call(plan.Bool(e.Value))
	case ast.Range:
		return plan.VTLRange.Call(l.value(e.From), l.value(e.To))
	case ast.List:
		return plan.VTLList.Call(l.operands(e.Items)...)
	case ast.Map:
		var items []plan.Value
		for i := range e.Keys {
			items = append(items, l.operand(e.Keys[i]), l.operand(e.Values[i]))
		}
		return plan.VTLMap.Call(items...)
	case ast.Bareword:
		return plan.Composite{Type: plan.VTLValue}
	case *ast.Reference:
		return l.reference(e)
	case ast.Not:
		return plan.VTLBool.Call(l.condition(e))
	case ast.Binary:
		return l.binary(e)
	}
	return plan.Composite{Type: plan.VTLValue}
}

// operand lowers a single value: an element, a key, an argument.
func (l *lowering) operand(e ast.Expr) plan.Value { return l.value(e) }

func (l *lowering) operands(exprs []ast.Expr) []plan.Value {
	values := make([]plan.Value, len(exprs))
	for i, e := range exprs {
		values[i] = l.operand(e)
	}
	return values
}

// reference lowers a reference to a value that is never null.
func (l *lowering) reference(ref *ast.Reference) plan.Value {
	chain, known := l.chain(ref)
	if !known {
		return plan.VTLStr.Call(plan.String(""))
	}
	return plan.VTLOrEmpty.Call(chain)
}

// binary lowers an operator to a value.
func (l *lowering) binary(e ast.Binary) plan.Value {
	switch e.Op {
	case ast.Plus:
		return plan.VTLAdd.Call(renderer, l.value(e.X), l.value(e.Y))
	case ast.Minus:
		return plan.VTLSubtract.Call(l.value(e.X), l.value(e.Y))
	case ast.Times:
		return plan.VTLMultiply.Call(l.value(e.X), l.value(e.Y))
	case ast.Divide:
		return plan.VTLDivide.Call(l.value(e.X), l.value(e.Y))
	case ast.Modulo:
		return plan.VTLModulo.Call(l.value(e.X), l.value(e.Y))
	}
	return plan.VTLBool.Call(l.condition(e))
}

// condition lowers an expression to a Go condition: only references, true, false, comparisons and logical operators
// can be true (mapping-templates.md 3.2).
func (l *lowering) condition(e ast.Expr) plan.Value {
	switch e := e.(type) {
	case ast.Bool:
		return plan.Bool(e.Value)
	case *ast.Reference:
		if cond, ok := l.loopCondition(e); ok {
			return cond
		}
		chain, known := l.chain(e)
		if !known {
			return plan.Bool(true)
		}
		return plan.VTLTrue.Call(chain)
	case ast.Not:
		return plan.Not{X: l.condition(e.X)}
	case ast.Binary:
		return l.comparison(e)
	}
	return plan.Bool(false)
}

// comparison lowers an operator to a Go condition.
func (l *lowering) comparison(e ast.Binary) plan.Value {
	switch e.Op {
	case ast.Or:
		return plan.Op{Op: "||", X: l.condition(e.X), Y: l.condition(e.Y)}
	case ast.And:
		return plan.Op{Op: "&&", X: l.condition(e.X), Y: l.condition(e.Y)}
	case ast.Equal:
		return plan.VTLEqual.Call(l.value(e.X), l.value(e.Y))
	case ast.NotEqual:
		return plan.Not{X: plan.VTLEqual.Call(l.value(e.X), l.value(e.Y))}
	case ast.Less:
		return plan.VTLLess.Call(l.value(e.X), l.value(e.Y))
	case ast.LessOrEqual:
		return plan.VTLLessOrEqual.Call(l.value(e.X), l.value(e.Y))
	case ast.Greater:
		return plan.VTLLess.Call(l.value(e.Y), l.value(e.X))
	case ast.GreaterOrEqual:
		return plan.VTLLessOrEqual.Call(l.value(e.Y), l.value(e.X))
	}
	return plan.Bool(false)
}

// interpolated lowers a double-quoted string: to a joining of parts where it holds only text and references, else to a closure.
func (l *lowering) interpolated(e ast.Interpolated) plan.Value {
	var parts []plan.Value
	for _, n := range e.Body {
		switch n := n.(type) {
		case ast.Text:
			parts = append(parts, plan.VTLStr.Call(plan.String(n.Value)))
			continue
		case ast.Output:
			if chain, known := l.chain(n.Ref); known {
				parts = append(parts, chain)
			}
			continue
		}
		return plan.VTLString.Call(renderer, l.closure(e.Body))
	}
	return plan.VTLJoin.Call(renderer, parts...)
}

// chain lowers a reference to a value that may be null. known is false when it can have no value.
func (l *lowering) chain(ref *ast.Reference) (value plan.Value, known bool) {
	if !l.uses.isWritten(ref.Name) {
		switch ref.Name {
		case "input":
			return l.input(ref)
		case "util":
			return l.util(ref)
		case "context":
			return l.context(ref), true
		case "stageVariables":
			return l.stageVariables(ref), true
		}
	}
	switch ref.Name {
	case "foreach", "velocityCount", "velocityHasNext":
		return l.loopValue(ref), true
	}
	if _, given := l.Given[ref.Name]; !given && !l.uses.isWritten(ref.Name) {
		return nil, false
	}
	l.used[ref.Name] = true
	l.touch(ref.Name, 1, 0)
	return l.parts(plan.Name(l.names.of(ref.Name)), ref.Parts), true
}

// parts applies properties, methods and indexes to a value.
func (l *lowering) parts(v plan.Value, parts []ast.Part) plan.Value {
	for _, p := range parts {
		switch p := p.(type) {
		case ast.Property:
			v = plan.VTLGet.Call(v, plan.String(p.Name))
		case ast.Index:
			v = l.then(v, risky(p.Value), func(v plan.Value) plan.Value { return plan.VTLAt.Call(v, l.value(p.Value)) })
		case ast.Method:
			v = l.then(v, risky(p.Args...), func(v plan.Value) plan.Value {
				return plan.VTLCall.Call(v, append([]plan.Value{plan.String(p.Name)}, l.operands(p.Args)...)...)
			})
		}
	}
	return v
}

// then applies a part of a reference to v. Arguments that do or throw something must not be evaluated where v is null.
func (l *lowering) then(v plan.Value, guarded bool, apply func(plan.Value) plan.Value) plan.Value {
	if !guarded {
		return apply(v)
	}
	it := l.names.fresh("it")
	return plan.VTLThen.Call(v, plan.FuncLit{
		Params:  []plan.Field{{Name: it, Type: plan.VTLValue}},
		Results: []plan.Field{{Type: plan.VTLValue}},
		Body:    []plan.Step{plan.Return{Values: []plan.Value{apply(plan.Name(it))}}},
	})
}

// risky reports whether evaluating one of exprs may do or throw something.
func risky(exprs ...ast.Expr) bool {
	for _, e := range exprs {
		switch e := e.(type) {
		case ast.Interpolated:
			for _, n := range e.Body {
				if out, ok := n.(ast.Output); ok && !risky(out.Ref) {
					continue
				}
				if _, ok := n.(ast.Text); !ok {
					return true
				}
			}
		case *ast.Reference:
			for i, p := range e.Parts {
				m, isMethod := p.(ast.Method)
				if _, isIndex := p.(ast.Index); isIndex || isMethod && !(harmless(m) || i == 0 && encodes(e.Name, m)) {
					return true
				}
			}
		case ast.List:
			if risky(e.Items...) {
				return true
			}
		case ast.Map:
			if risky(e.Keys...) || risky(e.Values...) {
				return true
			}
		case ast.Range:
			if risky(e.From, e.To) {
				return true
			}
		}
	}
	return false
}

// harmless reports whether calling a method changes nothing and never throws.
func harmless(m ast.Method) bool {
	switch m.Name {
	case "size", "length", "isEmpty", "toString", "trim", "toUpperCase", "toLowerCase", "keySet", "values", "entrySet", "intValue", "getKey", "getValue":
		return len(m.Args) == 0
	}
	return false
}

// encodes reports whether a call is one of the functions of API Gateway that take any value.
func encodes(of string, m ast.Method) bool {
	switch {
	case of == "input":
		return m.Name == "params" && !risky(m.Args...)
	case of == "util":
		return (m.Name == "escapeJavaScript" || m.Name == "urlEncode" || m.Name == "base64Encode") && !risky(m.Args...)
	}
	return false
}

// path names the package variable of a JSONPath that is a literal.
func (l *lowering) path(e ast.Expr) (plan.Value, bool) {
	literal, ok := e.(ast.String)
	if !ok {
		return nil, false
	}
	name, ok := l.PathName(literal.Value)
	return plan.Name(name), ok
}

// input lowers $input.
func (l *lowering) input(ref *ast.Reference) (plan.Value, bool) {
	if len(ref.Parts) == 0 {
		return nil, false
	}
	rest := ref.Parts[1:]
	switch part := ref.Parts[0].(type) {
	case ast.Property:
		if part.Name == "body" {
			return l.parts(plan.VTLBody.Call(renderer), rest), true
		}
	case ast.Method:
		if v, ok := l.inputCall(part); ok {
			return l.parts(v, rest), true
		}
	}
	return nil, false
}

// inputCall lowers the methods of $input.
func (l *lowering) inputCall(m ast.Method) (plan.Value, bool) {
	if m.Name == "params" && len(m.Args) == 0 {
		return plan.VTLParams.Call(renderer), true
	}
	if len(m.Args) != 1 {
		return nil, false
	}
	text, literal := m.Args[0].(ast.String)
	switch m.Name {
	case "path":
		if path, ok := l.path(m.Args[0]); ok {
			return plan.VTLInput.Call(renderer, path), true
		}
		return plan.VTLInputAt.Call(renderer, l.operand(m.Args[0])), true
	case "json":
		if path, ok := l.path(m.Args[0]); ok {
			return plan.VTLInputJSON.Call(renderer, path), true
		}
		return plan.VTLInputJSONAt.Call(renderer, l.operand(m.Args[0])), true
	case "params":
		if literal {
			return plan.VTLParam.Call(renderer, plan.String(text.Value)), true
		}
		return plan.VTLParamAt.Call(renderer, l.operand(m.Args[0])), true
	}
	return nil, false
}

// util lowers $util: its functions take one argument each.
func (l *lowering) util(ref *ast.Reference) (plan.Value, bool) {
	method, ok := l.function(ref, "util")
	if !ok || len(method.Args) != 1 {
		return nil, false
	}
	function, ok := utilFunction(method.Name)
	if !ok {
		return nil, false
	}
	return l.parts(function.Call(renderer, l.operand(method.Args[0])), ref.Parts[1:]), true
}

// utilFunction returns the runtime's function for a name of $util.
func utilFunction(name string) (plan.Selector, bool) {
	switch name {
	case "escapeJavaScript":
		return plan.VTLEscapeJavaScript, true
	case "parseJson":
		return plan.VTLParseJSON, true
	case "urlEncode":
		return plan.VTLURLEncode, true
	case "urlDecode":
		return plan.VTLURLDecode, true
	case "base64Encode":
		return plan.VTLBase64Encode, true
	case "base64Decode":
		return plan.VTLBase64Decode, true
	}
	return plan.Selector{}, false
}

// context lowers $context: known variables are read directly, everything else from the map.
func (l *lowering) context(ref *ast.Reference) plan.Value {
	if !l.uses.contextSet {
		if name, ok := dotted(ref.Parts); ok && l.KnownContext(name) {
			return plan.VTLContext.Call(renderer, plan.String(name))
		}
	}
	return l.parts(plan.VTLContextMap.Call(renderer), ref.Parts)
}

// stageVariables lowers $stageVariables.
func (l *lowering) stageVariables(ref *ast.Reference) plan.Value {
	if len(ref.Parts) == 1 {
		if name, ok := dotted(ref.Parts); ok {
			return plan.VTLStageVariable.Call(renderer, plan.String(name))
		}
	}
	return l.parts(plan.VTLStageVariables.Call(renderer), ref.Parts)
}

// dotted joins parts that are all names.
func dotted(parts []ast.Part) (string, bool) {
	var names []string
	for _, p := range parts {
		switch p := p.(type) {
		case ast.Property:
			names = append(names, p.Name)
			continue
		case ast.Index:
			if s, ok := p.Value.(ast.String); ok {
				names = append(names, s.Value)
				continue
			}
		}
		return "", false
	}
	return strings.Join(names, "."), len(names) > 0
}

// loopField returns the loop around the current node and the name of its property that a reference reads.
func (l *lowering) loopField(ref *ast.Reference) (plan.Name, string) {
	if len(l.loops) == 0 || l.uses.isWritten(ref.Name) {
		return "", ""
	}
	name := l.loops[len(l.loops)-1].name
	switch {
	case ref.Name == "velocityCount" && len(ref.Parts) == 0:
		return name, "count"
	case ref.Name == "velocityHasNext" && len(ref.Parts) == 0:
		return name, "hasNext"
	case ref.Name == "foreach" && len(ref.Parts) == 1:
		if p, ok := ref.Parts[0].(ast.Property); ok {
			return name, p.Name
		}
	}
	return "", ""
}

// loopCondition lowers $foreach.hasNext and its like to a Go condition.
func (l *lowering) loopCondition(ref *ast.Reference) (plan.Value, bool) {
	name, field := l.loopField(ref)
	switch field {
	case "hasNext":
		return plan.VTLHasNext.Call(name), true
	case "first":
		return plan.VTLFirst.Call(name), true
	case "last":
		return plan.VTLLast.Call(name), true
	}
	return nil, false
}

// loopValue lowers $foreach, $velocityCount and $velocityHasNext.
func (l *lowering) loopValue(ref *ast.Reference) plan.Value {
	if cond, ok := l.loopCondition(ref); ok {
		return plan.VTLBool.Call(cond)
	}
	switch name, field := l.loopField(ref); field {
	case "index":
		return plan.VTLIndex.Call(name)
	case "count":
		return plan.VTLCount.Call(name)
	}
	current := plan.Value(plan.VTLCurrent.Call(renderer))
	switch ref.Name {
	case "velocityCount":
		current = plan.VTLGet.Call(current, plan.String("count"))
	case "velocityHasNext":
		current = plan.VTLGet.Call(current, plan.String("hasNext"))
	}
	return l.parts(current, ref.Parts)
}
