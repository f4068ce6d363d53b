package plan

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
