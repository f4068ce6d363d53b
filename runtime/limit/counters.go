package limit

import "time"

// Counters is a quota for each of numbered keys, all of the same limit and period. A key's counter is found without lock
// or map, and keeps its state when new numbers come and when the quota changes. Use NewCounters.
type Counters struct {
	counters *array[Counter]
	quota    *Quota // of new counters; the array's lock is held, as for meter
	meter    *Meter // of new counters; nil: nobody is told
}

// NewCounters has unused counters for all keys. With a quota that Check refuses, or a limit of 0, nothing passes.
func NewCounters(quota Quota) *Counters {
	c := &Counters{quota: checked(quota)}
	c.counters = newArray(c.fill)
	return c
}

func (c *Counters) fill(first int, p *piece[Counter]) {
	for i := range p {
		p[i].start(c.quota, first+i)
		p[i].meter.Store(c.meter)
	}
}

// checked is a quota that can be counted.
func checked(q Quota) *Quota {
	if q.Check() != nil {
		return &Quota{}
	}
	return &q
}

// At is the counter of a key, as numbered by runtime/auth/apikey: the same one for ever. See MaxKeys.
func (c *Counters) At(key int) *Counter { return c.counters.at(key) }

// Used is what a key has used in the period of now, with the offset in the first. A counter is not made for being looked at.
func (c *Counters) Used(key int, now time.Time) int64 {
	if counter := c.counters.known(key); counter != nil {
		return counter.Used(now)
	}
	return 0
}

// Set changes the quota of all keys. What a key has used counts in the period of the new quota, by the days on which it
// was used.
func (c *Counters) Set(quota Quota) {
	to := checked(quota)
	c.counters.mu.Lock()
	defer c.counters.mu.Unlock()
	c.quota = to
	c.counters.each(func(_ int, counter *Counter) { counter.set(to) })
}

// Each calls do for every counter that was made, in the order of the numbers: those of keys that were asked for, and of
// others with numbers near theirs.
func (c *Counters) Each(do func(key int, counter *Counter)) { c.counters.each(do) }

// Watch has a meter told of every change of every counter from now on, as Counter.Watch does, and of those that are yet to
// be made.
func (c *Counters) Watch(m *Meter) {
	c.counters.mu.Lock()
	defer c.counters.mu.Unlock()
	c.meter = m
	c.counters.each(func(_ int, counter *Counter) { counter.Watch(m) })
}
