package redisstore

import (
	"math/rand/v2"
	"slices"
	"time"
)

// waiter is a request that waits for a line.
type waiter struct {
	done    chan struct{} // gets one value with the verdict
	verdict verdict
	err     error
	over    bool // the request has seen the verdict, or has left
}

type verdict uint8

const (
	granted verdict = iota
	refusedNow
	failed
)

func (w *waiter) tell(v verdict, err error) {
	w.verdict, w.err = v, err
	w.done <- struct{}{}
}

// join takes one of what is leased (no waiter then), or waits in line for what is fetched.
func (l *line) join(now int64) (w *waiter, refused bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.takeHeld(now); ok {
		return nil, false, nil
	}
	if l.dry.Load() > now {
		return nil, true, nil
	}
	w = l.store.waiters.Get().(*waiter)
	l.waiters = append(l.waiters, w)
	if l.flying.Load() {
		return w, false, nil
	}
	if err := l.launch(false); err != nil {
		l.waiters = l.waiters[:len(l.waiters)-1]
		l.store.waiters.Put(w)
		return nil, false, err
	}
	return w, false, nil
}

// takeHeld is take with mu held: it fetches nothing.
func (l *line) takeHeld(now int64) (uint64, bool) {
	for {
		state := l.state.Load()
		if state&leftMask == 0 || now >= l.until.Load() {
			return 0, false
		}
		if l.state.CompareAndSwap(state, state-1) {
			return state >> leftBits, true
		}
	}
}

// leave stops waiting; false when the verdict was there first.
func (l *line) leave(w *waiter) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiters, w)
	if i < 0 {
		return false
	}
	l.waiters = slices.Delete(l.waiters, i, i+1)
	return true
}

// prefetch fetches more before nothing is left. That it cannot be asked for shows when nothing is left.
func (l *line) prefetch() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.flying.Load() && l.launch(false) != nil {
		l.low.Store(-1) // not again for each request
	}
}

// flight is the call of take.lua that a line has under way, one at a time.
type flight struct {
	line   *line
	settle bool // it says what is left, gives back, and leases nothing more
	limits *limits
	ask    taking
	tries  int
	keys   [1]string
}

// launch sends a call. mu is held, and none is under way.
func (l *line) launch(settle bool) error {
	if l.store.closing.Load() && !settle {
		return errClosed
	}
	sh, err := l.store.shardFor(l.key)
	if err != nil {
		return err
	}
	l.flight.settle, l.flight.tries = settle, 0
	l.flying.Store(true)
	if err := sh.enqueue(&l.flight); err != nil {
		l.flying.Store(false)
		return err
	}
	return nil
}

// abandoned never: the line keeps what it fetches.
func (f *flight) abandoned() bool { return false }

func (f *flight) prepare(sh *shard, now, late int64) (*script, []string, []any) {
	l := f.line
	l.mu.Lock()
	defer l.mu.Unlock()
	f.keys[0], f.limits = l.key, l.limits.Load()
	left, _ := l.renew(now, maxHeld)
	f.ask = taking{need: int64(len(l.waiters)), back: l.back.Swap(0)}
	if !f.settle {
		f.ask.want = l.demand(now, left)
	}
	if f.limits.closed {
		f.ask.need, f.ask.want = 0, 0
	}
	if l.quota {
		p := l.spanAt(sh.redisTime(now), f.limits.quota)
		f.ask.start, f.ask.end, f.ask.backOf = p.start, p.end, l.period
	} else {
		f.ask.held = left
	}
	args := append(make([]any, 0, 3+lineArgs), l.lease, late, leaseTime/1000)
	return l.store.scripts.take, f.keys[:], f.ask.appendTo(args, l.quota, f.limits)
}

// horizon is how long half a batch should last at least, while several round trips fit in.
const horizon = int64(25 * time.Millisecond)

// demand is how much to lease beside what is left: twice as much as the time before when that was used up soon, half as
// much when it lasted long. A bucket leases at most half of its burst, on all gateways together, so that what is leased does
// not keep it from filling. Of a quota an eighth of what was left: as much is lost with a gateway.
func (l *line) demand(now, left int64) int64 {
	enough := max(horizon, 4*l.rtt)
	lasted := now - l.fetched
	switch {
	case l.fetched == 0 || lasted > 8*enough:
		l.batch = 0
	case lasted > 4*enough:
		l.batch /= 2
	case lasted < enough:
		l.batch = max(1, 2*l.batch)
	}
	l.fetched = now
	most := int64(maxHeld)
	if lim := l.limits.Load(); !l.quota {
		most = min(most, lim.rate.Burst/(2*l.store.nodes.Load()))
	} else {
		most = min(most, max(0, lim.quota.Limit-l.count)/8) // as Redis last said; it looks at what is left now
	}
	l.batch = min(l.batch, most)
	return max(0, min(l.batch, most-left))
}

func (f *flight) answer(sh *shard, sent int64, reply []int64, err error) {
	l := f.line
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && reply[1] < 0 {
		l.back.Add(f.ask.back) // nothing was done
		if f.tries++; f.tries < maxTries {
			if err = sh.enqueue(f); err == nil {
				return
			}
		} else {
			err = errSlow
		}
	}
	if err != nil {
		l.flying.Store(false)
		l.fail(err)
		return
	}
	now := l.store.now()
	l.rtt = now - sent
	l.landed(now, sent, reply)
	l.flying.Store(false)
	if len(l.waiters) > 0 {
		if err := l.launch(false); err != nil {
			l.fail(err)
		}
	}
}

// fail tells all that wait. mu is held.
func (l *line) fail(err error) {
	for _, w := range l.waiters {
		w.tell(failed, err)
	}
	l.waiters = l.waiters[:0]
}

// landed takes an answer in and serves those that wait. mu is held.
func (l *line) landed(now, sent int64, reply []int64) {
	t := takenAt(reply, 0)
	l.extend(sent, reply[0], t)
	serve := min(t.got, int64(len(l.waiters)))
	l.back.Add(t.got - serve) // for requests that have left
	for _, w := range l.waiters[:serve] {
		w.tell(granted, nil)
	}
	l.waiters = append(l.waiters[:0], l.waiters[serve:]...)
	for len(l.waiters) > 0 {
		if _, ok := l.takeHeld(now); !ok {
			break
		}
		l.waiters[0].tell(granted, nil)
		l.waiters = append(l.waiters[:0], l.waiters[1:]...)
	}
	closed := l.limits.Load().closed
	if closed {
		l.giveBackLease()
	}
	l.dry.Store(l.dryUntil(sent, t.wait))
	if closed || t.wait > 0 {
		for _, w := range l.waiters {
			w.tell(refusedNow, nil)
		}
		l.waiters = l.waiters[:0]
	}
	left := int64(l.state.Load() & leftMask)
	l.low.Store(left / 2)
	if left > 0 || l.leased > 0 || l.back.Load() > 0 {
		l.store.activate(l)
	}
}

// extend adds what was leased. What Redis did not renew, or what is of a period that is over, is nobody's: all requests have
// seen its end, as Redis's comes later.
func (l *line) extend(sent, redisNow int64, t taken) {
	f := &l.flight
	until := sent + leaseUse
	if l.quota {
		until = sent + (f.ask.end-redisNow)*1000
		if f.ask.start != l.period {
			l.drop()
			l.back.Store(0)
		}
		l.period, l.count = f.ask.start, t.info
	} else {
		l.leased = f.ask.held + t.extra
		if t.info == 0 {
			l.drop()
			l.leased = t.extra
		}
	}
	l.until.Store(until)
	l.state.Add(uint64(t.extra))
}

// drop begins a new generation with nothing.
func (l *line) drop() {
	for {
		state := l.state.Load()
		if l.state.CompareAndSwap(state, (state>>leftBits+1)<<leftBits) {
			return
		}
	}
}

const (
	// shortest is how long a bucket is left alone that was found empty, if it cannot fill meanwhile.
	shortest = int64(2 * time.Millisecond)
	// recheck is when a quota that was used up is looked at again: others may give back.
	recheck = time.Second
)

// dryUntil is until when nothing can be had, by the wait that Redis said. Requests sent at that time arrive when there is some.
func (l *line) dryUntil(sent, wait int64) int64 {
	lim := l.limits.Load()
	switch {
	case lim.closed:
		return 1<<63 - 1
	case wait == 0:
		return 0
	case l.quota:
		return sent + min(wait, int64(recheck/2+rand.N(recheck)))
	}
	fills := float64(lim.rate.Burst) / lim.rate.PerSecond / 2 * 1e9
	return sent + max(wait, int64(min(float64(shortest), fills)))
}
