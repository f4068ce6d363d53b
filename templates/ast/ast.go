// Package ast is the tree of a parsed mapping template.
// It holds what the template says and where; it must not evaluate or print anything.
package ast

import "math/big"

// Span is a stretch of the template's text in bytes; End is exclusive.
type Span struct{ Start, End int }

// Node is one piece of a template's content: Text, Output, Set, If, Foreach, Define, Break or Stop.
type Node interface {
	// At tells where the node stands.
	At() Span
	node()
}

// Text is printed as it is. Escapes, comments and the whitespace rules are already applied.
type Text struct {
	Span
	Value string
}

// Output prints a reference.
type Output struct{ Ref *Reference }

// Set is #set.
type Set struct {
	Span
	// Target is what is assigned; Formal targets (`${x}`, `$!x`) assign nothing.
	Target *Reference
	Value  Expr
}

// If is #if with its branches; Else is nil when absent.
type If struct {
	Span
	Branches []Branch
	Else     []Node
	HasElse  bool
	ElseSpan Span
}

// Branch is an #if or #elseif and its body.
type Branch struct {
	Span // of the directive and its condition
	Cond Expr
	Body []Node
}

// Foreach is #foreach.
type Foreach struct {
	Span   // of the directive and its parentheses
	Var    string
	Source Expr
	Body   []Node
}

// Define is #define: Body is rendered each time Var is printed.
type Define struct {
	Span
	Var  string
	Body []Node
}

// Break is #break. Scope is nil for the innermost loop, else the loop's $foreach that it names.
type Break struct {
	Span
	Scope *Reference
}

// Stop is #stop.
type Stop struct{ Span }

// Expr is an expression: String, Interpolated, Integer, Float, Bool, Range, List, Map, Bareword, *Reference, Binary or Not.
type Expr interface {
	// At tells where the expression stands.
	At() Span
	expr()
}

// String is a string without anything to replace.
type String struct {
	Span
	Value string
}

// Interpolated is a double-quoted string that is itself a template.
type Interpolated struct {
	Span
	Body []Node
}

// Integer is a whole number of any size.
type Integer struct {
	Span
	Value *big.Int
}

// Float is a double.
type Float struct {
	Span
	Value float64
}

// Bool is true or false.
type Bool struct {
	Span
	Value bool
}

// Range is [From..To].
type Range struct {
	Span
	From, To Expr
}

// List is [Items…].
type List struct {
	Span
	Items []Expr
}

// Map is {Keys: Values}.
type Map struct {
	Span
	Keys, Values []Expr
}

// Bareword is an unquoted word as a method's argument: null.
type Bareword struct {
	Span
	Name string
}

// Reference is $name with what follows it.
type Reference struct {
	Span
	Source string // as written, from $ on
	Quiet  bool   // $!x
	Formal bool   // ${x}
	Name   string
	Parts  []Part
}

// Part is one step of a reference: Property, Method or Index.
type Part interface {
	At() Span
	part()
}

// Property is .name.
type Property struct {
	Span
	Name string
}

// Method is .name(args).
type Method struct {
	Span
	Name string
	Args []Expr
}

// Index is [value].
type Index struct {
	Span
	Value Expr
}

// Op is a binary operator.
type Op uint8

// The binary operators.
const (
	Or Op = iota
	And
	Equal
	NotEqual
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
	Plus
	Minus
	Times
	Divide
	Modulo
)

// Binary is X Op Y.
type Binary struct {
	Span
	Op   Op
	X, Y Expr
}

// Not is !X.
type Not struct {
	Span
	X Expr
}

// At returns s itself: a node that embeds a Span stands there.
func (s Span) At() Span { return s }

// At tells where the reference stands.
func (o Output) At() Span { return o.Ref.Span }

func (Text) node()    {}
func (Output) node()  {}
func (Set) node()     {}
func (If) node()      {}
func (Foreach) node() {}
func (Define) node()  {}
func (Break) node()   {}
func (Stop) node()    {}

func (String) expr()       {}
func (Interpolated) expr() {}
func (Integer) expr()      {}
func (Float) expr()        {}
func (Bool) expr()         {}
func (Range) expr()        {}
func (List) expr()         {}
func (Map) expr()          {}
func (Bareword) expr()     {}
func (*Reference) expr()   {}
func (Binary) expr()       {}
func (Not) expr()          {}

func (Property) part() {}
func (Method) part()   {}
func (Index) part()    {}
