package limit

import (
	"sync"
	"sync/atomic"
)

// Meter gathers counters that change, for who keeps what they say elsewhere. Telling it costs one addition, and a lock
// once for each counter between two drains. Use NewMeter.
type Meter struct {
	units atomic.Int64
	most  int64
	wake  chan struct{}

	mu      sync.Mutex
	changed []*Counter
	spare   []*Counter // the list before, to be filled again
	days    []DayCount // of Drain
}

// NewMeter is a meter that wakes who drains it after most changes; 0 or less: never.
func NewMeter(most int64) *Meter {
	return &Meter{most: most, wake: make(chan struct{}, 1)}
}

// note is called by a counter after it has changed.
func (m *Meter) note(c *Counter) {
	if !c.dirty.Load() && c.dirty.CompareAndSwap(false, true) {
		m.mu.Lock()
		m.changed = append(m.changed, c)
		m.mu.Unlock()
	}
	if m.units.Add(1) == m.most {
		select {
		case m.wake <- struct{}{}:
		default: // woken already
		}
	}
}

// Wake has a value when as many changes as NewMeter was given were made since the last Drain.
func (m *Meter) Wake() <-chan struct{} { return m.wake }

// Pending is how many changes were made since the last Drain.
func (m *Meter) Pending() int64 { return m.units.Load() }

// Drain gives every counter that changed since the last Drain to do, with the days that may have changed and what was
// used on them now, which is valid until do returns. One goroutine drains a meter.
func (m *Meter) Drain(do func(c *Counter, days []DayCount)) {
	m.units.Store(0)
	m.mu.Lock()
	list := m.changed
	m.changed, m.spare = m.spare[:0], nil
	m.mu.Unlock()
	for _, c := range list {
		c.dirty.Store(false) // before looking: what changes from here on is noted again
		m.days = c.changes(m.days[:0])
		do(c, m.days)
	}
	clear(list)
	m.mu.Lock()
	m.spare = list[:0]
	m.mu.Unlock()
}
