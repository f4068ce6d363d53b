package process

import (
	"math/rand/v2"
	"time"
)

// The time between starts of processes that fail at once: it doubles, and half of it is chance.
const firstDelay, longestDelay = 100 * time.Millisecond, 10 * time.Second

// delays puts off starts of a function that does not start. The pool's lock guards it.
type delays struct {
	length time.Duration // 0 while processes start well
	timer  *time.Timer   // set while no process may be started
}

// forbid reports whether no process may be started while so many are starting: none while there is a delay, and after one
// a single process shows whether the function starts again.
func (d *delays) forbid(starting int) bool { return d.timer != nil || d.length > 0 && starting > 0 }

// failed puts the next start off, until then is called. One delay is enough for all that fail meanwhile.
func (d *delays) failed(then func()) {
	if d.timer != nil {
		return
	}
	d.length = min(max(2*d.length, firstDelay), longestDelay)
	d.timer = time.AfterFunc(d.length/2+rand.N(d.length/2), then)
}

// over ends the delay.
func (d *delays) over() { d.timer = nil }

// started notes that a process has started well.
func (d *delays) started() { d.length = 0 }

// stop takes the delay back.
func (d *delays) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}
