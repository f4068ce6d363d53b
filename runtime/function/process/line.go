package process

import "time"

// line holds invocations in the order in which they came. Whoever leaves it does so at once and leaves nothing behind.
type line struct {
	first, last *invocation
	count       int
}

// push adds v at the end.
func (l *line) push(v *invocation) {
	v.inLine, v.since = true, time.Now()
	v.before, v.behind = l.last, nil
	if l.last == nil {
		l.first = v
	} else {
		l.last.behind = v
	}
	l.last = v
	l.count++
}

// pushFront puts v back to where it was taken from.
func (l *line) pushFront(v *invocation) {
	v.inLine, v.since = true, time.Now()
	v.before, v.behind = nil, l.first
	if l.first == nil {
		l.last = v
	} else {
		l.first.before = v
	}
	l.first = v
	l.count++
}

// pop takes the first; nil when there is none.
func (l *line) pop() *invocation {
	v := l.first
	if v != nil {
		l.remove(v)
	}
	return v
}

// remove takes v out of the line.
func (l *line) remove(v *invocation) {
	if v.before == nil {
		l.first = v.behind
	} else {
		v.before.behind = v.behind
	}
	if v.behind == nil {
		l.last = v.before
	} else {
		v.behind.before = v.before
	}
	v.before, v.behind, v.inLine = nil, nil, false
	l.count--
}
