// Package plan says what a generated gateway does: pure data between lowering and emission.
// It holds no source positions, no defaults that are still to be filled in and no maps; every table that
// crosses routes is sorted by key, so that reordering a document changes nothing. It must not know what a
// document looks like, nor how Go is printed.
package plan

// Program is one generated package.
type Program struct {
	// Package is the package's name.
	Package string
	// Doc is the package comment, in document terms.
	Doc string
	// Files are the package's files in the order of their names.
	Files []File
	// Routes lists every route for `gatewright routes`, in order of path and method.
	Routes []Route
}

// Route describes one operation to people: `gatewright routes`, `/routes` of the admin listener, `diff`.
type Route struct {
	// ID is the operationId, or one made from method and path.
	ID string
	// Method is the HTTP method in upper case, or ANY.
	Method string
	// Path is the template as the document has it.
	Path string
	// Backend says in a few words what answers: `mock`, `http_proxy GET http://…`.
	Backend string
	// Facts are what a reviewer wants to know of the route, such as `timeout 5s`, `public`, sorted.
	Facts []string
}

// File is one generated file.
type File struct {
	// Name is the file's name, ending in _gw.go, unique even where case does not count.
	Name string
	// Source is where the document says it: FILE#JSON-POINTER, for the header line.
	Source string
	// Doc is a package comment; only the gateway file has one.
	Doc string
	// Decls are the declarations in the order they are printed.
	Decls []Decl
}

// Decl is one top-level declaration: Var, Const, Type or Func.
type Decl interface{ decl() }

// Var is a group of package-level variables; none is ever assigned again.
type Var struct {
	Doc   string
	Specs []Spec
}

// Const is a group of constants.
type Const struct {
	Doc   string
	Specs []Spec
}

// Spec is one name and its value in a Var or Const. Type is empty where the value says it; Value nil continues an iota.
type Spec struct {
	Name    string
	Type    Value
	Value   Value
	Comment string // at the end of the line
}

// Struct is a struct type.
type Struct struct {
	Name   string
	Doc    string
	Fields []Field
}

// Field is a struct's field, or a parameter or result of a function. Name is empty for an embedded field or an unnamed result.
type Field struct {
	Name    string
	Type    Value
	Comment string
}

// Func is a function, or a method when Receiver has a type.
type Func struct {
	Name     string
	Doc      string
	Receiver Field
	Params   []Field
	Results  []Field
	Body     []Step
}

func (Var) decl()    {}
func (Const) decl()  {}
func (Struct) decl() {}
func (Func) decl()   {}

// Step is one thing a function does. The set is closed: Do, Let, Try, Guard, Choose, When, Return, Note.
type Step interface{ step() }

// Do calls and ignores no result.
type Do struct{ Call Value }

// Let names the results of a call: `reply := …`. With Assign it writes `=`.
type Let struct {
	Names  []string
	Value  Value
	Assign bool
}

// Try names the results of a call whose last result is a gw.Fault, and returns the fault unless it is gw.OK.
type Try struct {
	Names []string
	Call  Value
}

// Guard returns the fault that Call gives unless it is gw.OK.
type Guard struct{ Call Value }

// Choose is a switch. With On nil the cases are conditions.
type Choose struct {
	On      Value
	Cases   []Case
	Default []Step // nil: no default
}

// Case is one arm of a Choose.
type Case struct {
	Values  []Value
	Comment string // behind the case
	Body    []Step
}

// When is an if.
type When struct {
	Cond Value
	Then []Step
	Else []Step
}

// Return ends the function.
type Return struct{ Values []Value }

// Note is a comment line: only where a template or pattern of the document was translated.
type Note struct{ Text string }

func (Do) step()     {}
func (Let) step()    {}
func (Try) step()    {}
func (Guard) step()  {}
func (Choose) step() {}
func (When) step()   {}
func (Return) step() {}
func (Note) step()   {}

// Value is an expression or a type. The set is closed: String, Int, Float, Bool, Duration, Symbol, Name, Member, Call, Op,
// Not, Address, Deref, List, Composite, Nil.
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

// Op is `X Op Y`, with Op one of == != < <= > >= && || + - .
type Op struct {
	Op   string
	X, Y Value
}

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
func (Not) value()       {}
func (Address) value()   {}
func (Deref) value()     {}
func (List) value()      {}
func (Composite) value() {}
func (Nil) value()       {}
