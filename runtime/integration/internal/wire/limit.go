package wire

import "time"

// limit ends waits at a deadline without setting the runtime's timer for each of them. The timer is left where an
// earlier wait has put it as long as it fires before the present deadline; when it fires too early, the wait is taken
// up again. A busy connection thus sets its timer about once in the time that one request may take.
type limit struct {
	set   func(time.Time) error
	until time.Time // when the present wait ends; zero: never
	armed time.Time // when the timer fires; zero: never
}

// begin starts a wait that ends at until.
func (l *limit) begin(now, until time.Time) error {
	l.until = until
	if l.armed.IsZero() && until.IsZero() {
		return nil
	}
	if !l.armed.IsZero() && l.armed.After(now) && (until.IsZero() || !l.armed.After(until)) {
		return nil
	}
	return l.arm()
}

func (l *limit) arm() error {
	l.armed = l.until
	return l.set(l.until)
}

// again reports whether a wait that the timer has ended goes on.
func (l *limit) again(now time.Time) bool {
	if !l.until.IsZero() && !now.Before(l.until) {
		return false
	}
	return l.arm() == nil
}
