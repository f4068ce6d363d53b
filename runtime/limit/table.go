package limit

import "hash/maphash"

// hash stands for a client's key. Keys are what clients send, so the hash has a seed that nobody outside knows: keys
// that share a bucket cannot be aimed at, and with 128 bits a million of them do not share one by chance. The keys
// themselves, which may be long, are not kept.
type hash struct{ a, b uint64 }

// hasher is used through a pointer: its seeds are of one gateway's run.
type hasher struct{ a, b maphash.Seed }

func newHasher() hasher { return hasher{maphash.MakeSeed(), maphash.MakeSeed()} }

func (h *hasher) of(key string) hash {
	return hash{maphash.String(h.a, key) | 1, maphash.String(h.b, key)} // zero is that of an empty slot
}

// shardCount is how many shards a table of at most most entries has: a power of two.
func shardCount(most int) int {
	const fewest = 128 // entries of a shard for which another one is not worth its own
	n := 1
	for n < 256 && 2*n*fewest <= most {
		n *= 2
	}
	return n
}

// shardOf is one of n shards. It takes the upper half of the hash, as the table takes the lower bits of the other.
func (h hash) shardOf(n int) int { return int(h.a>>32) & (n - 1) }

// slot is one entry of a table, or empty.
type slot struct {
	hash
	value int64
}

// table is a hash table of 24 bytes a slot, between an eighth and seven eighths of which are used: open, with linear
// probing, and without gravestones. It is guarded by its shard's lock.
type table struct {
	slots []slot // a power of two
	used  int
}

const fewestSlots = 16

func (t *table) find(h hash) *slot {
	if place := t.place(h); place >= 0 {
		return &t.slots[place]
	}
	return nil
}

// place is where an entry stands, or -1.
func (t *table) place(h hash) int {
	if len(t.slots) == 0 {
		return -1
	}
	mask := len(t.slots) - 1
	for i := int(h.b) & mask; t.slots[i].a != 0; i = (i + 1) & mask {
		if t.slots[i].hash == h {
			return i
		}
	}
	return -1
}

// add puts in an entry that is not there.
func (t *table) add(h hash, value int64) *slot {
	if (t.used+1)*8 > len(t.slots)*7 {
		t.resize(max(2*len(t.slots), fewestSlots))
	}
	t.used++
	return t.put(slot{h, value})
}

func (t *table) put(entry slot) *slot {
	mask := uint64(len(t.slots) - 1)
	i := entry.b & mask
	for t.slots[i].a != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = entry
	return &t.slots[i]
}

// remove takes the entry at place i out and closes the gap.
func (t *table) remove(i int) {
	mask := len(t.slots) - 1
	for next := (i + 1) & mask; t.slots[next].a != 0; next = (next + 1) & mask {
		home := int(t.slots[next].b) & mask
		if (next-home)&mask >= (next-i)&mask { // the gap is between its home and where it stands
			t.slots[i] = t.slots[next]
			i = next
		}
	}
	t.slots[i] = slot{}
	t.used--
}

// shrink gives memory back when most of it is unused.
func (t *table) shrink() {
	if len(t.slots) > fewestSlots && t.used*8 < len(t.slots) {
		t.resize(len(t.slots) / 2)
	}
}

func (t *table) resize(size int) {
	old := t.slots
	t.slots = make([]slot, size)
	for i := range old {
		if old[i].a != 0 {
			t.put(old[i])
		}
	}
}
