package limit

import (
	"sync/atomic"
	"time"
)

// Overload decides who is answered 503 early, from how long work waits before it is begun. A burst makes some wait and
// is gone; overload makes all wait. So, as controlled delay does for queues of packets (RFC 8289), it looks at the least
// wait of an interval: when that is above the target, a queue stands, and for the next interval whoever waited twice the
// target is sent away. Where waits are known of samples alone, ShedSome sends a share away that grows while a queue
// stands. Use NewOverload.
type Overload struct {
	target, interval int64
	end              atomic.Int64 // of the interval under way
	least            atomic.Int64 // wait seen in it
	standing         atomic.Bool  // there was a queue all through the last one
	share            atomic.Int64 // of all requests that ShedSome sheds, in 256ths
	shed             atomic.Int64
}

const (
	shareStep = 16  // how much the share grows with each interval through which a queue stands; it halves with others
	shareMost = 240 // somebody must come through: who is served may be who can end the overload
)

// Waits that are usual for servers: people do not notice the target, and a burst is served within the interval.
const (
	DefaultTarget   = 20 * time.Millisecond
	DefaultInterval = 100 * time.Millisecond
)

// NewOverload aims at waits of target, judged over interval; 0 or less means the defaults.
func NewOverload(target, interval time.Duration) *Overload {
	if target <= 0 {
		target = DefaultTarget
	}
	if interval <= 0 {
		interval = DefaultInterval
	}
	return &Overload{target: int64(target), interval: int64(interval)}
}

// Observe takes note of a request that waited, and says whether it is to be shed. now is as for Bucket.Take.
func (o *Overload) Observe(wait time.Duration, now int64) (shed bool) {
	waited := int64(wait)
	end := o.end.Load()
	if now >= end && o.end.CompareAndSwap(end, now+o.interval) {
		o.judge(o.least.Swap(waited) > o.target && now-end < o.interval) // after a pause nothing stood
	} else {
		lower(&o.least, waited)
	}
	if waited <= 2*o.target || !o.standing.Load() {
		return false
	}
	o.shed.Add(1)
	return true
}

// judge ends an interval.
func (o *Overload) judge(standing bool) {
	o.standing.Store(standing)
	if share := o.share.Load(); standing {
		o.share.Store(min(share+shareStep, shareMost))
	} else {
		o.share.Store(share / 2)
	}
}

// ShedSome says whether a request of which nobody knows how long it waited is to be shed; draw is a random number. What
// Observe was told of are then samples, such as how late a goroutine runs that was started to find out, several in each
// interval.
func (o *Overload) ShedSome(now int64, draw uint32) bool {
	if int64(draw&0xff) >= o.share.Load() || now-o.end.Load() >= o.interval {
		return false
	}
	o.shed.Add(1)
	return true
}

func lower(v *atomic.Int64, to int64) {
	for {
		from := v.Load()
		if to >= from || v.CompareAndSwap(from, to) {
			return
		}
	}
}

// Overloaded says whether requests that waited long are shed now.
func (o *Overload) Overloaded(now int64) bool {
	return o.standing.Load() && now-o.end.Load() < o.interval
}

// Shed is how many requests were shed so far.
func (o *Overload) Shed() int64 { return o.shed.Load() }
