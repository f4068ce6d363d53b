package throttle

import (
	"cmp"
	"slices"
)

type keyNumber struct {
	id     string
	number int
}

// firstKeys are the first of many keys in the order of their ids: a million keys are not sorted for a page of them.
type firstKeys struct {
	most  int
	count int         // of all keys, those left out among them
	keys  []keyNumber // at least the first; the first most of them are in order once there were twice as many
	bound string      // ids behind it are left out; empty: none is
}

// add takes in a key; one without an id is none.
func (f *firstKeys) add(id string, number int) {
	if id == "" {
		return
	}
	f.count++
	if f.bound != "" && id > f.bound {
		return
	}
	if f.keys = append(f.keys, keyNumber{id, number}); len(f.keys) >= 2*f.most {
		f.sorted()
		f.bound = f.keys[f.most-1].id
	}
}

// sorted are the first keys.
func (f *firstKeys) sorted() []keyNumber {
	slices.SortFunc(f.keys, func(a, b keyNumber) int { return cmp.Compare(a.id, b.id) })
	f.keys = f.keys[:min(len(f.keys), f.most)]
	return f.keys
}
