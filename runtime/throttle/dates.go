package throttle

import (
	"sync/atomic"
	"time"
)

// dates tell quotas the date by the clock of buckets. The time of day is read once in a second alone: reading it costs as
// much as all limits of a request together.
type dates struct {
	read  atomic.Int64 // when the time of day was read last, by the clock of buckets; 0: never
	ahead atomic.Int64 // how far the time of day was ahead then, in nanoseconds since 1970
}

// freshness is how long a reading is good for, in nanoseconds: who sets the time of day waits so long at most.
const freshness = int64(time.Second)

// date is the date at a time of the clock of buckets.
func (l *Limits) date(at int64) time.Time {
	d := &l.dates
	if read := d.read.Load(); read == 0 || at-read >= freshness || at < read-freshness {
		now := l.at() // at may be when the request began
		d.ahead.Store(l.core.Now().UnixNano() - now)
		d.read.Store(max(now, 1))
	}
	return time.Unix(0, d.ahead.Load()+at)
}
