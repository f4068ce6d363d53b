package jwt

import (
	"strings"
	"sync"
)

// cache remembers verified tokens by their text, so that a forged one never finds the entry of another. It is bounded in
// entries and in bytes; tokens that were not verified never enter.
type cache struct{ shards [cacheShards]shard }

type shard struct {
	mu      sync.RWMutex
	entries map[string]*verified
	bytes   int
}

// verified is a token with what must still hold for it to be good.
type verified struct {
	token  *Token
	issuer *Issuer
	key    *key
	size   int
}

// Bounds of a cache: 10,000 tokens and 64 MiB in all.
const (
	cacheShards  = 16
	shardEntries = 10_000 / cacheShards
	shardBytes   = 64 << 20 / cacheShards
)

// shardOf spreads tokens by the end of their signature, which is as good as random.
func (c *cache) shardOf(text string) *shard {
	h := uint32(0)
	for i := max(0, len(text)-12); i < len(text); i++ {
		h = h*31 + uint32(text[i])
	}
	return &c.shards[(h^h>>16^h>>8)%cacheShards]
}

// get is the entry of a token, nil when there is none.
func (c *cache) get(text string) *verified {
	s := c.shardOf(text)
	s.mu.RLock()
	v := s.entries[text]
	s.mu.RUnlock()
	return v
}

// put remembers v under text, of which it keeps a copy. now is in Unix nanoseconds.
func (c *cache) put(text string, v *verified, now int64) {
	v.size = 2*len(text) + 256
	for i := range v.token.Claims {
		v.size += len(v.token.Claims[i].Name) + len(v.token.Claims[i].Value) + 32
	}
	s := c.shardOf(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries == nil {
		s.entries = make(map[string]*verified)
	}
	if old := s.entries[text]; old != nil {
		s.bytes -= old.size
	} else {
		s.makeRoom(v.size, now)
	}
	s.entries[strings.Clone(text)] = v
	s.bytes += v.size
}

// makeRoom drops entries until size bytes more are welcome: first those that are no good any more, then any.
func (s *shard) makeRoom(size int, now int64) {
	if s.fits(size) {
		return
	}
	for text, v := range s.entries {
		if !v.good(now) {
			s.drop(text, v)
		}
	}
	for text, v := range s.entries {
		if s.fits(size) {
			return
		}
		s.drop(text, v)
	}
}

func (s *shard) fits(size int) bool {
	return len(s.entries) < shardEntries && s.bytes+size <= shardBytes
}

func (s *shard) drop(text string, v *verified) {
	delete(s.entries, text)
	s.bytes -= v.size
}

// forget drops the entry v of a token that is no good any more.
func (c *cache) forget(text string, v *verified) {
	s := c.shardOf(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries[text] == v {
		s.drop(text, v)
	}
}

// good reports whether the token may still be accepted: it lives, and its issuer still has the key.
func (v *verified) good(now int64) bool {
	return v.token.from <= now && now < v.token.until && !v.key.gone.Load() && v.issuer.trusted(now)
}
