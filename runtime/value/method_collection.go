package value

// change has the methods of a map's views that take elements out of the map.
func (c *Collection) change(name string, args []Value) (Value, bool) {
	switch {
	case name == "clear" && len(args) == 0:
		c.m.Clear()
		return String(""), true
	case name == "add" && len(args) == 1:
		return throw("nothing can be added to what keySet, values or entrySet gives"), true
	case name == "remove" && len(args) == 1:
		return Bool(c.remove(args[0])), true
	case len(args) == 1:
		return c.changeAll(name, args[0])
	}
	return Null, false
}

// changeAll has the methods that take another collection.
func (c *Collection) changeAll(name string, with Value) (Value, bool) {
	others, ok := with.collection()
	if !ok {
		return Null, false
	}
	if len(others)*len(c.m.Entries) > maxComparisons {
		return throw("collections too long for " + name), true
	}
	switch name {
	case "addAll":
		if len(others) > 0 {
			return throw("nothing can be added to what keySet, values or entrySet gives"), true
		}
		return Bool(false), true
	case "containsAll":
		mine := List{Elements: c.items()}
		for _, o := range others {
			if mine.find(o) < 0 {
				return Bool(false), true
			}
		}
		return Bool(true), true
	case "removeAll":
		return c.filter(others, false), true
	case "retainAll":
		return c.filter(others, true), true
	}
	return Null, false
}

// remove takes out the first element that equals x.
func (c *Collection) remove(x Value) bool {
	i := (&List{Elements: c.items()}).find(x)
	if i < 0 {
		return false
	}
	c.m.Remove(c.m.ordered()[i].Key)
	return true
}

// filter keeps the elements that others hold, or the rest.
func (c *Collection) filter(others []Value, keep bool) Value {
	o := List{Elements: others}
	keys := c.m.Keys()
	changed := false
	for i, e := range c.items() {
		if (o.find(e) >= 0) != keep {
			c.m.Remove(keys[i])
			changed = true
		}
	}
	return Bool(changed)
}

// find is position for elements that may be entries, which are equal when their keys and values are.
func (l *List) find(x Value) int {
	o, _ := x.AsObject()
	pair, ok := o.(*Pair)
	if !ok {
		return l.position(x)
	}
	for i := range l.Elements {
		if pair.same(l.Elements[i]) {
			return i
		}
	}
	return -1
}
