package plan

// Step is one thing a function does. The set is closed: Do, Let, LetAll, Declare, Try,
// Guard, Choose, When, Loop, Jump, Return, Note, Gap.
type Step interface{ step() }

// Do calls and ignores no result.
type Do struct {
	Call    Value
	Comment string // at the end of the line
}

// Let names the results of a call: `reply := …`. With Assign it writes `=`.
type Let struct {
	Names   []string
	Value   Value
	Assign  bool
	Comment string // at the end of the line
}

// LetAll names several values at once: `status, f := 200, gw.OK`.
type LetAll struct {
	Names  []string
	Values []Value
}

// Declare is a local variable without a value: `var x T`.
type Declare struct {
	Name string
	Type Value
}

// Try names the results of a call whose last result is a gw.Fault, and returns the fault unless it is gw.OK.
// A name of "_" is a result that nobody needs.
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

// When is an if. An Init without names is none.
type When struct {
	Init Let
	Cond Value
	Then []Step
	Else []Step
}

// Loop is `for Cond { … }`, with a label where a Jump names one.
type Loop struct {
	Cond  Value
	Body  []Step
	Label string
}

// Jump is break or continue.
type Jump struct {
	Word  string
	Label string
}

// Return ends the function.
type Return struct{ Values []Value }

// Note is a comment line: only where a template or pattern of the document was translated.
type Note struct{ Text string }

// Gap is an empty line between two thoughts.
type Gap struct{}

func (Do) step()      {}
func (Declare) step() {}
func (Loop) step()    {}
func (Jump) step()    {}
func (LetAll) step()  {}

func (Gap) step()    {}
func (Let) step()    {}
func (Try) step()    {}
func (Guard) step()  {}
func (Choose) step() {}
func (When) step()   {}
func (Return) step() {}
func (Note) step()   {}
