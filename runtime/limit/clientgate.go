package limit

import (
	"sync"
	"sync/atomic"
)

// ClientGate lets each of many clients have at most so many requests at a time. Only clients that are inside cost
// memory, at most 55 bytes each; when as many are inside as are told apart, others do not enter. Use NewClientGate.
type ClientGate struct {
	hasher hasher
	each   atomic.Int64
	most   int64
	count  atomic.Int64 // of clients inside
	shards []gateShard
}

type gateShard struct {
	mu    sync.Mutex
	table          // values are how often the client is inside
	_     [24]byte // to 64 bytes: shards in use at once share no cache line
}

// NewClientGate lets each client in at most each times at once, and at most most clients; 0 or less of these means
// DefaultClients.
func NewClientGate(each int64, most int) *ClientGate {
	if most <= 0 {
		most = DefaultClients
	}
	g := &ClientGate{hasher: newHasher(), most: int64(most), shards: make([]gateShard, shardCount(most))}
	g.each.Store(each)
	return g
}

// Enter says whether there is room for one more request of the client. Who was let in calls Leave with the same key
// when done.
func (g *ClientGate) Enter(key string) bool {
	h := g.hasher.of(key)
	s := &g.shards[h.shardOf(len(g.shards))]
	s.mu.Lock()
	defer s.mu.Unlock()
	each := g.each.Load()
	if entry := s.find(h); entry != nil {
		if entry.value >= each {
			return false
		}
		entry.value++
		return true
	}
	if each <= 0 {
		return false
	}
	if g.count.Add(1) > g.most {
		g.count.Add(-1)
		return false
	}
	s.add(h, 1)
	return true
}

// Leave makes room. It panics when the client is not inside, as more would be let in from then on.
func (g *ClientGate) Leave(key string) {
	h := g.hasher.of(key)
	s := &g.shards[h.shardOf(len(g.shards))]
	s.mu.Lock()
	defer s.mu.Unlock()
	place := s.place(h)
	if place < 0 {
		panic("limit: Leave of a client that is not inside")
	}
	if s.slots[place].value--; s.slots[place].value == 0 {
		s.remove(place)
		s.shrink()
		g.count.Add(-1)
	}
}

// Inside is how often the client is inside now.
func (g *ClientGate) Inside(key string) int64 {
	h := g.hasher.of(key)
	s := &g.shards[h.shardOf(len(g.shards))]
	s.mu.Lock()
	defer s.mu.Unlock()
	if entry := s.find(h); entry != nil {
		return entry.value
	}
	return 0
}

// Set changes how often each client may be inside. Who is inside stays.
func (g *ClientGate) Set(each int64) { g.each.Store(each) }

// Len is how many clients are inside now.
func (g *ClientGate) Len() int { return int(g.count.Load()) }
