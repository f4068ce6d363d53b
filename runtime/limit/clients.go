package limit

import (
	"sync"
	"sync/atomic"
)

// DefaultClients is how many clients are told apart when nobody says otherwise.
const DefaultClients = 1 << 20

// Clients is a bucket for each of many clients, known by texts such as addresses, all of one rate. Memory is bounded:
// at most 55 bytes a client (24 a slot), and no more clients than were agreed on. A client whose bucket is full again is
// forgotten, which changes nothing for it. When all that can be kept are in debt, new ones share overflow buckets, one
// for each of up to 256 shards, and start with the debt of theirs when there is room again: nobody's debt is ever
// forgiven. Use NewClients.
type Clients struct {
	hasher hasher
	most   int64
	count  atomic.Int64  // of entries in all shards
	turn   atomic.Uint32 // whose turn it is to be swept for another
	shards []clientShard
}

// clientShard is the clients of some hashes. In it time never runs backwards, whoever comes with which reading of the
// clock: what was forgotten at a later reading must not be full at an earlier one.
type clientShard struct {
	mu       sync.Mutex
	table            // values are moments when buckets are full, as era.full
	hand     int     // where sweeping goes on
	shape    shape   // of all its buckets
	origin   int64   // nanoseconds
	latest   int64   // nanoseconds, the latest reading seen
	overflow int64   // the bucket of those for whom there is no room
	_        [8]byte // to 128 bytes: shards in use at once share no cache line
}

const (
	sweepSome = 2  // slots looked at by every taking
	sweepNew  = 16 // slots looked at for a new client: where all go soon, one slot in 16 is used, and the table shrinks
	sweepMore = 64 // slots looked at, in two shards, for a new client for which there is no room
)

// NewClients keeps at most most clients; 0 or less means DefaultClients. With a rate that Check refuses nothing passes.
func NewClients(rate Rate, most int) *Clients {
	if most <= 0 {
		most = DefaultClients
	}
	c := &Clients{hasher: newHasher(), most: int64(most), shards: make([]clientShard, shardCount(most))}
	for i := range c.shards {
		c.shards[i].shape = shapeOf(rate)
	}
	return c
}

// Take takes a token of the client's bucket, or says that there is none. now is as for Bucket.Take. It allocates only
// when new clients make a shard's table grow.
func (c *Clients) Take(key string, now int64) bool {
	h := c.hasher.of(key)
	s := &c.shards[h.shardOf(len(c.shards))]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shape.span < 0 {
		return false
	}
	at := s.at(now)
	c.sweep(s, at, sweepSome)
	full := &s.overflow
	if entry := s.find(h); entry != nil {
		full = &entry.value
	} else if c.room(s, at) {
		full = &s.add(h, s.overflow).value
	}
	next := max(*full, at) + s.shape.cost
	if next-at > s.shape.room {
		return false
	}
	*full = next
	return true
}

// Return gives back one token that Take gave for a request that was refused later. What was taken of an overflow bucket
// is not given back, as it cannot be told from what was taken by a client forgotten since.
func (c *Clients) Return(key string) {
	h := c.hasher.of(key)
	s := &c.shards[h.shardOf(len(c.shards))]
	s.mu.Lock()
	defer s.mu.Unlock()
	if entry := s.find(h); entry != nil {
		entry.value -= s.shape.cost
	}
}

// State is the client's bucket at now.
func (c *Clients) State(key string, now int64) State {
	h := c.hasher.of(key)
	s := &c.shards[h.shardOf(len(c.shards))]
	s.mu.Lock()
	defer s.mu.Unlock()
	full := s.overflow
	if entry := s.find(h); entry != nil {
		full = entry.value
	}
	return s.shape.state(s.shape.owed(full, s.origin, max(now, s.latest)))
}

// Set changes the rate of all clients from now on, as Bucket.Set does.
func (c *Clients) Set(rate Rate, now int64) {
	to := shapeOf(rate)
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		if s.shape != to {
			s.replace(&to, now)
		}
		s.mu.Unlock()
	}
}

// Len is how many clients are kept now.
func (c *Clients) Len() int { return int(c.count.Load()) }

// room claims the place of one more client. The shard's lock is held.
func (c *Clients) room(s *clientShard, at int64) bool {
	c.sweep(s, at, sweepNew)
	if c.count.Load() >= c.most {
		c.sweep(s, at, sweepMore)
		c.sweepAnother(s)
	}
	if c.count.Add(1) > c.most {
		c.count.Add(-1)
		return false
	}
	return true
}

// sweepAnother looks for idle clients in the shard whose turn it is, unless somebody is there.
func (c *Clients) sweepAnother(own *clientShard) {
	s := &c.shards[int(c.turn.Add(1))%len(c.shards)]
	if s == own || !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	if s.shape.span >= 0 {
		c.sweep(s, s.at(own.latest), sweepMore)
	}
}

// sweep looks at the next slots and forgets clients whose buckets are full. The shard's lock is held.
func (c *Clients) sweep(s *clientShard, at int64, slots int) {
	before := s.used
	for range min(slots, len(s.slots)) {
		if s.hand >= len(s.slots) {
			s.hand = 0
			s.shrink()
		}
		if entry := &s.slots[s.hand]; entry.a != 0 && entry.value <= at {
			s.remove(s.hand) // what stands there now is looked at next
		} else {
			s.hand++
		}
	}
	if forgotten := before - s.used; forgotten > 0 {
		c.count.Add(int64(-forgotten))
	}
}

// at is now in units since the shard's origin. The shard is not stopped.
func (s *clientShard) at(now int64) int64 {
	s.latest = max(s.latest, now)
	if s.latest-s.origin > s.shape.span {
		s.replace(&s.shape, s.latest)
	}
	return (s.latest - s.origin) << s.shape.shift
}

// replace moves the origin to now and counts all buckets as to does.
func (s *clientShard) replace(to *shape, now int64) {
	s.latest = max(s.latest, now)
	for i := range s.slots {
		s.slots[i].value = s.shape.convert(s.shape.owed(s.slots[i].value, s.origin, s.latest), to)
	}
	s.overflow = s.shape.convert(s.shape.owed(s.overflow, s.origin, s.latest), to)
	s.shape, s.origin = *to, s.latest
}
