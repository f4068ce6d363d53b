package value

import (
	"slices"
	"strings"
	"unsafe"
)

// List is a Java list.
type List struct {
	Elements []Value
	// JSON lists came from JSON text and print as JSON; others print in Java's way (mapping-templates.md 6.1).
	JSON bool
	// Changes counts what adds or removes elements, so that a loop over the list can tell.
	Changes int

	parent *List // of a view that subList made
	from   int   // where the view starts in its parent
	seen   int   // the changes that the view knows of
}

// Entry is one entry of a Map.
type Entry struct{ Key, Value Value }

// Order is how a map orders and finds its keys.
type Order uint8

// The orders.
const (
	Linked Order = iota // by insertion: java.util.LinkedHashMap
	Hashed              // as java.util.HashMap walks: $context and the maps in it
	Folded              // by name, upper and lower case alike: the headers of $input.params()
)

// Map is a Java map.
type Map struct {
	Entries []Entry // in the order of insertion
	Order   Order
	// Changes counts what adds or removes keys, so that a loop over the map can tell.
	Changes int

	// Silent maps print as nothing: $context and the maps in it (mapping-templates.md 6.3).
	Silent bool

	index map[string]int // of text keys, from indexFrom entries on
	next  int            // where the next key is looked for first: templates mostly read keys in their order
}

// indexFrom is the size from which a map looks its text keys up by hash: below, walking is faster.
const indexFrom = 16

// find returns the position of key, or -1.
func (m *Map) find(key Value) int {
	text, isText := key.AsString()
	if isText && m.Order == Folded {
		return slices.IndexFunc(m.Entries, func(e Entry) bool {
			k, _ := e.Key.AsString()
			return strings.EqualFold(k, text)
		})
	}
	if isText && len(m.Entries) >= indexFrom {
		return m.lookUp(text)
	}
	for i := range m.Entries {
		k := &m.Entries[i].Key
		if isText {
			if s, ok := k.AsString(); ok && s == text {
				return i
			}
		} else if Same(*k, key) {
			return i
		}
	}
	return -1
}

// lookUp finds a text key through the index, making it when there is none.
func (m *Map) lookUp(text string) int {
	if m.index == nil {
		m.index = make(map[string]int, 2*len(m.Entries))
		for i := range m.Entries {
			if s, ok := m.Entries[i].Key.AsString(); ok {
				m.index[s] = i
			}
		}
	}
	if i, ok := m.index[text]; ok {
		return i
	}
	return -1
}

// Get returns the value under key; ok is false when the key is absent.
func (m *Map) Get(key Value) (v Value, ok bool) {
	if i := m.find(key); i >= 0 {
		return m.Entries[i].Value, true
	}
	return Null, false
}

// get returns the value under a text key, or null.
func (m *Map) get(key string) Value {
	if at := m.next; at < len(m.Entries) && m.Order != Folded {
		e := &m.Entries[at]
		if e.Key.n == uint64(len(key)) && e.Key.k == KindString && unsafe.String((*byte)(e.Key.p), len(key)) == key {
			m.next = at + 1
			return e.Value
		}
	}
	v, _ := m.GetString(key)
	return v
}

// GetString returns the value under a text key.
func (m *Map) GetString(key string) (Value, bool) {
	if m.Order == Folded || len(m.Entries) >= indexFrom {
		return m.Get(String(key))
	}
	at := m.next
	for range m.Entries {
		if at >= len(m.Entries) {
			at = 0
		}
		e := &m.Entries[at]
		at++
		if e.Key.n == uint64(len(key)) {
			if s, ok := e.Key.AsString(); ok && s == key {
				m.next = at
				return e.Value, true
			}
		}
	}
	return Null, false
}

// Put sets the value under key and returns the old one, or null.
func (m *Map) Put(key, v Value) Value {
	if i := m.find(key); i >= 0 {
		old := m.Entries[i].Value
		m.Entries[i].Value = v
		return old
	}
	m.Changes++
	if s, ok := key.AsString(); ok && m.index != nil {
		m.index[s] = len(m.Entries)
	}
	m.Entries = append(m.Entries, Entry{Key: key, Value: v})
	return Null
}

// Remove deletes key and returns its value, or null.
func (m *Map) Remove(key Value) Value {
	i := m.find(key)
	if i < 0 {
		return Null
	}
	old := m.Entries[i].Value
	m.Entries = append(m.Entries[:i:i], m.Entries[i+1:]...)
	m.index = nil
	m.Changes++
	return old
}

// Clear deletes every key.
func (m *Map) Clear() {
	m.Entries, m.index = nil, nil
	m.Changes++
}

// ordered returns the entries in the order in which the map is walked.
func (m *Map) ordered() []Entry {
	switch m.Order {
	case Hashed:
		return hashed(m.Entries)
	case Folded:
		entries := slices.Clone(m.Entries)
		slices.SortStableFunc(entries, func(x, y Entry) int {
			return strings.Compare(strings.ToLower(Text(x.Key)), strings.ToLower(Text(y.Key)))
		})
		return entries
	}
	return m.Entries
}

// hashed orders entries as java.util.HashMap does: by bucket of the smallest table that holds them, then by insertion.
func hashed(entries []Entry) []Entry {
	size := uint32(16)
	for float64(len(entries)) > 0.75*float64(size) {
		size *= 2
	}
	bucket := func(e Entry) uint32 {
		h := hash(Text(e.Key))
		return (h ^ h>>16) & (size - 1)
	}
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(x, y Entry) int { return int(bucket(x)) - int(bucket(y)) })
	return entries
}

// Keys returns the keys in order.
func (m *Map) Keys() []Value {
	entries := m.ordered()
	keys := make([]Value, len(entries))
	for i := range entries {
		keys[i] = entries[i].Key
	}
	return keys
}

// Values returns the values in order.
func (m *Map) Values() []Value {
	entries := m.ordered()
	values := make([]Value, len(entries))
	for i := range entries {
		values[i] = entries[i].Value
	}
	return values
}
