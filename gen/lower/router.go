package lower

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/plan"
)

// endpoint is what the router leads to: one method of one path.
type endpoint struct {
	method   string // upper case, or ANY
	path     string // as the document has it
	constant string // the route's constant
}

// node is a place in the tree of paths.
type node struct {
	path     string // the template that leads here
	depth    int    // the segments of it
	ends     []endpoint
	literals []branch // sorted by their text
	affixed  []branch // the most specific first
	param    *node
	greedy   []endpoint

	lines    int    // of its code, with what is inside
	function string // the function that the node is; empty when its code stands in its parent's
}

// branch is a child behind a segment that has literal text.
type branch struct {
	segment segment
	to      *node
}

// readable is how many lines a function of the router may have before parts of it become functions of their own.
const readable = 60

// newTree builds the tree of endpoints.
func newTree(endpoints []endpoint) *node {
	root := &node{}
	for _, e := range endpoints {
		root.add(e)
	}
	root.sort()
	return root
}

func (n *node) add(e endpoint) {
	for _, s := range parsePath(e.path) {
		if s.greedy {
			n.greedy = append(n.greedy, e)
			return
		}
		n = n.child(s)
	}
	n.ends = append(n.ends, e)
}

// child is the node behind s, made when there is none.
func (n *node) child(s segment) *node {
	next := &node{path: n.path + "/" + s.String(), depth: n.depth + 1}
	switch {
	case s.isWhole():
		if n.param == nil {
			n.param = next
		}
		return n.param
	case s.isLiteral():
		return find(&n.literals, s, next)
	default:
		return find(&n.affixed, s, next)
	}
}

func find(branches *[]branch, s segment, next *node) *node {
	for _, b := range *branches {
		if slices.Equal(b.segment.literals, s.literals) {
			return b.to
		}
	}
	*branches = append(*branches, branch{s, next})
	return next
}

// String is the segment as a template writes it.
func (s segment) String() string {
	var b strings.Builder
	for i, literal := range s.literals {
		b.WriteString(literal)
		if i < len(s.params) {
			fmt.Fprintf(&b, "{%s}", s.params[i])
		}
	}
	return b.String()
}

// sort puts everything below n in an order that the document's own order does not change.
func (n *node) sort() {
	byMethod := func(a, b endpoint) int { return cmp.Compare(methodRank(a.method), methodRank(b.method)) }
	slices.SortStableFunc(n.ends, byMethod)
	slices.SortStableFunc(n.greedy, byMethod)
	slices.SortFunc(n.literals, func(a, b branch) int { return slices.Compare(a.segment.literals, b.segment.literals) })
	slices.SortFunc(n.affixed, func(a, b branch) int { return compareAffixed(a.segment, b.segment) })
	for child := range n.children {
		child.sort()
	}
}

// children are the nodes right below n in the order in which they are tried.
func (n *node) children(yield func(*node) bool) {
	for _, branches := range [][]branch{n.literals, n.affixed} {
		for _, b := range branches {
			if !yield(b.to) {
				return
			}
		}
	}
	if n.param != nil {
		yield(n.param)
	}
}

// split decides which nodes become functions: the largest ones, until what is left is readable.
func (n *node) split(name func(path string) string) {
	var inside []*node
	n.lines = 2 * (len(n.ends) + len(n.greedy))
	for child := range n.children {
		child.split(name)
		n.lines += child.lines + 1
		inside = append(inside, child)
	}
	slices.SortStableFunc(inside, func(a, b *node) int { return b.lines - a.lines })
	for _, child := range inside {
		if n.lines <= readable || child.lines <= 4 {
			return
		}
		child.function = name(child.path)
		n.lines -= child.lines - 2
	}
}

// The variables of the router's functions.
const (
	routerPath   = plan.Name("p")
	routerMethod = plan.Name("m")
)

// functions returns the functions of the tree, the one called name first.
func (n *node) functions(name, doc string) []plan.Func {
	body := n.steps(true)
	if len(body) == 0 || !isReturn(body[len(body)-1]) {
		body = append(body, plan.Return{Values: []plan.Value{plan.Int(0)}})
	}
	all := []plan.Func{{
		Name: name,
		Doc:  doc,
		Params: []plan.Field{
			{Name: string(routerPath), Type: plan.Deref{X: plan.Path}},
			{Name: string(routerMethod), Type: plan.Method},
		},
		Results: []plan.Field{{Type: plan.Name("int")}},
		Body:    body,
	}}
	return append(all, n.outlined()...)
}

func isReturn(s plan.Step) bool {
	_, ok := s.(plan.Return)
	return ok
}

// outlined are the functions below n that are not n's own.
func (n *node) outlined() []plan.Func {
	var all []plan.Func
	for child := range n.children {
		if child.function == "" {
			all = append(all, child.outlined()...)
			continue
		}
		doc := fmt.Sprintf("%s finds the route of a path below %s.", child.function, child.path)
		all = append(all, child.functions(child.function, doc)...)
	}
	return all
}

// steps try what n holds, in Amazon's order (rest.md 1.6), and end where nothing fits, so that what follows them is
// tried next. Last says that nothing does.
func (n *node) steps(last bool) []plan.Step {
	var steps []plan.Step
	if len(n.ends) > 0 {
		steps = append(steps, atLength("==", n.depth, n.ends)...)
	}
	last = last && len(n.greedy) == 0
	lastBranch := last && n.param == nil
	steps = append(steps, n.literalSteps(lastBranch && len(n.affixed) == 0)...)
	for i, b := range n.affixed {
		steps = append(steps, plan.When{
			Cond: affixedCondition(b.segment, n.key()),
			Then: b.to.enter(lastBranch && i == len(n.affixed)-1),
		})
	}
	if n.param != nil {
		steps = append(steps, n.param.enter(last)...)
	}
	if len(n.greedy) > 0 {
		steps = append(steps, atLength(">", n.depth, n.greedy)...)
	}
	return steps
}

// key is the decoded text of the segment that follows n.
func (n *node) key() plan.Value { return plan.PathKey.Call(routerPath, plan.Int(n.depth)) }

// literalSteps choose among the segments that are literal text.
func (n *node) literalSteps(last bool) []plan.Step {
	if len(n.literals) == 0 {
		return nil
	}
	if len(n.literals) == 1 {
		only := n.literals[0]
		return []plan.Step{plan.When{
			Cond: plan.Op{Op: "==", X: n.key(), Y: plan.String(only.segment.literals[0])},
			Then: only.to.enter(last),
		}}
	}
	choose := plan.Choose{On: n.key()}
	for _, b := range n.literals {
		choose.Cases = append(choose.Cases, plan.Case{
			Values: []plan.Value{plan.String(b.segment.literals[0])},
			Body:   b.to.enter(last),
		})
	}
	return []plan.Step{choose}
}

// enter goes to n from its parent: by its steps, or by a call.
func (n *node) enter(last bool) []plan.Step {
	if n.function == "" {
		return n.steps(last)
	}
	call := plan.Call{Func: plan.Name(n.function), Args: []plan.Value{routerPath, routerMethod}}
	if last {
		return []plan.Step{plan.Return{Values: []plan.Value{call}}}
	}
	return []plan.Step{plan.When{
		Init: plan.Let{Names: []string{"id"}, Value: call},
		Cond: plan.Op{Op: "!=", X: plan.Name("id"), Y: plan.Int(0)},
		Then: []plan.Step{plan.Return{Values: []plan.Value{plan.Name("id")}}},
	}}
}

// affixedCondition reports whether a segment's text is literal text around parameters.
func affixedCondition(s segment, key plan.Value) plan.Value {
	if len(s.params) == 1 {
		return plan.Affixed.Call(key, plan.String(s.literals[0]), plan.String(s.literals[1]))
	}
	return plan.SplitSegment.Call(append([]plan.Value{key}, texts(s.literals)...)...)
}

// atLength returns the route of the request's method if the path has the right number of segments.
func atLength(operator string, depth int, ends []endpoint) []plan.Step {
	length := plan.Op{Op: operator, X: plan.PathLen.Call(routerPath), Y: plan.Int(depth)}
	if len(ends) == 1 && ends[0].method != anyMethod {
		isMethod := plan.Op{Op: "==", X: routerMethod, Y: methodSymbol(ends[0].method)}
		return []plan.Step{plan.When{
			Cond: plan.Op{Op: "&&", X: length, Y: isMethod},
			Then: []plan.Step{plan.Return{Values: []plan.Value{plan.Name(ends[0].constant)}}},
		}}
	}
	choose := plan.Choose{On: routerMethod}
	declared := map[string]bool{}
	for _, e := range ends {
		if declared[e.method] {
			continue // reported as a conflict
		}
		var values []plan.Value
		if e.method == anyMethod {
			values = undeclared(declared)
		} else {
			values = append(values, methodSymbol(e.method))
		}
		declared[e.method] = true
		if len(values) > 0 {
			choose.Cases = append(choose.Cases, plan.Case{
				Values: values,
				Body:   []plan.Step{plan.Return{Values: []plan.Value{plan.Name(e.constant)}}},
			})
		}
	}
	return []plan.Step{plan.When{Cond: length, Then: []plan.Step{choose}}}
}

// anyMethod is the method of x-amazon-apigateway-any-method.
const anyMethod = "ANY"

// undeclared are the methods that any-method serves beside declared ones (rest.md 1.1).
func undeclared(declared map[string]bool) []plan.Value {
	var values []plan.Value
	for _, method := range []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"} {
		if !declared[method] {
			values = append(values, methodSymbol(method))
		}
	}
	return values
}

// methodSymbol is the runtime's constant for a method.
func methodSymbol(method string) plan.Symbol { return plan.Methods()[methodRank(method)] }

// methodRank is the place of a method among those of its path; ANY comes last.
func methodRank(method string) int {
	all := plan.Methods()
	if i := slices.IndexFunc(all, func(s plan.Symbol) bool { return s.Name == method }); i >= 0 {
		return i
	}
	return len(all)
}
