package value

import "strings"

// Thrown is what a method panics with where Java throws: it ends the rendering of the template, which answers 500.
type Thrown struct{ Reason string }

// Error returns the reason.
func (t Thrown) Error() string { return t.Reason }

func throw(reason string) Value { panic(Thrown{reason}) }

// Get reads the property name: a map's key, or what Java's getters give; null when there is none.
func (v Value) Get(name string) Value {
	if v.k == KindMap {
		return (*Map)(v.p).get(name)
	}
	return v.property(name)
}

// property is Get for what is no map.
func (v Value) property(name string) Value {
	switch v.k {
	case KindObject:
		o, _ := v.AsObject()
		x, _ := o.Property(name)
		return x
	case KindList:
		if name == "empty" {
			return Bool(len((*List)(v.p).Elements) == 0)
		}
	case KindString:
		if name == "empty" {
			return Bool(v.n == 0)
		}
		if name == "bytes" {
			return Null
		}
	}
	return Null
}

// At reads the element or key that index names; null when there is none. An index outside a list throws.
func (v Value) At(index Value) Value {
	index = index.OrEmpty()
	switch v.k {
	case KindMap:
		x, _ := (*Map)(v.p).Get(index.fromEnd(len((*Map)(v.p).Entries)))
		return x
	case KindList:
		i, ok := index.element(len((*List)(v.p).Elements))
		if !ok {
			return Null
		}
		return (*List)(v.p).Elements[i]
	case KindObject:
		if a, ok := (*(*Object)(v.p)).(*Array); ok {
			i, ok := index.element(len(a.Elements))
			if !ok {
				return Null
			}
			return a.Elements[i]
		}
		if _, sized := (*(*Object)(v.p)).(*Collection); !sized {
			index.fromEnd(-1)
		}
	case KindString, KindBool, KindInt, KindLong, KindBig, KindDouble, KindDecimal:
		index.fromEnd(-1)
	}
	return Null
}

// fromEnd counts a negative index from the end of n elements; what has no size, n < 0, throws.
func (v Value) fromEnd(n int) Value {
	if v.k != KindInt || int64(v.n) >= 0 {
		return v
	}
	if n < 0 {
		throw("a negative index of what has no size")
	}
	return Int(int64(v.n) + int64(n))
}

// element turns an int into a position in n elements, negative ones counting from the end. It throws outside.
func (v Value) element(n int) (int, bool) {
	if v.k != KindInt {
		return 0, false
	}
	i := int(int64(v.n))
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		throw("index out of range")
	}
	return i, true
}

// SetProperty does #set($v.name = x): only maps take it, and null changes nothing.
func (v Value) SetProperty(name string, x Value) {
	if m, ok := v.AsMap(); ok && !x.IsNull() {
		m.Put(String(name), x)
	}
}

// SetAt does #set($v[index] = x) on a map or list. An index outside a list throws.
func (v Value) SetAt(index, x Value) {
	index = index.OrEmpty()
	if x.IsNull() {
		return
	}
	switch v.k {
	case KindMap:
		(*Map)(v.p).Put(index.fromEnd(len((*Map)(v.p).Entries)), x)
	case KindList:
		l := (*List)(v.p)
		if i, ok := index.element(len(l.Elements)); ok {
			l.Elements[i] = x
		}
	case KindObject:
		if a, ok := (*(*Object)(v.p)).(*Array); ok {
			if i, ok := index.element(len(a.Elements)); ok {
				a.Elements[i] = x
			}
		}
	case KindString, KindBool, KindInt, KindLong, KindBig, KindDouble, KindDecimal:
		index.fromEnd(-1)
	}
}

// Call calls a Java method; null when no type has it for such arguments (mapping-templates.md 5).
func (v Value) Call(name string, args ...Value) Value {
	if len(args) > 0 && v.takesNothing(name) {
		return throw("wrong number of arguments for " + name)
	}
	switch v.k {
	case KindNull:
		return Null
	case KindString:
		s, _ := v.AsString()
		return callString(s, name, args)
	case KindList:
		return callList((*List)(v.p), name, args)
	case KindMap:
		return callMap((*Map)(v.p), name, args)
	case KindBool:
		return callBool(v, name, args)
	case KindObject:
		o, _ := v.AsObject()
		x, _ := o.Call(name, args)
		return x
	}
	return callNumber(v, name, args)
}

// Then is what f gives for v; null, without running f, when v is null: what follows null in a reference is not evaluated.
func (v Value) Then(f func(Value) Value) Value {
	if v.k == KindNull {
		return Null
	}
	return f(v)
}

// takesNothing reports whether all methods of that name have no parameters: Velocity picks one of these whatever the
// arguments, and calling it throws.
func (v Value) takesNothing(name string) bool {
	switch name {
	case "size", "clear", "iterator":
		return v.k == KindList || v.k == KindMap && name != "iterator"
	case "isEmpty":
		return v.k == KindString || v.k == KindList || v.k == KindMap
	case "keySet", "values", "entrySet":
		return v.k == KindMap
	case "length", "trim", "toUpperCase", "toLowerCase", "intern", "toCharArray":
		return v.k == KindString
	case "toString":
		return v.k == KindString || v.k == KindList || v.k == KindMap
	case "intValue", "longValue", "doubleValue", "floatValue":
		return v.IsNumber()
	case "booleanValue":
		return v.k == KindBool
	}
	return false
}

// callBool has Boolean's methods.
func callBool(v Value, name string, args []Value) Value {
	switch {
	case name == "toString" && len(args) == 0:
		return String(Text(v))
	case name == "booleanValue" && len(args) == 0:
		return v
	case name == "equals" && len(args) == 1:
		return Bool(Same(v, args[0]))
	case name == "compareTo" && len(args) == 1:
		b, ok := args[0].AsBool()
		if !ok {
			return throw("compareTo of a Boolean and something else")
		}
		return Int(int64(boolOrder(v.n != 0) - boolOrder(b)))
	case (name == "parseBoolean" || name == "valueOf") && len(args) == 1:
		if s, ok := args[0].AsString(); ok {
			return Bool(strings.EqualFold(s, "true"))
		}
	}
	return Null
}

// textArg returns args[i] as the text that a String parameter needs. ok is false when the method does not match; a null throws.
func textArg(args []Value, i int) (string, bool) {
	if i >= len(args) {
		return "", false
	}
	if args[i].k == KindNull {
		throw("null where a text is needed")
	}
	return args[i].AsString()
}

// intArg returns args[i] as the int that an int parameter needs.
func intArg(args []Value, i int) (int, bool) {
	if i >= len(args) || args[i].k != KindInt {
		return 0, false
	}
	return int(int64(args[i].n)), true
}
