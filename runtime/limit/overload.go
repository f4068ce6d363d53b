package limit

import (
	"sync/atomic"
	"time"
)

// Overload decides who is answered 503 early, from how long work waits before it is begun. A burst makes some wait and
// is gone; overload makes all wait. So, as controlled delay does for queues of packets (RFC 8289), it looks at the least
// wait of an interval: when that is above the target, a queue stands, and for the next interval whoever waited twice the
// target is sent away. While no queue stands, waits of samples are enough, several in each interval. Use NewOverload.
type Overload struct {
	target, interval int64
	end              atomic.Int64 // of the interval under way
	least            atomic.Int64 // wait seen in it
	standing         atomic.Bool  // there was a queue all through the last one
	shed             atomic.Int64
}

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
		o.standing.Store(o.least.Swap(waited) > o.target && now-end < o.interval) // after a pause nothing stood
	} else {
		lower(&o.least, waited)
	}
	if waited <= 2*o.target || !o.standing.Load() {
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
