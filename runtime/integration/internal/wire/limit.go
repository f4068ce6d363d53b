package wire

import "time"

// Watcher is who waits for an answer in the end.
type Watcher interface {
	// Gone reports whether nobody waits any more.
	Gone() bool
}

// watchEvery is how often a wait looks whether somebody still waits for its end.
const watchEvery = time.Second

// limit ends waits at a deadline without setting the runtime's timer for each of them. The timer is left where an
// earlier wait has put it as long as it fires before the present wait must be looked at; when it fires too early, the
// wait is taken up again. A busy connection thus sets its timer about once in the time that one request may take.
type limit struct {
	set      func(time.Time) error
	deadline time.Time // when the present wait ends; zero: never
	until    time.Time // when it is to be looked at at the latest
	armed    time.Time // when the timer fires; zero: never
	watcher  Watcher
	exact    bool // a wait cannot be taken up again
}

// begin starts a wait that ends at deadline.
func (l *limit) begin(now, deadline time.Time) error {
	l.deadline = deadline
	l.next(now)
	if l.armed.IsZero() && l.until.IsZero() {
		return nil
	}
	if !l.exact && !l.armed.IsZero() && l.armed.After(now) && (l.until.IsZero() || !l.armed.After(l.until)) {
		return nil
	}
	return l.arm()
}

// next says when to look at the wait again.
func (l *limit) next(now time.Time) {
	l.until = l.deadline
	if l.watcher == nil {
		return
	}
	if look := now.Add(watchEvery); l.until.IsZero() || look.Before(l.until) {
		l.until = look
	}
}

func (l *limit) arm() error {
	l.armed = l.until
	return l.set(l.until)
}

// again returns why a wait that the timer has ended does not go on; nil when it does.
func (l *limit) again(now time.Time) error {
	if l.exact || !l.deadline.IsZero() && !now.Before(l.deadline) {
		return ErrTimeout
	}
	if l.watcher != nil && l.watcher.Gone() {
		return ErrAbandoned
	}
	l.next(now)
	if err := l.arm(); err != nil {
		return broken(err)
	}
	return nil
}
