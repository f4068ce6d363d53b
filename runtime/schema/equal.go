package schema

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"github.com/gatewright/gatewright/runtime/value"
)

// Equal reports whether two values are the same JSON: numbers by their value, objects without order.
func Equal(x, y value.Value) bool {
	if x.IsNumber() && y.IsNumber() {
		if a, ok := x.AsInt(); ok {
			if b, ok := y.AsInt(); ok {
				return a == b
			}
		}
		return compare(number(x), number(y)) == 0
	}
	if x.Kind() != y.Kind() {
		return false
	}
	switch x.Kind() {
	case value.KindString:
		a, _ := x.AsString()
		b, _ := y.AsString()
		return a == b
	case value.KindBool:
		a, _ := x.AsBool()
		b, _ := y.AsBool()
		return a == b
	case value.KindList:
		a, _ := x.AsList()
		b, _ := y.AsList()
		return slices.EqualFunc(a.Elements, b.Elements, Equal)
	case value.KindMap:
		a, _ := x.AsMap()
		b, _ := y.AsMap()
		return equalMaps(a, b)
	}
	return true
}

func equalMaps(a, b *value.Map) bool {
	if len(a.Entries) != len(b.Entries) {
		return false
	}
	for i := range a.Entries {
		// As a rule both have their members in the same order.
		if key, _ := a.Entries[i].Key.AsString(); key == keyAt(b, i) {
			if !Equal(a.Entries[i].Value, b.Entries[i].Value) {
				return false
			}
			continue
		}
		v, ok := b.Get(a.Entries[i].Key)
		if !ok || !Equal(a.Entries[i].Value, v) {
			return false
		}
	}
	return true
}

func keyAt(m *value.Map, i int) string {
	key, _ := m.Entries[i].Key.AsString()
	return key
}

// fewItems are compared each with each.
const fewItems = 12

// Unique reports whether no two items of an array are equal.
func Unique(l *value.List) bool {
	items := l.Elements
	if len(items) > fewItems {
		return uniqueByHash(items)
	}
	for i := range items {
		for j := range i {
			if Equal(items[i], items[j]) {
				return false
			}
		}
	}
	return true
}

// hashed is an item's place and hash.
type hashed struct {
	hash uint64
	at   int
}

// hashes keeps the memory of uniqueByHash.
var hashes = sync.Pool{New: func() any { return new([]hashed) }}

var seed = maphash.MakeSeed()

// uniqueByHash compares only items of equal hash, so that long arrays take no quadratic time. Clients do not know the seed.
func uniqueByHash(items []value.Value) bool {
	kept := hashes.Get().(*[]hashed)
	defer hashes.Put(kept)
	all := (*kept)[:0]
	for i := range items {
		all = append(all, hashed{hash(items[i]), i})
	}
	*kept = all
	slices.SortFunc(all, func(a, b hashed) int {
		switch {
		case a.hash < b.hash:
			return -1
		case a.hash > b.hash:
			return 1
		}
		return 0
	})
	for i := range all {
		for j := i - 1; j >= 0 && all[j].hash == all[i].hash; j-- {
			if Equal(items[all[i].at], items[all[j].at]) {
				return false
			}
		}
	}
	return true
}

// hash is equal for equal values.
func hash(v value.Value) uint64 {
	switch v.Kind() {
	case value.KindNull:
		return 1
	case value.KindBool:
		if b, _ := v.AsBool(); b {
			return 2
		}
		return 3
	case value.KindString:
		s, _ := v.AsString()
		return maphash.String(seed, s)
	case value.KindList:
		l, _ := v.AsList()
		h := uint64(5)
		for i := range l.Elements {
			h = mix(h ^ hash(l.Elements[i]))
		}
		return h
	case value.KindMap:
		m, _ := v.AsMap()
		h := uint64(7)
		for i := range m.Entries {
			h += mix(maphash.String(seed, keyAt(m, i)) ^ mix(hash(m.Entries[i].Value)))
		}
		return h
	}
	return hashNumber(number(v))
}

func hashNumber(n Number) uint64 {
	switch {
	case n.inf:
		return 11
	case n.big != nil:
		digits := n.big.Unscaled.String()
		short := strings.TrimRight(digits, "0")
		e := len(digits) - len(short) - n.big.Scale
		m, _ := parse(short)
		if m.big != nil {
			return maphash.String(seed, short) ^ mix(uint64(e))
		}
		m.e += e
		n = m
	}
	return mix(n.m ^ uint64(n.e)<<48 ^ uint64(n.sign()))
}

// mix spreads the bits of h.
func mix(h uint64) uint64 { return maphash.Comparable(seed, h) }
