package lambda

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// pair is a header field or a pair of the query.
type pair struct {
	key         uint64 // the name's first eight bytes, for comparing
	name, value string
}

// pairs are the fields or pairs of a request. Sorted, those of one name stand together in the order in which they came.
type pairs []pair

func (p *pairs) reset() {
	clear(*p)
	*p = (*p)[:0]
	if cap(*p) > keptPairs {
		*p = nil
	}
}

// add adds a field, whose name has no case.
func (p *pairs) add(name, value string) {
	*p = append(*p, pair{key: prefix(name) | 0x2020202020202020, name: name, value: value})
}

// addQuery adds a pair of the query, whose name has case.
func (p *pairs) addQuery(name, value string) {
	*p = append(*p, pair{key: prefix(name), name: name, value: value})
}

// prefix is the first eight bytes of s, the first one highest.
func prefix(s string) uint64 {
	if len(s) >= 8 {
		return binary.BigEndian.Uint64(bytesOf(s[:8]))
	}
	var key uint64
	for i := range len(s) {
		key |= uint64(s[i]) << (56 - 8*i)
	}
	return key
}

// fewPairs is up to how many pairs inserting is faster than slices.SortStableFunc. What a client can make grow is sorted in
// time that grows little faster than its number.
const fewPairs = 24

func (p pairs) sort(by order) {
	if len(p) > fewPairs {
		slices.SortStableFunc(p, func(a, b pair) int { return by.compare(&a, &b) })
		return
	}
	for i := 1; i < len(p); i++ {
		if by.compare(&p[i-1], &p[i]) <= 0 {
			continue
		}
		moved, at := p[i], i
		for ; at > 0 && by.compare(&p[at-1], &moved) > 0; at-- {
			p[at] = p[at-1]
		}
		p[at] = moved
	}
}

// group is the end of the pairs from i on that have the name of pair i.
func (p pairs) group(i int, by order) int {
	end := i + 1
	for end < len(p) && by.compare(&p[i], &p[end]) == 0 {
		end++
	}
	return end
}

// order is how names are compared.
type order uint8

const (
	exact  order = iota // names of the query have case
	folded              // names of header fields have none
)

func (by order) compare(a, b *pair) int {
	switch {
	case a.key != b.key:
		return cmp.Compare(a.key, b.key)
	case by == folded:
		return compareFolded(a.name, b.name)
	default:
		return strings.Compare(a.name, b.name)
	}
}

func compareFolded(a, b string) int {
	for i := range min(len(a), len(b)) {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(b byte) byte {
	if b-'A' <= 'Z'-'A' {
		b |= 0x20
	}
	return b
}

// sameName reports whether two names of header fields are the same.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := len(a) - 1; i >= 0; i-- { // names that share a length mostly differ at their ends
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}
