package authorizer

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/policy"
)

// decision is what a function said of a caller. It does not change once it is made.
type decision struct {
	fault         gw.Fault // OK: what follows is set
	authorization gw.Authorization
	policy        *policy.Document
	size          int // about how many bytes of memory it takes
}

// Bounds of a cache: 10,000 results and 64 MiB in all. Callers choose what they are known by: it may be a header of 8 KiB.
const (
	cacheShards  = 16
	shardEntries = 10_000 / cacheShards
	shardBytes   = 64 << 20 / cacheShards
)

// caller is whom a result is of: all methods of a stage share results, stages do not.
type caller struct{ stage, key string }

// cache keeps results by caller, in pieces so that requests seldom wait for each other.
type cache struct {
	seed   maphash.Seed
	shards [cacheShards]shard
}

type shard struct {
	mu      sync.RWMutex
	entries map[caller]*entry
	bytes   int
}

// entry is a result, or a call that will bring it.
type entry struct {
	done chan struct{} // closed when said is set
	said *decision
	ends time.Time // under the shard's lock; zero while the call is under way
	size int
}

func newCache() *cache {
	c := &cache{seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].entries = map[caller]*entry{}
	}
	return c
}

func (c *cache) shardOf(who caller) *shard {
	return &c.shards[maphash.String(c.seed, who.key)%cacheShards]
}

// take is the entry of a caller. Where mine is set it is new, and the caller is to fill it by put.
func (c *cache) take(who caller, now time.Time) (e *entry, mine bool) {
	s := c.shardOf(who)
	s.mu.RLock()
	e = s.entries[who]
	good := e.good(now)
	s.mu.RUnlock()
	if good {
		return e, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[who]; e.good(now) {
		return e, false
	}
	s.drop(who)
	e = &entry{done: make(chan struct{}), size: len(who.stage) + len(who.key) + 256}
	s.makeRoom(e.size)
	s.entries[caller{who.stage, strings.Clone(who.key)}] = e
	s.bytes += e.size
	return e, true
}

// good reports whether requests may go by an entry. The shard's lock is held.
func (e *entry) good(now time.Time) bool {
	return e != nil && (e.ends.IsZero() || now.Before(e.ends))
}

// makeRoom drops results, in no order of merit, until size bytes more are welcome. Calls under way stay.
func (s *shard) makeRoom(size int) {
	for who, e := range s.entries {
		if len(s.entries) < shardEntries && s.bytes+size <= shardBytes {
			return
		}
		if !e.ends.IsZero() {
			s.drop(who)
		}
	}
}

func (s *shard) drop(who caller) {
	if e := s.entries[who]; e != nil {
		delete(s.entries, who)
		s.bytes -= e.size
	}
}

// put fills an entry. One that does not stay is for those alone who wait for it.
func (c *cache) put(who caller, e *entry, said *decision, ends time.Time, stays bool) {
	s := c.shardOf(who)
	s.mu.Lock()
	e.said = said
	if s.entries[who] == e {
		if stays {
			s.makeRoom(said.size)
			e.size += said.size
			s.bytes += said.size
		} else {
			s.drop(who)
		}
	}
	e.ends = ends // from now on it may be dropped
	s.mu.Unlock()
	close(e.done)
}
