package value

// Pair is an entry of a map as a value: entrySet gives them.
type Pair struct {
	m   *Map
	key Value
}

// Text prints key=value.
func (e *Pair) Text() string { return Text(ObjectOf(e)) }

func (e *Pair) value() Value {
	v, _ := e.m.Get(e.key)
	return v
}

// Property has key and value.
func (e *Pair) Property(name string) (Value, bool) {
	switch name {
	case "key":
		return e.key, true
	case "value":
		return e.value(), true
	}
	return Null, false
}

// Call has getKey, getValue, setValue and toString.
func (e *Pair) Call(name string, args []Value) (Value, bool) {
	switch {
	case name == "getKey" && len(args) == 0:
		return e.key, true
	case name == "getValue" && len(args) == 0:
		return e.value(), true
	case name == "setValue" && len(args) == 1:
		return e.m.Put(e.key, args[0]), true
	case name == "toString" && len(args) == 0:
		return String(e.Text()), true
	case name == "equals" && len(args) == 1:
		return Bool(e.same(args[0])), true
	}
	return Null, false
}

// same reports whether v is an entry with the same key and value.
func (e *Pair) same(v Value) bool {
	o, _ := v.AsObject()
	other, ok := o.(*Pair)
	return ok && Same(e.key, other.key) && Same(e.value(), other.value())
}

// Items is none: an entry cannot be walked.
func (e *Pair) Items() ([]Value, bool) { return nil, false }

// view says what of a map a Collection shows.
type view uint8

const (
	keys view = iota
	values
	entries
)

// Collection is a map's keySet, values or entrySet.
type Collection struct {
	m    *Map
	what view
}

func (c *Collection) items() []Value {
	switch c.what {
	case keys:
		return c.m.Keys()
	case values:
		return c.m.Values()
	}
	ordered := c.m.ordered()
	pairs := make([]Pair, len(ordered))
	items := make([]Value, len(ordered))
	for i := range ordered {
		pairs[i] = Pair{c.m, ordered[i].Key}
		items[i] = ObjectOf(&pairs[i])
	}
	return items
}

// Text prints the elements in Java's way.
func (c *Collection) Text() string { return Text(ObjectOf(c)) }

// Property has empty.
func (c *Collection) Property(name string) (Value, bool) {
	if name == "empty" {
		return Bool(len(c.m.Entries) == 0), true
	}
	return Null, false
}

// Call has size, isEmpty, contains, iterator, equals and toString, and what takes elements out of the map. Nothing can
// be added.
func (c *Collection) Call(name string, args []Value) (Value, bool) {
	switch {
	case name == "size" && len(args) == 0:
		return Int(int64(len(c.m.Entries))), true
	case name == "isEmpty" && len(args) == 0:
		return Bool(len(c.m.Entries) == 0), true
	case name == "contains" && len(args) == 1:
		return Bool((&List{Elements: c.items()}).position(args[0]) >= 0), true
	case name == "iterator" && len(args) == 0:
		return ObjectOf(&Iterator{items: c.items()}), true
	case name == "equals" && len(args) == 1:
		return Bool(c.same(args[0])), true
	case name == "toString" && len(args) == 0:
		return String(c.Text()), true
	}
	return c.change(name, args)
}

// same reports whether v is a set of the same elements. Values are no set: they equal only themselves.
func (c *Collection) same(v Value) bool {
	o, _ := v.AsObject()
	other, ok := o.(*Collection)
	if !ok || other.what != c.what || len(other.m.Entries) != len(c.m.Entries) {
		return false
	}
	switch c.what {
	case values:
		return other == c
	case entries:
		return sameMap(c.m, other.m, 0)
	}
	for _, key := range c.m.Keys() {
		if other.m.find(key) < 0 {
			return false
		}
	}
	return true
}

// Items are the elements.
func (c *Collection) Items() ([]Value, bool) { return c.items(), true }

// Array is a Java array, which split returns.
type Array struct{ Elements []Value }

// Text prints nothing of use: Java prints an address.
func (a *Array) Text() string { return "[Ljava.lang.String;" }

// Property has none.
func (a *Array) Property(string) (Value, bool) { return Null, false }

// Call has get, size and isEmpty.
func (a *Array) Call(name string, args []Value) (Value, bool) {
	switch {
	case name == "size" && len(args) == 0:
		return Int(int64(len(a.Elements))), true
	case name == "isEmpty" && len(args) == 0:
		return Bool(len(a.Elements) == 0), true
	case name == "get" && len(args) == 1:
		i, ok := intArg(args, 0)
		if !ok {
			return Null, false
		}
		if i < 0 || i >= len(a.Elements) {
			throw("index out of range")
		}
		return a.Elements[i], true
	}
	return Null, false
}

// Items are the elements.
func (a *Array) Items() ([]Value, bool) { return a.Elements, true }

// Character is a Java char, which charAt returns: it prints as a text, but has none of its methods.
type Character string

// Text prints the character.
func (c Character) Text() string { return string(c) }

// Property has none.
func (c Character) Property(string) (Value, bool) { return Null, false }

// Call has toString, charValue, equals and compareTo.
func (c Character) Call(name string, args []Value) (Value, bool) {
	switch {
	case name == "toString" && len(args) == 0:
		return String(string(c)), true
	case name == "charValue" && len(args) == 0:
		return ObjectOf(c), true
	case name == "equals" && len(args) == 1:
		return Bool(Same(ObjectOf(c), args[0])), true
	case name == "compareTo" && len(args) == 1:
		if o, ok := args[0].AsObject(); ok {
			if other, ok := o.(Character); ok {
				return Int(int64(compare16(string(c), string(other)))), true
			}
		}
		throw("compareTo of a character and something else")
	}
	return Null, false
}

// Items is none: a character cannot be walked.
func (c Character) Items() ([]Value, bool) { return nil, false }

// Iterator is a Java iterator.
type Iterator struct {
	items []Value
	next  int
}

// Text prints nothing of use: Java prints an address.
func (i *Iterator) Text() string { return "java.util.Iterator" }

// Property has none.
func (i *Iterator) Property(string) (Value, bool) { return Null, false }

// Call has next and hasNext.
func (i *Iterator) Call(name string, args []Value) (Value, bool) {
	switch {
	case name == "hasNext" && len(args) == 0:
		return Bool(i.next < len(i.items)), true
	case name == "next" && len(args) == 0:
		if i.next >= len(i.items) {
			throw("no such element")
		}
		i.next++
		return i.items[i.next-1], true
	}
	return Null, false
}

// Items are what is left.
func (i *Iterator) Items() ([]Value, bool) { return i.items[i.next:], true }

var (
	_ Object = (*Pair)(nil)
	_ Object = (*Collection)(nil)
	_ Object = (*Array)(nil)
	_ Object = (*Iterator)(nil)
	_ Object = Character("")
)

// Changes counts what adds keys to, or removes them from, the map behind the collection.
func (c *Collection) Changes() *int { return &c.m.Changes }
