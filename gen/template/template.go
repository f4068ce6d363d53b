// Package template turns a parsed mapping template into the steps of a Go function.
// It must not know where in a document a template stands, nor print Go.
package template

import (
	"strings"

	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/templates/ast"
)

// Options say how a template is lowered.
type Options struct {
	// Text is the template's text: the comments of generated statements quote it.
	Text string
	// PathName gives the name of the package variable that holds a compiled JSONPath; ok is false for a path that does
	// not compile, which fails when it is evaluated.
	PathName func(path string) (name string, ok bool)
	// KnownContext reports whether $context.NAME is one of API Gateway's variables, to be read without building a map.
	KnownContext func(name string) bool
	// Cover numbers a branch, by the text of its directive and what it is: #if, #elseif, #else or #foreach. The branch then
	// tells the renderer its number each time it is reached. Without Cover, or where ok is false, it does not.
	Cover func(directive ast.Span, what string) (number int, ok bool)
	// Given are variables that have a value before the template runs, by name: only tests give any.
	Given map[string]plan.Value
}

// renderer is the name of the generated function's parameter.
const renderer = plan.Name("r")

// Lower returns the body of a function with the parameter `r *vtl.Renderer`.
func Lower(nodes []ast.Node, options Options) []plan.Step {
	u := analyse(nodes)
	for name := range options.Given {
		u.local[name] = false
	}
	for {
		l := &lowering{Options: options, uses: u, names: newNames(), used: map[string]bool{}, touched: map[string]touches{}}
		declarations := l.declarations()
		body := l.block(nodes)
		if !u.dropUnread(l.used) {
			return append(declarations, body...)
		}
		// What is only read where nothing runs, or to set what nobody reads, must not be declared in Go: again without it.
	}
}

// lowering is the state of one template.
type lowering struct {
	Options
	uses  *uses
	names *names
	used  map[string]bool // variables that the steps read
	// touched counts what the steps of the loop around the current node do with the variables of loops.
	touched map[string]touches

	loops    []*loop // the loops around the current node, outermost first, up to the enclosing closure
	closures int     // how many closures enclose the current node
	declared map[string]bool
}

// touches counts what steps do with a variable.
type touches struct{ reads, writes int }

// loop is a #foreach around the current node.
type loop struct {
	name    plan.Name // of the *vtl.Loop
	label   string    // set when an inner #break names this loop
	labeled bool
}

// declarations declares the variables that are not declared where they are first set.
func (l *lowering) declarations() []plan.Step {
	l.declared = map[string]bool{}
	var steps []plan.Step
	for _, name := range l.uses.variables {
		if given, ok := l.Given[name]; ok && l.uses.isRead(name) {
			l.declared[name] = true
			steps = append(steps, plan.Let{Names: []string{l.names.of(name)}, Value: given})
			continue
		}
		if _, given := l.Given[name]; given || !l.uses.isRead(name) || !l.uses.isWritten(name) || l.uses.local[name] || l.uses.firstSet[name] {
			continue
		}
		l.declared[name] = true
		steps = append(steps, plan.Declare{Name: l.names.of(name), Type: plan.VTLValue})
	}
	return steps
}

// block lowers nodes in order; what follows a node that ends the block is dropped.
func (l *lowering) block(nodes []ast.Node) []plan.Step {
	var steps []plan.Step
	for _, n := range nodes {
		more, ends := l.node(n)
		steps = append(steps, more...)
		if ends {
			break
		}
	}
	return steps
}

// node lowers one node; ends is true when nothing after it can run.
func (l *lowering) node(n ast.Node) (steps []plan.Step, ends bool) {
	switch n := n.(type) {
	case ast.Text:
		return []plan.Step{plan.Do{Call: plan.VTLText.Call(renderer, plan.String(n.Value))}}, false
	case ast.Output:
		return l.output(n.Ref), false
	case ast.Set:
		return l.set(n), false
	case ast.If:
		return []plan.Step{l.branches(n)}, false
	case ast.Foreach:
		return l.foreach(n), false
	case ast.Define:
		return l.define(n), false
	case ast.Break:
		return l.breaks(n)
	case ast.Stop:
		if l.closures > 0 {
			return []plan.Step{plan.Do{Call: plan.VTLStop.Call(renderer)}}, false
		}
		return []plan.Step{plan.Return{}}, true
	}
	return nil, false
}

// output prints a reference, without a detour where the runtime can print it directly.
func (l *lowering) output(ref *ast.Reference) []plan.Step {
	if method, ok := l.function(ref, "util"); ok && method.Name == "escapeJavaScript" && len(method.Args) == 1 && len(ref.Parts) == 1 {
		return []plan.Step{plan.Do{Call: plan.VTLPrintEscaped.Call(renderer, l.operand(method.Args[0]))}}
	}
	if method, ok := l.function(ref, "input"); ok && method.Name == "json" && len(method.Args) == 1 && len(ref.Parts) == 1 {
		if path, ok := l.path(method.Args[0]); ok {
			return []plan.Step{plan.Do{Call: plan.VTLPrintJSON.Call(renderer, path)}}
		}
	}
	chain, known := l.chain(ref)
	if !known {
		return nil
	}
	return []plan.Step{plan.Do{Call: plan.VTLPrint.Call(renderer, chain)}}
}

// function returns the method that a reference such as $util.name(…) starts with.
func (l *lowering) function(ref *ast.Reference, of string) (ast.Method, bool) {
	if ref.Name != of || len(ref.Parts) == 0 || l.uses.isWritten(of) {
		return ast.Method{}, false
	}
	method, ok := ref.Parts[0].(ast.Method)
	return method, ok
}

// branches lowers #if.
func (l *lowering) branches(n ast.If) plan.Step {
	var otherwise []plan.Step
	if n.HasElse {
		otherwise = append(l.cover(n.ElseSpan, "#else"), l.block(n.Else)...)
	}
	var step plan.When
	for i := len(n.Branches) - 1; i >= 0; i-- {
		b := n.Branches[i]
		what := "#elseif"
		if i == 0 {
			what = "#if"
		}
		step = plan.When{Cond: l.condition(b.Cond), Then: append(l.cover(b.Span, what), l.block(b.Body)...), Else: otherwise}
		otherwise = []plan.Step{step}
	}
	return step
}

// cover is the step by which a branch tells that it is reached; none where branches are not counted.
func (l *lowering) cover(directive ast.Span, what string) []plan.Step {
	if l.Cover == nil {
		return nil
	}
	number, ok := l.Cover(directive, what)
	if !ok {
		return nil
	}
	return []plan.Step{plan.Do{Call: plan.VTLCover.Call(renderer, plan.Int(number))}}
}

// foreach lowers a loop. Its variable gets its old value back unless nothing outside the loop knows it.
func (l *lowering) foreach(n ast.Foreach) []plan.Step {
	source := l.value(n.Source)
	this := &loop{name: plan.Name(l.names.fresh("loop"))}
	steps := []plan.Step{plan.Let{Names: []string{string(this.name)}, Value: plan.VTLForeach.Call(renderer, source), Comment: l.quote(n.Span)}}
	local, read := l.uses.local[n.Var], l.uses.isRead(n.Var)
	variable := l.names.of(n.Var)
	saved := ""
	if !local && read {
		saved = l.names.fresh("outer")
		steps = append(steps, plan.Let{Names: []string{saved}, Value: plan.Name(variable)})
	}
	l.loops = append(l.loops, this)
	wasDeclared := l.declared[n.Var]
	body := l.cover(n.Span, "#foreach")
	touched := l.touched[n.Var]
	l.touched[n.Var] = touches{}
	l.declared[n.Var] = wasDeclared || read
	inner := l.block(n.Body)
	if read {
		body = append(body, l.item(variable, this.name, local, l.touched[n.Var])...)
	}
	body = append(body, inner...)
	l.declared[n.Var], l.touched[n.Var] = wasDeclared, touched
	l.loops = l.loops[:len(l.loops)-1]
	round := plan.Loop{Cond: plan.VTLNext.Call(this.name), Body: body}
	if this.labeled {
		round.Label = this.label
	}
	steps = append(steps, round, plan.Do{Call: plan.VTLLeave.Call(renderer, this.name)})
	if saved != "" {
		steps = append(steps, plan.Let{Names: []string{variable}, Value: plan.Name(saved), Assign: true})
	}
	return steps
}

// item gives a loop's variable its value for a round. Go refuses variables that nothing reads.
func (l *lowering) item(variable string, loop plan.Name, local bool, does touches) []plan.Step {
	step := plan.Let{Names: []string{variable}, Value: plan.VTLItem.Call(loop), Assign: !local}
	switch {
	case !local || does.reads > 0:
		return []plan.Step{step}
	case does.writes > 0:
		return []plan.Step{step, plan.Let{Names: []string{"_"}, Value: plan.Name(variable), Assign: true}}
	}
	return nil
}

// touch notes that the steps read or write a variable.
func (l *lowering) touch(name string, reads, writes int) {
	t := l.touched[name]
	l.touched[name] = touches{t.reads + reads, t.writes + writes}
}

// define lowers #define to a closure.
func (l *lowering) define(n ast.Define) []plan.Step {
	if !l.uses.isRead(n.Var) {
		return nil
	}
	body := l.closure(n.Body)
	return []plan.Step{l.assign(n.Var, plan.VTLDefine.Call(renderer, body), l.quote(n.Span))}
}

// closure lowers nodes to a function literal; the loops around it are not its own.
func (l *lowering) closure(nodes []ast.Node) plan.Value {
	loops := l.loops
	l.loops = nil
	l.closures++
	body := l.block(nodes)
	l.closures--
	l.loops = loops
	return plan.FuncLit{Body: body}
}

// breaks lowers #break.
func (l *lowering) breaks(n ast.Break) ([]plan.Step, bool) {
	levels := 0
	if n.Scope != nil {
		levels = len(n.Scope.Parts)
	}
	if levels >= len(l.loops) {
		return []plan.Step{plan.Return{}}, true
	}
	target := l.loops[len(l.loops)-1-levels]
	if levels == 0 {
		return []plan.Step{plan.Jump{Word: "break"}}, true
	}
	if !target.labeled {
		target.labeled, target.label = true, l.names.fresh("rounds")
	}
	return []plan.Step{plan.Jump{Word: "break", Label: target.label}}, true
}

// quote returns the template's text at span for a comment, cut to one line.
func (l *lowering) quote(span ast.Span) string {
	if span.Start < 0 || span.End > len(l.Text) || span.Start >= span.End {
		return ""
	}
	text := strings.TrimSpace(l.Text[span.Start:span.End])
	if line, _, more := strings.Cut(text, "\n"); more {
		text = strings.TrimSpace(line) + " …"
	}
	const most = 80
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
