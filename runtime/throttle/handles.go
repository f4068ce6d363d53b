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
type handlePiece [64]atomic.Pointer[stored]

func newHandles() *handles {
	h := &handles{}
	h.pieces.Store(new([]*handlePiece))
	return h
}

// at is the line of a key; nil: it was not made yet.
func (h *handles) at(key int) *stored {
	pieces := *h.pieces.Load()
	if place := key / len(handlePiece{}); place < len(pieces) && pieces[place] != nil {
		return pieces[place][key%len(handlePiece{})].Load()
	}
	return nil
}

// add makes the line of a key, unless another goroutine has.
func (h *handles) add(key int, line func() *stored) *stored {
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
	made := line()
	pieces[place][key%len(handlePiece{})].Store(made)
	return made
}

// clientHandles are a store's lines for the clients of an x-gateway-throttle. Those not seen for longest are forgotten, which
// changes nothing for them: the store remembers. So memory is bounded, by some 1 KiB for each of at most clientsKept.
type clientHandles struct {
	of     *shared
	name   string // of the lines
	seed   maphash.Seed
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
	young, old map[string]*stored
}

func newClientHandles(of *shared, name string) *clientHandles {
	h := &clientHandles{of: of, name: name, seed: maphash.MakeSeed()}
	for i := range h.shards {
		h.shards[i].young = map[string]*stored{}
	}
	return h
}

// at is the line of a client, with its rate. The text is copied where it is kept.
func (h *clientHandles) at(client string, rate limit.Rate) *stored {
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
		line = h.of.line(limit.Line{Name: h.name, Tag: own, Rate: rate})
	}
	if len(s.young) >= generation {
		s.old, s.young = s.young, make(map[string]*stored, generation)
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
