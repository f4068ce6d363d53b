package template

import (
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/templates/ast"
)

// uses says how a template uses its variables.
type uses struct {
	variables []string // in the order of their first appearance
	reads     map[string]int
	writes    map[string]int
	// local variables belong to loops and appear nowhere outside them.
	local map[string]bool
	// firstSet variables are first used by a #set outside all blocks: they are declared there.
	firstSet map[string]bool
	// contextSet is true when the template changes $context outside the overrides.
	contextSet bool

	known map[string]bool // variables, as a set
	// feeds lists, for a variable, those that are read only to set it; needed are those that are read for more.
	feeds  map[string][]string
	needed map[string]bool
	toSet  string // the variable for which alone the current node is read

	bound  []string // the variables of the loops around the current node
	nested int      // blocks around the current node
}

func (u *uses) isRead(name string) bool    { return u.reads[name] > 0 }
func (u *uses) isWritten(name string) bool { return u.writes[name] > 0 }

// dropUnread takes variables that nothing uses after all out of those that are read, and reports whether there were any.
func (u *uses) dropUnread(used map[string]bool) bool {
	dropped := false
	for name, n := range u.reads {
		if n > 0 && !used[name] {
			u.reads[name] = 0
			dropped = true
		}
	}
	return dropped
}

// analyse walks a template.
func analyse(nodes []ast.Node) *uses {
	u := &uses{
		reads: map[string]int{}, writes: map[string]int{}, local: map[string]bool{}, firstSet: map[string]bool{},
		known: map[string]bool{}, feeds: map[string][]string{}, needed: map[string]bool{},
	}
	u.block(nodes)
	u.forgetUnneeded()
	return u
}

// forgetUnneeded takes the reads of variables away that only set others which nobody needs.
func (u *uses) forgetUnneeded() {
	var open []string
	for name := range u.needed {
		open = append(open, name)
	}
	for len(open) > 0 {
		name := open[len(open)-1]
		open = open[:len(open)-1]
		for _, fed := range u.feeds[name] {
			if !u.needed[fed] {
				u.needed[fed] = true
				open = append(open, fed)
			}
		}
	}
	for name := range u.reads {
		if !u.needed[name] {
			u.reads[name] = 0
		}
	}
}

// read notes that a variable is read.
func (u *uses) read(name string) {
	u.seen(name)
	u.reads[name]++
	if u.toSet == "" {
		u.needed[name] = true
	} else {
		u.feeds[u.toSet] = append(u.feeds[u.toSet], name)
	}
}

// only runs walk over nodes that are read for one variable alone.
func (u *uses) only(variable string, walk func()) {
	outer := u.toSet
	if outer == "" {
		u.toSet = variable
	}
	walk()
	u.toSet = outer
}

// seen notes an appearance of a variable.
func (u *uses) seen(name string) {
	if !u.known[name] {
		u.known[name] = true
		u.variables = append(u.variables, name)
	}
	if !slices.Contains(u.bound, name) {
		u.local[name] = false
	}
}

func (u *uses) inner(nodes []ast.Node) {
	u.nested++
	u.block(nodes)
	u.nested--
}

func (u *uses) block(nodes []ast.Node) {
	for _, n := range nodes {
		switch n := n.(type) {
		case ast.Output:
			u.expr(n.Ref)
		case ast.Set:
			if len(n.Target.Parts) == 0 && !reserved(n.Target) && !effective(n.Value) {
				u.only(n.Target.Name, func() { u.expr(n.Value) })
			} else {
				u.expr(n.Value)
			}
			u.target(n.Target)
		case ast.If:
			for _, b := range n.Branches {
				u.expr(b.Cond)
				u.inner(b.Body)
			}
			u.inner(n.Else)
		case ast.Foreach:
			u.foreach(n)
		case ast.Define:
			u.write(n.Var)
			u.only(n.Var, func() { u.closure(n.Body) })
		}
	}
}

// closure walks nodes that run at another time: what they use is not local to a loop, nor first set there.
func (u *uses) closure(nodes []ast.Node) {
	bound := u.bound
	u.bound = nil
	u.inner(nodes)
	u.bound = bound
}

func (u *uses) foreach(n ast.Foreach) {
	u.expr(n.Source)
	if _, known := u.local[n.Var]; !known && u.writes[n.Var] == 0 && u.reads[n.Var] == 0 {
		u.local[n.Var] = true
	}
	u.bound = append(u.bound, n.Var)
	u.write(n.Var)
	u.inner(n.Body)
	u.bound = u.bound[:len(u.bound)-1]
}

// write notes an assignment of the whole variable.
func (u *uses) write(name string) {
	u.seen(name)
	u.writes[name]++
}

// target notes what #set assigns.
func (u *uses) target(ref *ast.Reference) {
	if ref.Formal || ref.Quiet || reserved(ref) {
		return
	}
	if len(ref.Parts) > 0 {
		if ref.Name == "context" {
			name, _ := dotted(ref.Parts[:1])
			u.contextSet = u.contextSet || name != "requestOverride" && name != "responseOverride"
			u.partsOf(ref)
			return
		}
		u.expr(ref)
		return
	}
	if u.nested == 0 && u.reads[ref.Name] == 0 && u.writes[ref.Name] == 0 {
		u.firstSet[ref.Name] = true
	}
	u.write(ref.Name)
}

func (u *uses) partsOf(ref *ast.Reference) {
	for _, p := range ref.Parts {
		switch p := p.(type) {
		case ast.Index:
			u.expr(p.Value)
		case ast.Method:
			u.exprs(p.Args)
			// $context.put(…) changes the map as an assignment does.
			if ref.Name == "context" && (len(ref.Parts) == 1 || changes(p.Name)) {
				u.contextSet = true
			}
		}
	}
}

// changes reports whether a method takes keys out of the map behind keySet, values or entrySet, or changes an entry.
func changes(method string) bool {
	switch method {
	case "remove", "removeAll", "retainAll", "clear", "setValue":
		return true
	}
	return false
}

func (u *uses) exprs(exprs []ast.Expr) {
	for _, e := range exprs {
		u.expr(e)
	}
}

func (u *uses) expr(e ast.Expr) {
	switch e := e.(type) {
	case *ast.Reference:
		u.read(e.Name)
		u.partsOf(e)
	case ast.Interpolated:
		u.nested++
		u.block(e.Body)
		u.nested--
	case ast.List:
		u.exprs(e.Items)
	case ast.Map:
		u.exprs(e.Keys)
		u.exprs(e.Values)
	case ast.Range:
		u.expr(e.From)
		u.expr(e.To)
	case ast.Binary:
		u.expr(e.X)
		u.expr(e.Y)
	case ast.Not:
		u.expr(e.X)
	}
}

// names gives template variables Go names.
type names struct {
	byVariable map[string]string
	taken      map[string]bool
	last       map[string]int // the last number behind a name
}

// newNames knows the names that generated functions use themselves.
func newNames() *names {
	return &names{byVariable: map[string]string{}, last: map[string]int{}, taken: map[string]bool{
		string(renderer): true, "vtl": true, "gw": true, "_": true,
		"true": true, "false": true, "nil": true, "time": true, "httpproxy": true, "mock": true, "abi": true,
	}}
}

// of returns the Go name of a template variable.
func (n *names) of(variable string) string {
	if name, ok := n.byVariable[variable]; ok {
		return name
	}
	var b strings.Builder
	upper := false
	for i := range len(variable) {
		c := variable[i]
		switch {
		case c == '-' || c == '_':
			upper = b.Len() > 0
			continue
		case upper && 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		}
		upper = false
		b.WriteByte(c)
	}
	base := b.String()
	if base == "" || '0' <= base[0] && base[0] <= '9' {
		base = "v" + base
	}
	base = strings.ToLower(base[:1]) + base[1:]
	name := n.fresh(base)
	n.byVariable[variable] = name
	return name
}

// fresh returns a name that nothing else has.
func (n *names) fresh(base string) string {
	if token.IsKeyword(base) {
		base += "Value"
	}
	name := base
	for n.taken[name] {
		n.last[base] = max(n.last[base], 1) + 1
		name = base + strconv.Itoa(n.last[base])
	}
	n.taken[name] = true
	return name
}
