package template

import (
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/templates/ast"
)

// set lowers #set.
func (l *lowering) set(n ast.Set) []plan.Step {
	if n.Target.Formal || n.Target.Quiet || reserved(n.Target) {
		return l.discard(n.Value)
	}
	comment := l.quote(n.Span)
	if len(n.Target.Parts) > 0 {
		return l.setMember(n, comment)
	}
	if !l.uses.isRead(n.Target.Name) {
		return l.discard(n.Value)
	}
	value := l.value(n.Value)
	if nullable(n.Value) && l.declared[n.Target.Name] { // reading the old value keeps nothing alive
		value = plan.VTLSet.Call(plan.Name(l.names.of(n.Target.Name)), value)
		l.touch(n.Target.Name, 1, 0)
	}
	return []plan.Step{l.assign(n.Target.Name, value, comment)}
}

// assign sets a variable, declaring it where it is first set.
func (l *lowering) assign(name string, value plan.Value, comment string) plan.Step {
	step := plan.Let{Names: []string{l.names.of(name)}, Value: value, Assign: l.declared[name], Comment: comment}
	l.declared[name] = true
	l.touch(name, 0, 1)
	return step
}

// setMember lowers #set($a.b = …) and #set($a[i] = …).
func (l *lowering) setMember(n ast.Set, comment string) []plan.Step {
	last := len(n.Target.Parts) - 1
	base := *n.Target
	base.Parts = base.Parts[:last:last]
	var holder plan.Value
	var known bool
	if base.Name == "context" && !l.uses.isWritten("context") {
		holder, known = l.parts(plan.VTLContextMap.Call(renderer), base.Parts), true
	} else {
		holder, known = l.chain(&base)
	}
	if !known {
		return l.discard(n.Value)
	}
	switch part := n.Target.Parts[last].(type) {
	case ast.Property:
		return []plan.Step{plan.Do{Call: plan.VTLSetProperty.Call(holder, plan.String(part.Name), l.value(n.Value)), Comment: comment}}
	case ast.Index:
		return []plan.Step{plan.Do{Call: plan.VTLSetAt.Call(holder, l.value(part.Value), l.value(n.Value)), Comment: comment}}
	}
	return l.discard(n.Value)
}

// discard evaluates what nobody reads, if that can do anything.
func (l *lowering) discard(e ast.Expr) []plan.Step {
	if !effective(e) {
		return nil
	}
	return []plan.Step{plan.Let{Names: []string{"_"}, Value: l.value(e), Assign: true}}
}

// reserved reports whether a variable is API Gateway's own and cannot be assigned as a whole.
func reserved(ref *ast.Reference) bool {
	switch ref.Name {
	case "foreach", "velocityCount", "velocityHasNext":
		return true
	case "input", "util", "stageVariables":
		return true
	case "context":
		return len(ref.Parts) == 0
	}
	return false
}

// nullable reports whether an expression can be null: arithmetic and ranges can, references cannot.
func nullable(e ast.Expr) bool {
	switch e := e.(type) {
	case ast.Binary:
		return e.Op >= ast.Plus
	case ast.Range:
		return true
	}
	return false
}

// effective reports whether evaluating e can do or throw anything.
func effective(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Reference:
		for _, p := range e.Parts {
			switch p := p.(type) {
			case ast.Method, ast.Index:
				return true
			case ast.Property:
				_ = p
			}
		}
		return false
	case ast.Interpolated:
		return true
	case ast.Binary:
		return effective(e.X) || effective(e.Y) || e.Op >= ast.Plus
	case ast.Not:
		return effective(e.X)
	case ast.List:
		for _, x := range e.Items {
			if effective(x) {
				return true
			}
		}
	case ast.Map:
		for i := range e.Keys {
			if effective(e.Keys[i]) || effective(e.Values[i]) {
				return true
			}
		}
	case ast.Range:
		return effective(e.From) || effective(e.To)
	}
	return false
}
