package plan

import "fmt"

// Mentions reports whether steps use a local name anywhere.
func Mentions(steps []Step, name Name) bool {
	found := false
	walkSteps(steps, func(v Value) { found = found || v == name })
	return found
}

// walkSteps calls visit for every name in steps.
func walkSteps(steps []Step, visit func(Value)) {
	for _, s := range steps {
		walkStep(s, visit)
	}
}

func walkStep(s Step, visit func(Value)) {
	switch s := s.(type) {
	case Do:
		walkValue(s.Call, visit)
	case Let:
		walkLet(s, visit)
	case LetAll:
		walkValues(s.Values, visit)
	case Declare:
		walkValue(s.Type, visit)
	case Try:
		walkValue(s.Call, visit)
	case Guard:
		walkValue(s.Call, visit)
	case Choose:
		walkValue(s.On, visit)
		for _, c := range s.Cases {
			walkValues(c.Values, visit)
			walkSteps(c.Body, visit)
		}
		walkSteps(s.Default, visit)
	case When:
		walkLet(s.Init, visit)
		walkValue(s.Cond, visit)
		walkSteps(s.Then, visit)
		walkSteps(s.Else, visit)
	case Loop:
		walkValue(s.Cond, visit)
		walkSteps(s.Body, visit)
	case Return:
		walkValues(s.Values, visit)
	case Jump, Note, Gap:
	default:
		panic(fmt.Sprintf("no way to walk the step %T", s))
	}
}

// walkLet also visits names that are assigned to, which must have been declared for it.
func walkLet(s Let, visit func(Value)) {
	if s.Assign {
		for _, name := range s.Names {
			visit(Name(name))
		}
	}
	walkValue(s.Value, visit)
}

func walkValues(values []Value, visit func(Value)) {
	for _, v := range values {
		walkValue(v, visit)
	}
}

func walkValue(v Value, visit func(Value)) {
	switch v := v.(type) {
	case nil, String, Int, Float, Bool, Duration, Symbol, Nil:
	case Name:
		visit(v)
	case Member:
		walkValue(v.X, visit)
	case Call:
		walkValue(v.Func, visit)
		walkValues(v.Args, visit)
	case Op:
		walkValue(v.X, visit)
		walkValue(v.Y, visit)
	case All:
		walkValues(v.Terms, visit)
	case Not:
		walkValue(v.X, visit)
	case Address:
		walkValue(v.X, visit)
	case Deref:
		walkValue(v.X, visit)
	case Spread:
		walkValue(v.X, visit)
	case Variadic:
		walkValue(v.Elem, visit)
	case List:
		walkValue(v.Elem, visit)
		walkValues(v.Items, visit)
	case Composite:
		walkValue(v.Type, visit)
		for _, f := range v.Fields {
			walkValue(f.Value, visit)
		}
	case FuncLit:
		walkSteps(v.Body, visit)
	default:
		panic(fmt.Sprintf("no way to walk the value %T", v))
	}
}
