// Package checker finds what a template says that cannot work, or hardly means what it seems to.
// It must not know documents, and takes what the runtime knows (paths, patterns, variables) from its caller.
package checker

import (
	"sort"
	"strings"

	"github.com/gatewright/gatewright/templates/ast"
)

// Kind says what a problem is about; the caller gives each its code.
type Kind uint8

// The kinds of problems.
const (
	UnknownFunction Kind = iota + 1 // of $util or $input
	UnknownContext                  // $context.name
	UnknownMethod                   // a method that no type has
	BadPath                         // a JSONPath
	BadPattern                      // a regular expression
	Unassignable                    // #set on what cannot be set
	Suspicious                      // works, but hardly as meant
)

// Problem is one finding.
type Problem struct {
	ast.Span
	Kind    Kind
	Message string
	Help    string
}

// Language is what the checker must be told.
type Language struct {
	// Path compiles a JSONPath; offset is where in it the problem is.
	Path func(text string) (offset int, err error)
	// Pattern compiles a Java regular expression.
	Pattern func(text string) error
	// Context reports whether $context.name has a meaning; near is what may have been meant.
	Context func(name string) (known bool, near string)
}

// Check returns the problems of a template in the order of their places.
func Check(nodes []ast.Node, language Language) []Problem {
	c := &checker{Language: language, assigned: map[string]bool{}}
	c.collect(nodes)
	c.block(nodes)
	sort.SliceStable(c.problems, func(i, j int) bool { return c.problems[i].Start < c.problems[j].Start })
	return c.problems
}

type checker struct {
	Language
	assigned map[string]bool
	problems []Problem
}

func (c *checker) add(span ast.Span, kind Kind, message, help string) {
	c.problems = append(c.problems, Problem{span, kind, message, help})
}

// collect notes the variables that the template sets anywhere.
func (c *checker) collect(nodes []ast.Node) {
	for _, n := range nodes {
		switch n := n.(type) {
		case ast.Set:
			if len(n.Target.Parts) == 0 {
				c.assigned[n.Target.Name] = true
			}
			c.collectExpr(n.Value)
		case ast.If:
			for _, b := range n.Branches {
				c.collectExpr(b.Cond)
				c.collect(b.Body)
			}
			c.collect(n.Else)
		case ast.Foreach:
			c.assigned[n.Var] = true
			c.collect(n.Body)
		case ast.Define:
			c.assigned[n.Var] = true
			c.collect(n.Body)
		}
	}
}

// collectExpr looks into strings, which may set variables too.
func (c *checker) collectExpr(e ast.Expr) {
	switch e := e.(type) {
	case ast.Interpolated:
		c.collect(e.Body)
	case ast.Binary:
		c.collectExpr(e.X)
		c.collectExpr(e.Y)
	case ast.Not:
		c.collectExpr(e.X)
	}
}

func (c *checker) block(nodes []ast.Node) {
	for _, n := range nodes {
		switch n := n.(type) {
		case ast.Output:
			c.reference(n.Ref)
		case ast.Set:
			c.set(n)
		case ast.If:
			for _, b := range n.Branches {
				c.condition(b.Cond)
				c.block(b.Body)
			}
			c.block(n.Else)
		case ast.Foreach:
			c.foreach(n)
		case ast.Define:
			c.block(n.Body)
		}
	}
}

// set checks an assignment.
func (c *checker) set(n ast.Set) {
	ref := n.Target
	switch {
	case ref.Formal || ref.Quiet:
		c.add(ref.Span, Unassignable, "#set on "+ref.Source+" assigns nothing that can be read", "write $"+ref.Name)
	case isLoop(ref.Name):
		c.add(ref.Span, Unassignable, "$"+ref.Name+" belongs to #foreach and cannot be set", "use a variable of your own")
	case ref.Name == "input" || ref.Name == "util" || ref.Name == "stageVariables", ref.Name == "context" && len(ref.Parts) == 0:
		c.add(ref.Span, Unassignable, "$"+ref.Name+" cannot be set", "use a variable of your own")
	}
	if ref.Name != "context" {
		c.parts(ref)
	}
	c.expr(n.Value)
}

// condition checks what #if tests: a literal is always false.
func (c *checker) condition(e ast.Expr) {
	switch e := e.(type) {
	case ast.String, ast.Interpolated, ast.Integer, ast.Float, ast.List, ast.Map, ast.Range:
		c.add(e.At(), Suspicious, "a literal is always false in #if", "compare it: #if($x == \"…\")")
	case ast.Binary:
		if e.Op >= ast.Plus {
			c.add(e.At(), Suspicious, "the result of arithmetic is always false in #if", "compare it: #if($n + 1 > 0)")
		}
	}
	c.expr(e)
}

// foreach checks a loop.
func (c *checker) foreach(n ast.Foreach) {
	switch n.Source.(type) {
	case ast.String, ast.Interpolated, ast.Integer, ast.Float, ast.Bool:
		c.add(n.Source.At(), Suspicious, "#foreach over a single value has no round", "loop over a list, a map or a range")
	}
	c.expr(n.Source)
	c.block(n.Body)
}

func (c *checker) exprs(exprs []ast.Expr) {
	for _, e := range exprs {
		c.expr(e)
	}
}

func (c *checker) expr(e ast.Expr) {
	switch e := e.(type) {
	case *ast.Reference:
		c.reference(e)
	case ast.Interpolated:
		c.block(e.Body)
	case ast.List:
		c.exprs(e.Items)
	case ast.Map:
		c.exprs(e.Keys)
		c.exprs(e.Values)
	case ast.Range:
		c.expr(e.From)
		c.expr(e.To)
	case ast.Binary:
		c.expr(e.X)
		c.expr(e.Y)
	case ast.Not:
		c.expr(e.X)
	}
}

func isLoop(name string) bool {
	return name == "foreach" || name == "velocityCount" || name == "velocityHasNext"
}

// reference checks a reference by the variable that it starts with.
func (c *checker) reference(ref *ast.Reference) {
	skip := 0
	if !c.assigned[ref.Name] {
		switch ref.Name {
		case "input":
			skip = c.input(ref)
		case "util":
			skip = c.util(ref)
		case "context":
			skip = c.context(ref)
		case "stageVariables", "foreach", "velocityCount", "velocityHasNext":
		default:
			c.unset(ref)
		}
	}
	c.methods(ref.Parts[min(skip, len(ref.Parts)):])
	c.parts(ref)
}

// unset checks a variable that nothing sets: it prints nothing.
func (c *checker) unset(ref *ast.Reference) {
	message, help := "$"+ref.Name+" is never set and prints nothing", "set it with #set, or write \\"+ref.Source+" to print it"
	if i := strings.IndexByte(ref.Name, '-'); i > 0 && (c.assigned[ref.Name[:i]]) {
		message = "$" + ref.Name + " is one name: a minus belongs to it"
		help = "write ${" + ref.Name[:i] + "}" + ref.Name[i:]
	}
	c.add(ref.Span, Suspicious, message, help)
}

// parts checks indexes and arguments.
func (c *checker) parts(ref *ast.Reference) {
	for _, p := range ref.Parts {
		switch p := p.(type) {
		case ast.Index:
			c.expr(p.Value)
		case ast.Method:
			c.exprs(p.Args)
		}
	}
}

// methods checks that some type has each method.
func (c *checker) methods(parts []ast.Part) {
	for _, p := range parts {
		m, ok := p.(ast.Method)
		if !ok {
			continue
		}
		if !knownMethod(m.Name) {
			help := "it gives nothing"
			if near := nearest(m.Name, methodNames()); near != "" {
				help = "did you mean " + near + "()?"
			}
			c.add(m.Span, UnknownMethod, "no type has a method "+m.Name, help)
			continue
		}
		if takesPattern(m.Name) && len(m.Args) > 0 {
			if s, ok := m.Args[0].(ast.String); ok {
				if err := c.Pattern(s.Value); err != nil {
					c.add(s.Span, BadPattern, "not a regular expression: "+err.Error(), "")
				}
			}
		}
	}
}

// input checks $input and returns how many parts are its own.
func (c *checker) input(ref *ast.Reference) int {
	if len(ref.Parts) == 0 {
		c.add(ref.Span, UnknownFunction, "$input alone is nothing", inputHelp)
		return 0
	}
	switch p := ref.Parts[0].(type) {
	case ast.Property:
		if p.Name == "body" {
			return 1
		}
	case ast.Method:
		switch {
		case p.Name == "params" && len(p.Args) <= 1:
			return 1
		case (p.Name == "path" || p.Name == "json") && len(p.Args) == 1:
			if s, ok := p.Args[0].(ast.String); ok {
				c.path(s)
			}
			return 1
		}
	}
	c.add(ref.Parts[0].At(), UnknownFunction, "$input has no such member", inputHelp)
	return 1
}

const inputHelp = "there are $input.body, $input.json(path), $input.path(path), $input.params() and $input.params(name)"

// path checks a literal JSONPath; its position is exact where the string has no doubled quotes.
func (c *checker) path(s ast.String) {
	offset, err := c.Path(s.Value)
	if err == nil {
		return
	}
	span := s.Span
	if len(s.Value) == span.End-span.Start-2 && offset <= len(s.Value) {
		span.Start += 1 + offset
		span.End--
		if span.Start >= span.End {
			span.End = span.Start + 1
		}
	}
	c.add(span, BadPath, "not a JSONPath: "+err.Error(), "")
}

// util checks $util and returns how many parts are its own.
func (c *checker) util(ref *ast.Reference) int {
	functions := []string{"escapeJavaScript", "parseJson", "urlEncode", "urlDecode", "base64Encode", "base64Decode"}
	if len(ref.Parts) == 0 {
		c.add(ref.Span, UnknownFunction, "$util alone is nothing", "its functions are "+strings.Join(functions, ", "))
		return 0
	}
	name := ""
	switch p := ref.Parts[0].(type) {
	case ast.Property:
		name = p.Name
	case ast.Method:
		name = p.Name
		for _, f := range functions {
			if f == name && len(p.Args) == 1 {
				return 1
			}
			if f == name {
				c.add(p.Span, UnknownFunction, "$util."+name+" takes one argument", "")
				return 1
			}
		}
	}
	help := "API Gateway has " + strings.Join(functions, ", ")
	if near := nearest(name, functions); near != "" {
		help = "did you mean $util." + near + "?"
	}
	c.add(ref.Parts[0].At(), UnknownFunction, "$util has no function "+name, help)
	return 1
}

// context checks $context.name and returns how many parts are the name.
func (c *checker) context(ref *ast.Reference) int {
	var names []string
	end := ref.Start
	for _, p := range ref.Parts {
		property, ok := p.(ast.Property)
		if !ok {
			break
		}
		names = append(names, property.Name)
		end = property.End
	}
	if len(names) == 0 || names[0] == "requestOverride" || names[0] == "responseOverride" || names[0] == "authorizer" {
		return len(names)
	}
	name := strings.Join(names, ".")
	if known, near := c.Context(name); !known {
		help := "it prints nothing"
		if near != "" {
			help = "did you mean $context." + near + "?"
		}
		c.add(ast.Span{Start: ref.Start, End: end}, UnknownContext, "$context has no variable "+name, help)
	}
	return len(names)
}
