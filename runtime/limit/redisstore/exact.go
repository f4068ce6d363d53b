package redisstore

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/gatewright/gatewright/runtime/limit"
)

// maxTries is how often a call is sent that Redis did not run for its time: a period had just ended, its clock was set.
const maxTries = 3

// exact is one run of take.lua for a request: lines of one tag, one of each or, to give back, minus one.
type exact struct {
	store *Store
	lines []*line
	at    []int // their places in the request
	keys  []string
	spans []*span // of quotas
	carry []int64 // what earlier calls could not give back
	give  bool
	of    []*span // of quotas: the periods that are given back to; nil: those under way, as far as is known
	tries int

	state   atomic.Int32
	done    chan struct{}
	refused int // in lines; -1: none
	err     error
}

// States of a call that a request waits for.
const (
	waiting int32 = iota
	answered
	left // the request does not wait any more: what the call took is given back
)

// admitExact asks Redis. Lines of one tag are taken by one call, those of several tags by calls of one round trip.
func (s *Store) admitExact(deadline time.Time, lines []limit.Shared) (int, error) {
	for i, l := range lines {
		if l.(*line).limits.Load().closed {
			return i, nil
		}
	}
	calls := s.byTag(lines, false)
	refused, err := -1, error(nil)
	for i, c := range calls {
		if err = c.enqueue(); err != nil {
			calls = calls[:i]
			break
		}
	}
	if err == nil {
		refused, err = await(calls, s.patience(deadline))
	}
	if err != nil || refused >= 0 {
		for _, c := range calls {
			c.leave()
			if c.state.Load() == answered && c.granted() {
				c.reverse()
			}
		}
	}
	return refused, err
}

// await waits for the answers of all calls, and says which line of the request was refused first.
func await(calls []*exact, patience time.Duration) (refused int, err error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	refused = -1
	for _, c := range calls {
		if err := c.wait(timer); err != nil {
			return -1, err
		}
		if c.refused >= 0 && (refused < 0 || c.at[c.refused] < refused) {
			refused = c.at[c.refused]
		}
	}
	return refused, nil
}

// patience is how long a request waits.
func (s *Store) patience(deadline time.Time) time.Duration {
	if deadline.IsZero() {
		return s.config.Wait
	}
	return max(0, min(s.config.Wait, deadline.Sub(s.wall())))
}

// byTag makes one call for each tag.
func (s *Store) byTag(lines []limit.Shared, give bool) []*exact {
	calls := make([]*exact, 0, 2)
	for i := range lines {
		l := lines[i].(*line)
		at := slices.IndexFunc(calls, func(c *exact) bool { return c.lines[0].tag == l.tag })
		if at < 0 {
			at = len(calls)
			calls = append(calls, &exact{store: s, give: give, refused: -1, done: make(chan struct{}, 1)})
		}
		c := calls[at]
		c.lines = append(c.lines, l)
		c.at = append(c.at, i)
		c.keys = append(c.keys, l.key)
	}
	return calls
}

func (c *exact) enqueue() error {
	sh, err := c.store.shardFor(c.keys[0])
	if err != nil {
		return err
	}
	return sh.enqueue(c)
}

func (c *exact) abandoned() bool { return !c.give && c.state.Load() == left }

func (c *exact) prepare(sh *shard, now, late int64) (*script, []string, []any) {
	args := make([]any, 0, 3+lineArgs*len(c.lines))
	args = append(args, "", late, leaseTime/1000)
	c.spans, c.carry = make([]*span, len(c.lines)), make([]int64, len(c.lines))
	for i, l := range c.lines {
		lim := l.limits.Load()
		if c.of == nil {
			c.carry[i] = l.back.Swap(0) // it is of the period under way
		}
		t := taking{need: 1, back: c.carry[i]}
		if c.give {
			t.need, t.back = 0, t.back+1
		}
		if l.quota {
			c.spans[i] = l.spanAt(sh.redisTime(now), lim.quota)
			t.start, t.end, t.backOf = c.spans[i].start, c.spans[i].end, l.periodNow()
			if c.of != nil {
				t.backOf = c.of[i].start
			}
		}
		args = t.appendTo(args, l.quota, lim)
	}
	return c.store.scripts.take, c.keys, args
}

func (l *line) periodNow() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.period
}

func (c *exact) answer(sh *shard, sent int64, reply []int64, err error) {
	if err == nil && reply[1] < 0 {
		sent = 0 // as good as not at all
		for i, l := range c.lines {
			l.back.Add(c.carry[i]) // nothing was done
		}
		if c.tries++; c.tries < maxTries {
			if err = sh.enqueue(c); err == nil {
				return
			}
		} else {
			err = fmt.Errorf("%w: %s: its clock jumps", ErrUnavailable, sh.name)
		}
	}
	if err != nil {
		if c.give && sent == 0 {
			c.keep()
		}
		c.finish(-1, err)
		return
	}
	for i, l := range c.lines {
		if l.quota {
			l.counted(c.spans[i].start, takenAt(reply, i).info)
		}
	}
	c.finish(int(reply[1])-1, nil)
}

// counted keeps what Redis said of a quota.
func (l *line) counted(period, count int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.period, l.count = period, count
}

// finish hands the answer to the request, if it still waits.
func (c *exact) finish(refused int, err error) {
	c.refused, c.err = refused, err
	if c.state.CompareAndSwap(waiting, answered) {
		c.done <- struct{}{}
	} else if c.granted() {
		c.reverse()
	}
}

// wait waits for the answer until timer fires, which it does again at once for the calls that come next. What finish has set is
// seen when the answer has come, and as well when leave says that it was there first.
func (c *exact) wait(timer *time.Timer) error {
	select {
	case <-c.done:
	case <-timer.C:
		timer.Reset(0)
		if c.leave() {
			return errSlow
		}
	}
	return c.err
}

// leave gives up waiting; false when the answer was there first.
func (c *exact) leave() bool { return c.state.CompareAndSwap(waiting, left) }

// granted says whether an answered call took anything. Of one that failed that is not known: it counts as used.
func (c *exact) granted() bool { return !c.give && c.err == nil && c.refused < 0 }

// returnExact gives one of each line back.
func (s *Store) returnExact(lines []limit.Shared) {
	for _, c := range s.byTag(lines, true) {
		c.send()
	}
}

// reverse gives back what a call took.
func (c *exact) reverse() { c.reversal().send() }

// reversal is a call that gives back what c took, to the period that c took it of: another one may have begun since.
func (c *exact) reversal() *exact {
	return &exact{store: c.store, lines: c.lines, keys: c.keys, give: true, of: c.spans, done: make(chan struct{}, 1)}
}

// send sends a call that gives back, or keeps that for the next call of each line.
func (c *exact) send() {
	if c.enqueue() != nil {
		c.keep()
	}
}

// keep lets the next call of each line give one back.
func (c *exact) keep() {
	for _, l := range c.lines {
		l.back.Add(1)
		c.store.activate(l)
	}
}
