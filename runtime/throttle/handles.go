package throttle

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gatewright/gatewright/runtime/limit"
)

// handles are a store's lines of one limit, one for each API key, by the number of the key. Finding one that was there before
// takes no lock.
type handles struct {
	mu     sync.Mutex // of who adds one
	pieces atomic.Pointer[[]*handlePiece]
}

// handlePiece is a stretch of handles that stays where it is.
type handlePiece [64]atomic.Pointer[handle]

type handle struct{ limit.Shared }

func newHandles() *handles {
	h := &handles{}
	h.pieces.Store(new([]*handlePiece))
	return h
}

// at is the line of a key; nil: it was not made yet.
func (h *handles) at(key int) limit.Shared {
	pieces := *h.pieces.Load()
	if place := key / len(handlePiece{}); place < len(pieces) && pieces[place] != nil {
		if one := pieces[place][key%len(handlePiece{})].Load(); one != nil {
			return one.Shared
		}
	}
	return nil
}

// add makes the line of a key, unless another goroutine has.
func (h *handles) add(key int, line func() limit.Shared) limit.Shared {
	h.mu.Lock()
	defer h.mu.Unlock()
	if known := h.at(key); known != nil {
		return known
	}
	pieces, place := *h.pieces.Load(), key/len(handlePiece{})
	if place >= len(pieces) || pieces[place] == nil {
		more := make([]*handlePiece, max(place+1, len(pieces)))
		copy(more, pieces)
		more[place] = new(handlePiece)
		h.pieces.Store(&more)
		pieces = more
	}
	made := &handle{line()}
	pieces[place][key%len(handlePiece{})].Store(made)
	return made.Shared
}

// each calls do for every line that was made.
func (h *handles) each(do func(limit.Shared)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range *h.pieces.Load() {
		for i := range p {
			if one := p[i].Load(); one != nil {
				do(one.Shared)
			}
		}
	}
}

// clientHandles are a store's lines for the clients of an x-gateway-throttle. Those not seen for longest are forgotten, which
// changes nothing for them: the store remembers. So memory is bounded, by some 1 KiB for each of at most clientsKept.
type clientHandles struct {
	seed   maphash.Seed
	line   func(client string) limit.Shared
	shards [clientShards]clientShard
}

const (
	clientShards = 64
	clientsKept  = 1 << 15
	generation   = clientsKept / clientShards / 2
)

// clientShard has two generations of lines. What is asked for moves to the young one; when that is full it is the old one.
type clientShard struct {
	mu         sync.Mutex
	young, old map[string]limit.Shared
}

func newClientHandles(line func(client string) limit.Shared) *clientHandles {
	h := &clientHandles{seed: maphash.MakeSeed(), line: line}
	for i := range h.shards {
		h.shards[i].young = map[string]limit.Shared{}
	}
	return h
}

// at is the line of a client. The text is copied where it is kept.
func (h *clientHandles) at(client string) limit.Shared {
	client = short(client)
	s := &h.shards[maphash.String(h.seed, client)%clientShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	line, ok := s.young[client]
	if ok {
		return line
	}
	own := strings.Clone(client) // the request's bytes are used again
	if line, ok = s.old[client]; !ok {
		line = h.line(own)
	}
	if len(s.young) >= generation {
		s.old, s.young = s.young, make(map[string]limit.Shared, generation)
	}
	s.young[own] = line
	return line
}

// longestClient is how long a text may be that a client is known by.
const longestClient = 100

// short stands for a client: itself, or for a long one its hash, so that what is kept of each is bounded.
func short(client string) string {
	if len(client) <= longestClient {
		return client
	}
	sum := sha256.Sum256([]byte(client))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// each calls do for every line that is known.
func (h *clientHandles) each(do func(limit.Shared)) {
	for i := range h.shards {
		s := &h.shards[i]
		s.mu.Lock()
		for _, line := range s.young {
			do(line)
		}
		for _, line := range s.old {
			do(line)
		}
		s.mu.Unlock()
	}
}
