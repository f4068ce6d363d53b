package plan

// Value is an expression or a type. The set is closed: String, Int, Float, Bool, Duration, Symbol, Name, Member, Call, Op, All,
// Not, Address, Deref, List, Composite, FuncLit, Spread, Variadic, Nil.
type Value interface{ value() }

// String is a text. Text of the document reaches Go only through it, always quoted.
type String string

// Int is a whole number.
type Int int64

// Float is a number.
type Float float64

// Bool is a truth value.
type Bool bool

// Duration is a length of time in nanoseconds, printed as `29 * time.Second`.
type Duration int64

// Symbol is an exported name of the runtime or the standard library; symbols.go lists those of the runtime.
type Symbol struct {
	Package string // import path
	Name    string
}

// Name is a name of the generated package or a local one, made by lower's allocator and a valid Go identifier.
type Name string

// Member is X.Name: a field or method of X.
type Member struct {
	X    Value
	Name string
}

// Call is Func(Args...).
type Call struct {
	Func Value
	Args []Value
}

// Op is `X Op Y`, with Op one of == != < <= > >= && || + - | .
type Op struct {
	Op   string
	X, Y Value
}

// All is several terms joined by &&, one a line.
type All struct{ Terms []Value }

// Not is !X.
type Not struct{ X Value }

// Address is &X.
type Address struct{ X Value }

// Deref is *X: a pointer type.
type Deref struct{ X Value }

// List is `[]Elem{Items…}`; with Items nil and Type set, the type []Elem itself.
type List struct {
	Elem  Value
	Items []Value
	Type  bool
	Lines bool // one item a line
}

// Composite is `Type{Key: Value…}`, keys in the order given. A key of "" gives an unkeyed element. Type nil elides it inside a List.
type Composite struct {
	Type   Value
	Fields []KeyValue
	Lines  bool // one field a line
}

// KeyValue is one element of a Composite.
type KeyValue struct {
	Key   string
	Value Value
}

// FuncLit is a function literal.
type FuncLit struct {
	Params  []Field
	Results []Field
	Body    []Step
}

// Spread is `X...`, the last argument of a call.
type Spread struct{ X Value }

// Variadic is `...Elem`, the type of a last parameter.
type Variadic struct{ Elem Value }

// Nil is nil.
type Nil struct{}

func (String) value()    {}
func (Int) value()       {}
func (Float) value()     {}
func (Bool) value()      {}
func (Duration) value()  {}
func (Symbol) value()    {}
func (Name) value()      {}
func (Member) value()    {}
func (Call) value()      {}
func (Op) value()        {}
func (All) value()       {}
func (Not) value()       {}
func (Address) value()   {}
func (Deref) value()     {}
func (List) value()      {}
func (Composite) value() {}
func (FuncLit) value()   {}
func (Spread) value()    {}
func (Variadic) value()  {}
func (Nil) value()       {}
