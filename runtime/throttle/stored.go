package throttle

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatewright/gatewright/runtime/limit"
)

// stored is the store's handle of a line, with what the store was last told of the line. Limits change while requests are
// under way: whoever comes with other ones tells the store.
type stored struct {
	handle limit.Shared
	mu     sync.Mutex // of who tells
	told   atomic.Pointer[limit.Line]
}

func newStored(handle limit.Shared, line limit.Line) *stored {
	s := &stored{handle: handle}
	s.told.Store(&line)
	return s
}

// with is the handle, after the store knows of these limits.
func (s *stored) with(rate limit.Rate, quota limit.Quota) limit.Shared {
	if told := s.told.Load(); told.Rate != rate || told.Quota != quota {
		s.tell(rate, quota)
	}
	return s.handle
}

func (s *stored) tell(rate limit.Rate, quota limit.Quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := *s.told.Load()
	if told.Rate == rate && told.Quota == quota {
		return
	}
	told.Rate, told.Quota = rate, quota
	s.handle.Set(told)
	s.told.Store(&told)
}

// used is what the store knows of a key's quota in the period of now.
func (c *counted) used(key int, now time.Time) int64 {
	known := c.shared.at(key)
	if known == nil {
		return 0 // nothing yet
	}
	return known.handle.Used(now)
}
