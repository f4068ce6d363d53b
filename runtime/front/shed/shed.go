// Package shed decides for the fronts which requests are sent away because more come than can be served, by how long
// they waited before the gateway had time to read them. It must not know how a request is read, nor how it is answered.
package shed

import (
	"sync/atomic"
	"time"

	"github.com/gatewright/gatewright/runtime/limit"
)

// Watch looks at how long requests waited. Finding that out costs a system call. So while no queue stands it wants to
// know it of a few requests in each interval, and all others cost a look at a flag; while one stands, of every request.
// It is safe for concurrent use; nil never looks. Use New.
type Watch struct {
	overload *limit.Overload
	began    time.Time
	pause    time.Duration // between two looks while no queue stands
	looking  atomic.Bool
	next     *time.Timer // sets looking; an idle gateway has none running
}

// looks are how many requests of an interval are looked at while no queue stands.
const looks = 8

// New sends requests away that waited longer than after, while the least wait of an interval was above half of it. The
// interval is as long as after, and at least limit.DefaultInterval: what a stall leaves behind is served within it.
func New(after time.Duration) *Watch {
	interval := max(after, limit.DefaultInterval)
	w := &Watch{overload: limit.NewOverload(after/2, interval), began: time.Now(), pause: interval / looks}
	w.next = time.AfterFunc(w.pause, func() { w.looking.Store(true) })
	return w
}

// Looking says whether the wait of a request that is read now is wanted.
func (w *Watch) Looking() bool { return w != nil && w.looking.Load() }

// Now is the time as Late takes it: nanoseconds since the watch was made, above 0.
func (w *Watch) Now() int64 { return int64(time.Since(w.began)) + 1 }

// Late takes note of a request that waited and says whether it is to be sent away.
func (w *Watch) Late(wait time.Duration) bool {
	now := w.Now()
	late := w.overload.Observe(wait, now)
	if !w.overload.Overloaded(now) && w.looking.CompareAndSwap(true, false) {
		w.next.Reset(w.pause)
	}
	return late
}

// Shed is how many requests were sent away so far.
func (w *Watch) Shed() int64 {
	if w == nil {
		return 0
	}
	return w.overload.Shed()
}
