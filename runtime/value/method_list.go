package value

import "slices"

// callList has java.util.List's methods.
func callList(l *List, name string, args []Value) Value {
	if l.parent != nil && l.seen != *l.Root() {
		return throw("a list was changed under the view that subList made")
	}
	switch len(args) {
	case 0:
		return callList0(l, name)
	case 1:
		return callList1(l, name, args[0])
	case 2:
		return callList2(l, name, args)
	}
	return Null
}

// maxComparisons bounds the work of the methods that compare each element of one list with each of another.
const maxComparisons = 1 << 26

func callList0(l *List, name string) Value {
	switch name {
	case "size":
		return Int(int64(len(l.Elements)))
	case "isEmpty":
		return Bool(len(l.Elements) == 0)
	case "clear":
		n := len(l.Elements)
		l.Elements = nil
		l.changed(n)
		return String("")
	case "iterator":
		return ObjectOf(&Iterator{items: l.Elements})
	case "toString":
		return String(Text(ListOf(l)))
	}
	return Null
}

func callList1(l *List, name string, x Value) Value {
	switch name {
	case "get":
		i, ok := intArg([]Value{x}, 0)
		if !ok {
			return Null
		}
		return l.Elements[l.check(i, len(l.Elements)-1)]
	case "add":
		l.Elements = append(l.Elements, x)
		l.changed(len(l.Elements) - 1)
		return Bool(true)
	case "remove":
		return l.remove(x)
	case "contains":
		return Bool(l.position(x) >= 0)
	case "indexOf":
		return Int(int64(l.position(x)))
	case "lastIndexOf":
		for i := len(l.Elements) - 1; i >= 0; i-- {
			if Same(l.Elements[i], x) {
				return Int(int64(i))
			}
		}
		return Int(-1)
	case "equals":
		return Bool(Same(ListOf(l), x))
	}
	others, ok := x.collection()
	if !ok {
		return Null
	}
	if name != "addAll" && len(others)*len(l.Elements) > maxComparisons {
		return throw("lists too long for " + name)
	}
	switch name {
	case "addAll":
		l.Elements = append(l.Elements, others...)
		if len(others) > 0 {
			l.changed(len(l.Elements) - len(others))
		}
		return Bool(len(others) > 0)
	case "containsAll":
		for _, o := range others {
			if l.position(o) < 0 {
				return Bool(false)
			}
		}
		return Bool(true)
	case "removeAll":
		return l.filter(others, false)
	case "retainAll":
		return l.filter(others, true)
	}
	return Null
}

func callList2(l *List, name string, args []Value) Value {
	i, ok := intArg(args, 0)
	if !ok {
		return Null
	}
	switch name {
	case "set":
		l.check(i, len(l.Elements)-1)
		old := l.Elements[i]
		l.Elements[i] = args[1]
		return old
	case "add":
		l.check(i, len(l.Elements))
		l.Elements = slices.Insert(l.Elements, i, args[1])
		l.changed(len(l.Elements) - 1)
		return String("")
	case "addAll":
		others, ok := args[1].collection()
		if !ok {
			return Null
		}
		l.check(i, len(l.Elements))
		l.Elements = slices.Insert(l.Elements, i, others...)
		l.changed(len(l.Elements) - len(others))
		return Bool(len(others) > 0)
	case "subList":
		to, ok := intArg(args, 1)
		if !ok {
			return Null
		}
		if i < 0 || to > len(l.Elements) || i > to {
			return throw("subList out of range")
		}
		return ListOf(&List{Elements: l.Elements[i:to:to], parent: l, from: i, seen: *l.Root()})
	}
	return Null
}

// check throws unless 0 <= i <= last.
func (l *List) check(i, last int) int {
	if i < 0 || i > last {
		throw("index out of range")
	}
	return i
}

// changed counts a change of a list that had n elements before, and carries it into the list that it is a view of.
func (l *List) changed(n int) {
	l.Changes++
	if l.parent == nil {
		return
	}
	whole := l.parent.Elements
	had := len(whole)
	joined := make([]Value, 0, had+len(l.Elements)-n)
	joined = append(joined, whole[:l.from]...)
	joined = append(joined, l.Elements...)
	joined = append(joined, whole[min(l.from+n, had):]...)
	l.parent.Elements = joined
	end := l.from + len(l.Elements)
	l.Elements = joined[l.from:end:end]
	l.parent.changed(had)
	l.seen = *l.Root()
}

// Root counts the changes of the list, or of the whole list that it is a view of.
func (l *List) Root() *int {
	for l.parent != nil {
		l = l.parent
	}
	return &l.Changes
}

// position finds x, or gives -1.
func (l *List) position(x Value) int {
	for i := range l.Elements {
		if Same(l.Elements[i], x) {
			return i
		}
	}
	return -1
}

// remove is List.remove: an int is a position and gives the element, anything else a value and gives a Boolean.
func (l *List) remove(x Value) Value {
	i, isIndex := intArg([]Value{x}, 0)
	if isIndex {
		l.check(i, len(l.Elements)-1)
	} else if i = l.position(x); i < 0 {
		return Bool(false)
	}
	old := l.Elements[i]
	l.Elements = append(l.Elements[:i:i], l.Elements[i+1:]...)
	l.changed(len(l.Elements) + 1)
	if isIndex {
		return old
	}
	return Bool(true)
}

// filter keeps the elements that others hold, or the rest.
func (l *List) filter(others []Value, keep bool) Value {
	o := List{Elements: others}
	var left []Value
	for _, e := range l.Elements {
		if (o.position(e) >= 0) == keep {
			left = append(left, e)
		}
	}
	n := len(l.Elements)
	l.Elements = left
	if len(left) != n {
		l.changed(n)
	}
	return Bool(len(left) != n)
}

// collection returns the elements of a list, key set or value collection.
func (v Value) collection() ([]Value, bool) {
	if l, ok := v.AsList(); ok {
		return l.Elements, true
	}
	if o, ok := v.AsObject(); ok {
		if c, ok := o.(*Collection); ok {
			return c.items(), true
		}
	}
	return nil, false
}
