package schema

import (
	"slices"

	"github.com/gatewright/gatewright/runtime/value"
)

// Properties walks the members of an object: for w.Next() { … }.
type Properties struct {
	m     *value.Map
	r     *Report
	at    int
	extra []string
	word  string
}

// Walk begins a walk over the members of m.
//
//go:noinline
func (r *Report) Walk(m *value.Map) Properties { return Properties{m: m, r: r, at: -1} }

// Next goes to the next member.
func (w *Properties) Next() bool {
	w.at++
	if w.r != nil {
		return w.reported()
	}
	return w.at < len(w.m.Entries)
}

// reported keeps the report's path, and tells at the end what was superfluous.
func (w *Properties) reported() bool {
	if w.at > 0 {
		w.r.pop()
	}
	if w.at < len(w.m.Entries) {
		w.r.push(step{name: keyAt(w.m, w.at), index: -1})
		return true
	}
	if len(w.extra) > 0 {
		slices.Sort(w.extra)
		w.r.add(w.word, "object instance has properties which are not allowed by the schema: "+array(w.extra), "")
	}
	return false
}

// Key is the member's name.
func (w *Properties) Key() string { return keyAt(w.m, w.at) }

// Name is the member's name as a value.
func (w *Properties) Name() value.Value { return w.m.Entries[w.at].Key }

// Value is the member's value.
func (w *Properties) Value() value.Value { return w.m.Entries[w.at].Value }

// Index is the member's place.
func (w *Properties) Index() int { return w.at }

// Additional reports the member as one that may not be there.
func (w *Properties) Additional() bool { return w.superfluous("additionalProperties") }

// Unevaluated reports the member as one that no schema knows.
func (w *Properties) Unevaluated() bool { return w.superfluous("unevaluatedProperties") }

func (w *Properties) superfluous(keyword string) bool {
	if w.r == nil {
		return true
	}
	w.word = keyword
	w.extra = append(w.extra, w.Key())
	return w.r.add(keyword, "", "is not allowed")
}

// Items walks the items of an array: for w.Next() { … }.
type Items struct {
	l     *value.List
	r     *Report
	at    int
	extra int
	word  string
}

// Items begins a walk over the items of l.
//
//go:noinline
func (r *Report) Items(l *value.List) Items { return Items{l: l, r: r, at: -1} }

// Next goes to the next item.
func (w *Items) Next() bool {
	w.at++
	if w.r != nil {
		return w.reported()
	}
	return w.at < len(w.l.Elements)
}

func (w *Items) reported() bool {
	if w.at > 0 {
		w.r.pop()
	}
	if w.at < len(w.l.Elements) {
		w.r.push(step{index: w.at})
		return true
	}
	if w.extra > 0 {
		w.r.add(w.word, "schema only allows "+count(len(w.l.Elements)-w.extra, "elements", "elements")+
			" in array but instance has "+count(len(w.l.Elements), "elements", "elements"), "")
	}
	return false
}

// Value is the item.
func (w *Items) Value() value.Value { return w.l.Elements[w.at] }

// Index is the item's place.
func (w *Items) Index() int { return w.at }

// Additional reports the item as one that may not be there.
func (w *Items) Additional() bool { return w.superfluous("additionalItems") }

// Unevaluated reports the item as one that no schema knows.
func (w *Items) Unevaluated() bool { return w.superfluous("unevaluatedItems") }

func (w *Items) superfluous(keyword string) bool {
	if w.r == nil {
		return true
	}
	w.word = keyword
	w.extra++
	return w.r.add(keyword, "", "is not allowed")
}

// Seen is which members or items of a value schemas have looked at, for unevaluatedProperties and unevaluatedItems.
type Seen struct {
	all   bool // all that there are
	first [4]uint64
	rest  []uint64 // beyond what first has room for
}

// Mark notes a member or item by its place.
func (s *Seen) Mark(at int) {
	word := at / 64
	if word < len(s.first) {
		s.first[word] |= 1 << (at % 64)
		return
	}
	word -= len(s.first)
	for len(s.rest) <= word {
		s.rest = append(s.rest, 0)
	}
	s.rest[word] |= 1 << (at % 64)
}

// MarkAll notes all.
func (s *Seen) MarkAll() { s.all = true }

// Has reports whether a member or item was noted.
func (s *Seen) Has(at int) bool {
	word := at / 64
	switch {
	case s.all:
		return true
	case word < len(s.first):
		return s.first[word]&(1<<(at%64)) != 0
	}
	word -= len(s.first)
	return word < len(s.rest) && s.rest[word]&(1<<(at%64)) != 0
}

// Merge notes what t has noted.
func (s *Seen) Merge(t *Seen) {
	s.all = s.all || t.all
	for i := range s.first {
		s.first[i] |= t.first[i]
	}
	for i, w := range t.rest {
		if i < len(s.rest) {
			s.rest[i] |= w
		} else {
			s.rest = append(s.rest, w)
		}
	}
}
