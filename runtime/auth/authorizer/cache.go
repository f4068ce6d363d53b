package authorizer

import (
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
}

// maxEntries bounds the results that are kept. When there are more, some that are in no order of merit are dropped.
const maxEntries = 10_000

// cache keeps results by key.
type cache struct {
	mu      sync.Mutex
	entries map[string]*entry
}

// entry is a result, or a call that will bring it.
type entry struct {
	done chan struct{} // closed when said is set
	said *decision
	ends time.Time // under the cache's lock; zero while the call is under way
}

// take is the entry of a key. Where mine is set it is new, and the caller is to fill it by put.
func (k *cache) take(key string, now time.Time) (e *entry, mine bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if e := k.entries[key]; e != nil && (e.ends.IsZero() || now.Before(e.ends)) {
		return e, false
	}
	for old, e := range k.entries {
		if len(k.entries) < maxEntries {
			break
		}
		if !e.ends.IsZero() {
			delete(k.entries, old)
		}
	}
	e = &entry{done: make(chan struct{})}
	k.entries[strings.Clone(key)] = e
	return e, true
}

// put fills an entry. One that does not stay is for those alone who wait for it.
func (k *cache) put(key string, e *entry, said *decision, ends time.Time, stays bool) {
	k.mu.Lock()
	e.said, e.ends = said, ends
	if !stays && k.entries[key] == e {
		delete(k.entries, key)
	}
	k.mu.Unlock()
	close(e.done)
}
