package apikey

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Entry is a key as requests meet it. It never changes.
type Entry struct {
	// Index is the key's number, from 0: for arrays of buckets. A name keeps its number through every reload.
	Index int
	// Name is the key's name in the document.
	Name string
	// ID is $context.identity.apiKeyId: ten characters that are always the same for the same name.
	ID string
	// CustomerID is the customerId of the document; it may be empty.
	CustomerID string

	disabled bool
}

// table finds entries by the hash of their value: open addressing with linear probing, at most half full. It never
// changes.
//
// Which slots are looked at depends on the hash of what was presented. That tells an observer of time nothing about a
// value: to come close to one's hash without knowing the value is as hard as to break SHA-256.
type table struct {
	slots   []uint32 // 1 + the entry's place, 0 where there is none; a power of two of them
	hashes  []digest
	entries []Entry
}

// newTable is a table of entries with their hashes. Two entries with the same hash are an error that names both.
func newTable(entries []Entry, hashes []digest) (*table, error) {
	t := &table{hashes: hashes, entries: entries}
	t.slots = make([]uint32, max(2, 1<<bits.Len(uint(2*len(entries)))))
	for i := range hashes {
		slot := t.first(&hashes[i])
		for t.slots[slot] != 0 {
			if other := t.slots[slot] - 1; hashes[other] == hashes[i] {
				return nil, fmt.Errorf("API keys %q and %q have the same value", entries[other].Name, entries[i].Name)
			}
			slot = t.next(slot)
		}
		t.slots[slot] = uint32(i) + 1
	}
	return t, nil
}

func (t *table) first(hash *digest) int {
	return int(binary.LittleEndian.Uint64(hash[:]) & uint64(len(t.slots)-1))
}

func (t *table) next(slot int) int { return (slot + 1) & (len(t.slots) - 1) }

// find is the entry of a value with that hash, nil when there is none.
func (t *table) find(hash *digest) *Entry {
	for slot := t.first(hash); t.slots[slot] != 0; slot = t.next(slot) {
		i := t.slots[slot] - 1
		if subtle.ConstantTimeCompare(t.hashes[i][:], hash[:]) == 1 {
			return &t.entries[i]
		}
	}
	return nil
}

// Ids have ten digits to the base 36, as Amazon's have.
const (
	idLength = 10
	idBase   = 36
	idCount  = idBase * idBase * idBase * idBase * idBase * idBase * idBase * idBase * idBase * idBase
)

// derivedID is the id of the key called name: the last digits of a hash, like the ids that generated code has.
func derivedID(name string) string {
	var buffer [64]byte // enough for most names
	sum := sha256.Sum256(append(append(buffer[:0], "key\x00"...), name...))
	rest := uint64(0)
	for i := 0; i < len(sum); i += 8 {
		_, rest = bits.Div64(rest, binary.BigEndian.Uint64(sum[i:]), idCount)
	}
	var id [idLength]byte
	for i := idLength - 1; i >= 0; i-- {
		id[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[rest%idBase]
		rest /= idBase
	}
	return string(id[:])
}
