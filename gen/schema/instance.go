package schema

import (
	"fmt"
	"go/token"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// key tells instances apart.
type key struct {
	schema int
	scope  string
	tracks bool
}

// instance is a schema as one function: in one dynamic scope, and with or without telling what it looked at.
type instance struct {
	name   plan.Name
	node   source.Node
	scope  scope
	tracks bool
	same   []*instance // what is applied to the very same value
	state  uint8       // of the search for loops
}

// maxInstances bounds what dynamic references may multiply, for each schema of the document.
const maxInstances = 32

// function returns the name of the function of a schema, which is made when its turn comes.
func (s *Set) function(n source.Node, c scope, tracks bool, name string) plan.Name {
	return s.instance(n, c, tracks, name).name
}

func (s *Set) instance(n source.Node, c scope, tracks bool, name string) *instance {
	n, c = s.settle(n, c)
	k := key{schema: s.number(n), scope: s.id(c), tracks: tracks}
	if made := s.instances[k]; made != nil {
		return made
	}
	if len(s.instances) > maxInstances*(len(s.within)+64) && !s.overflown {
		s.overflown = true
		s.report(diag.TooManyValidators, diag.Error, n.Span(), "dynamic references make too many validators", "")
	}
	if model := s.models[n.Identity()]; model != "" {
		name = model
	}
	want := "valid" + title(name)
	if strings.HasPrefix(name, "valid") && token.IsIdentifier(name) { // of a part of another schema, or by itself right
		want = name
	}
	if len(want) > maxName {
		want = want[:maxName]
	}
	if tracks {
		want += "Seen"
	}
	made := &instance{name: plan.Name(s.names.fresh(want)), node: n, scope: c, tracks: tracks}
	s.instances[k] = made
	s.queue = append(s.queue, made)
	return made
}

// drain makes the functions that wait.
func (s *Set) drain() {
	for len(s.queue) > 0 {
		next := s.queue[0]
		s.queue = s.queue[1:]
		if s.overflown {
			continue
		}
		s.funcs = append(s.funcs, s.build(next))
	}
}

// build makes the function of an instance.
func (s *Set) build(i *instance) plan.Func {
	f := &builder{set: s, in: i, base: string(i.name), locals: map[string]int{}}
	f.seen = seen{}
	params := []plan.Field{{Name: "v", Type: plan.SchemaValue}, {Name: "r", Type: plan.Deref{X: plan.SchemaReport}}}
	if i.tracks {
		params = append(params, plan.Field{Name: "e", Type: plan.Deref{X: plan.SchemaSeen}})
		f.seen = seen{on: plan.Name("e"), address: plan.Name("e")}
	}
	checks := f.schema(i.node, i.scope, plan.Name("v"))
	var body []plan.Step
	if len(checks) == 0 {
		body = []plan.Step{plan.Return{Values: []plan.Value{plan.Bool(true)}}}
	} else {
		n := f.local("n")
		body = append(body, plan.Let{Names: []string{string(n)}, Value: plan.SchemaLen.Call(report)})
		body = append(body, checks...)
		body = append(body, plan.Return{Values: []plan.Value{plan.Op{Op: "==", X: plan.SchemaLen.Call(report), Y: n}}})
	}
	return plan.Func{Name: string(i.name), Doc: s.doc(i), Params: params, Results: []plan.Field{{Type: plan.Name("bool")}}, Body: body}
}

// doc says what a function validates.
func (s *Set) doc(i *instance) string {
	what := "a value by its schema"
	if model := s.models[i.node.Identity()]; model != "" {
		what = "a value by the model " + model
	} else if text, ok := i.node.Get("title").Text(); ok && len(text.Value) < 80 {
		what = fmt.Sprintf("a value by the schema %q", text.Value)
	}
	if i.tracks {
		return string(i.name) + " validates " + what + ", and notes which members or items it looked at."
	}
	return string(i.name) + " validates " + what + "."
}

// findLoops reports schemas that apply themselves to the same value.
func (s *Set) findLoops() {
	for _, f := range s.funcs {
		for _, i := range s.instances {
			if string(i.name) == f.Name {
				s.visit(i)
			}
		}
	}
}

const (
	visiting = 1
	visited  = 2
)

func (s *Set) visit(i *instance) {
	if i.state != 0 {
		return
	}
	i.state = visiting
	for _, next := range i.same {
		if next.state == visiting {
			s.report(diag.EndlessSchema, diag.Error, next.node.Start(), "the schema applies itself to the same value without end", "")
			continue
		}
		s.visit(next)
	}
	i.state = visited
}

// report is the parameter of that name.
var report = plan.Name("r")

// builder makes one function.
type builder struct {
	set    *Set
	in     *instance
	base   string // what names of parts begin with
	seen   seen
	locals map[string]int
}

// seen is where what was looked at is noted; on is nil where nobody asks.
type seen struct{ on, address plan.Value }

// local is a name that the function does not have yet.
func (f *builder) local(want string) plan.Name {
	f.locals[want]++
	if n := f.locals[want]; n > 1 {
		return plan.Name(fmt.Sprintf("%s%d", want, n))
	}
	return plan.Name(want)
}

// stop is `if cond && report { return false }`.
func stop(cond, report plan.Value) plan.Step {
	return plan.When{Cond: and(cond, report), Then: []plan.Step{refuse}}
}

var refuse = plan.Return{Values: []plan.Value{plan.Bool(false)}}

func and(x, y plan.Value) plan.Value { return plan.Op{Op: "&&", X: x, Y: y} }

// unreported is `r == nil`.
func unreported() plan.Value { return plan.Op{Op: "==", X: report, Y: plan.Nil{}} }

func size(x plan.Value) plan.Value { return plan.Call{Func: plan.Name("len"), Args: []plan.Value{x}} }

// call applies a schema to a value by its function. same says that it is the value of this function; notes, that what it
// looks at counts.
func (f *builder) call(n source.Node, c scope, v plan.Value, r plan.Value, same bool, notes plan.Value, part string) plan.Value {
	c = f.set.enter(n, c)
	i := f.set.instance(n, c, notes != nil, f.base+part)
	if same {
		f.in.same = append(f.in.same, i)
	}
	args := []plan.Value{v, r}
	if notes != nil {
		args = append(args, notes)
	}
	return plan.Call{Func: i.name, Args: args}
}

// within applies a schema to a member or item, or a name.
func (f *builder) within(n source.Node, c scope, v plan.Value, part string) []plan.Step {
	return f.apply(n, c, v, false, nil, part)
}

// here applies a schema to the same value.
func (f *builder) here(n source.Node, c scope, v plan.Value, part string) []plan.Step {
	return f.apply(n, c, v, true, f.seen.address, part)
}

func (f *builder) apply(n source.Node, c scope, v plan.Value, same bool, notes plan.Value, part string) []plan.Step {
	if b, ok := n.Bool(); ok {
		if b.Value {
			return nil
		}
		return []plan.Step{plan.When{Cond: plan.SchemaFalse.Call(report), Then: []plan.Step{refuse}}}
	}
	c = f.set.enter(n, c)
	n, c = f.set.settle(n, c)
	if _, named := f.set.models[n.Identity()]; !named && f.simple(n, c) {
		if len(f.set.keywords(n, c)) == 0 {
			f.set.check(n, c)
			return nil
		}
		inner := *f
		inner.base = f.base + part
		if len(inner.base) > maxName {
			inner.base = inner.base[:maxName]
		}
		if _, isName := v.(plan.Name); isName {
			return inner.schema(n, c, v)
		}
		x := f.local("x")
		checks := inner.schema(n, c, x)
		if len(checks) == 0 {
			return nil
		}
		return append([]plan.Step{plan.Let{Names: []string{string(x)}, Value: v}}, checks...)
	}
	return []plan.Step{stop(plan.Not{X: f.call(n, c, v, report, same, notes, part)}, unreported())}
}

// condition is whether a value matches a schema, without reporting why not.
func (f *builder) condition(n source.Node, c scope, v plan.Value, same bool, notes plan.Value, part string) plan.Value {
	if b, ok := n.Bool(); ok {
		return plan.Bool(b.Value)
	}
	c = f.set.enter(n, c)
	n, c = f.set.settle(n, c)
	if words := f.set.keywords(n, c); len(words) == 1 && words[0] == "type" && !c.dialect.isNullable(n) && c.dialect.asserts {
		if types, ok := f.set.types(n); ok && len(types) == 1 {
			f.set.check(n, c)
			return typeCheck(types[0], c.dialect, v)
		}
	}
	return f.call(n, c, v, plan.Nil{}, same, notes, part)
}
