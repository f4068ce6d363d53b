package limit

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Bucket is a token bucket. Over any window, what was taken less what was returned is at most burst + rate × window,
// whatever the number of goroutines and the rounding; a burst passes whole at one instant. A taking is one
// compare-and-swap. Use NewBucket.
type Bucket struct {
	era atomic.Pointer[era]
	mu  sync.Mutex // of who puts another era in place
}

// era is a bucket while neither its rate nor its origin change.
type era struct {
	shape
	origin int64
	full   atomic.Int64 // when the bucket is full again, in units since origin; or moved
}

// moved stands in an era that another one replaces, whose full nobody may change any more. It is later than any real
// moment, so that it looks like a bucket with nothing left, and a token more does not overflow.
const moved = math.MaxInt64 - maxUnits - 1

// NewBucket is a full bucket. With a rate that Check refuses nothing passes.
func NewBucket(rate Rate) *Bucket {
	b := new(Bucket)
	b.era.Store(&era{shape: shapeOf(rate)})
	return b
}

// Take takes one token, or says that there is none. now is monotonic nanoseconds; a goroutine may come with a reading
// that is older than another's.
func (b *Bucket) Take(now int64) bool {
	e := b.era.Load()
	for {
		passed := max(now-e.origin, 0) // whoever set the origin has read the clock before
		if passed > e.span {
			if e.span < 0 {
				return false
			}
			e = b.rebase(e, now)
			continue
		}
		at := passed << e.shift
		full := e.full.Load()
		next := max(full, at) + e.cost
		if next-at > e.room {
			if full != moved {
				return false
			}
			e = b.next()
			continue
		}
		if e.full.CompareAndSwap(full, next) {
			return true
		}
	}
}

// Return gives one token back that Take gave for a request that was refused later. A full bucket stays full.
func (b *Bucket) Return() {
	e := b.era.Load()
	for {
		full := e.full.Load()
		if full == moved {
			e = b.next()
			continue
		}
		if e.full.CompareAndSwap(full, full-e.cost) {
			return
		}
	}
}

// Set changes the rate from now on. What was taken and not refilled by then stays owed, in tokens: a bucket whose burst
// shrinks below that has nothing left until it is refilled, one whose burst grows has more at once. While rate or burst
// are zero, or Check refuses them, nothing passes and nothing is refilled.
func (b *Bucket) Set(rate Rate, now int64) {
	to := shapeOf(rate)
	b.set(&to, now)
}

func (b *Bucket) set(to *shape, now int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.era.Load(); e.shape != *to {
		b.replace(e, to, now)
	}
}

// replace puts an era with its origin at now in place of e. The lock is held.
func (b *Bucket) replace(e *era, to *shape, now int64) {
	next := &era{shape: *to, origin: max(now, e.origin)}
	owed := e.owed(e.full.Swap(moved), e.origin, next.origin)
	next.full.Store(e.convert(owed, to))
	b.era.Store(next)
}

// rebase moves the origin of e to now, as its units can count no further.
func (b *Bucket) rebase(e *era, now int64) *era {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.era.Load() == e {
		b.replace(e, &e.shape, now)
	}
	return b.era.Load()
}

// next waits for the era that replaces one whose full is moved.
func (b *Bucket) next() *era {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.era.Load()
}

// State is what a bucket looks like at one moment: for headers and for who operates the gateway.
type State struct {
	// Left is how many whole tokens can be taken at once.
	Left int64
	// Next is the time until a token can be taken, 0 when one is there, and Never when nothing passes.
	Next time.Duration
	// Full is the time until the bucket is full if nobody takes anything; Never when nothing is refilled.
	Full time.Duration
}

// Never is how long nothing passes at a zero rate.
const Never time.Duration = math.MaxInt64

// State is the bucket at now.
func (b *Bucket) State(now int64) State {
	owed, e := b.owed(now)
	return e.state(owed)
}

// owed is what the bucket owes at now, in units of its era.
func (b *Bucket) owed(now int64) (int64, *era) {
	e := b.era.Load()
	full := e.full.Load()
	for full == moved {
		e = b.next()
		full = e.full.Load()
	}
	return e.owed(full, e.origin, now), e
}

// Owes reports whether something was taken that is not refilled at now: also where nothing is refilled.
func (b *Bucket) Owes(now int64) bool {
	owed, _ := b.owed(now)
	return owed > 0
}

func (s *shape) state(owed int64) State {
	if s.span < 0 {
		return State{Next: Never, Full: Never}
	}
	return State{
		Left: max(s.room-owed, 0) / s.cost,
		Next: s.duration(owed + s.cost - s.room),
		Full: s.duration(owed),
	}
}

// duration is a time in units as nanoseconds, rounded up.
func (s *shape) duration(units int64) time.Duration {
	return time.Duration((max(units, 0) + 1<<s.shift - 1) >> s.shift)
}
