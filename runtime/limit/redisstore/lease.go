package redisstore

import (
	"time"

	"github.com/gatewright/gatewright/runtime/limit"
)

// admitLeased takes of what is leased: reading the clock and one atomic exchange a line.
func (s *Store) admitLeased(deadline time.Time, lines []limit.Shared) (int, error) {
	now := s.now()
	for i := range lines {
		if lines[i].(*line).exhausted(now) {
			return i, nil
		}
	}
	var room [8]uint64
	taken := room[:0]
	for i := range lines {
		generation, ok := lines[i].(*line).take(now)
		if !ok {
			return s.admitWaiting(deadline, lines, now, taken)
		}
		taken = append(taken, generation)
	}
	return -1, nil
}

// exhausted says whether nothing is leased and nothing can be had now.
func (l *line) exhausted(now int64) bool {
	return l.dry.Load() > now && (l.state.Load()&leftMask == 0 || now >= l.until.Load())
}

// take takes one of the lease and says of which generation. The end of the lease belongs to the generation of state: where
// that changed meanwhile, the exchange fails.
func (l *line) take(now int64) (generation uint64, ok bool) {
	for {
		state := l.state.Load()
		if state&leftMask == 0 || now >= l.until.Load() {
			return 0, false
		}
		if l.state.CompareAndSwap(state, state-1) {
			if int64(state&leftMask)-1 <= l.low.Load() && l.dry.Load() <= now && !l.flying.Load() {
				l.prefetch()
			}
			return state >> leftBits, true
		}
	}
}

// untake puts one back into the lease it was taken of, if Redis has not been told since that it is gone.
func (l *line) untake(generation uint64) {
	for {
		state := l.state.Load()
		if state>>leftBits != generation {
			l.giveBack()
			return
		}
		if l.state.CompareAndSwap(state, state+1) {
			return
		}
	}
}

// giveBack lets the next call give one back. The lease must not grow by it: of a bucket, Redis has been told what is left,
// and lets others have as much less.
func (l *line) giveBack() {
	if l.quota && l.untakeQuota() {
		return
	}
	l.back.Add(1)
	l.store.activate(l)
}

// untakeQuota puts one back into the lease of a quota, which has no such condition while its period lasts.
func (l *line) untakeQuota() bool {
	for {
		state := l.state.Load()
		if l.store.now() >= l.until.Load() {
			return false
		}
		if l.state.CompareAndSwap(state, state+1) {
			l.store.activate(l)
			return true
		}
	}
}

// giveBackLease lets the next call give back all that is left of the lease. mu is held.
func (l *line) giveBackLease() {
	if _, taken := l.renew(l.store.now(), 0); taken > 0 {
		l.back.Add(taken)
		l.store.activate(l)
	}
}

// renew begins a new generation with at most keep of what is left, and takes the rest away. What a lease that is over had left
// is nobody's.
func (l *line) renew(now, keep int64) (kept, taken int64) {
	for {
		state := l.state.Load()
		left := int64(state & leftMask)
		if now >= l.until.Load() {
			left = 0
		}
		kept = min(left, keep)
		if l.state.CompareAndSwap(state, (state>>leftBits+1)<<leftBits|uint64(kept)) {
			return kept, left - kept
		}
	}
}

// admitWaiting goes on where a line had nothing leased: it lets all such lines fetch, then waits for them.
func (s *Store) admitWaiting(deadline time.Time, lines []limit.Shared, now int64, taken []uint64) (int, error) {
	pass := admission{lines: lines, taken: taken}
	refused, err := pass.join(now)
	if err == nil && refused < 0 {
		refused, err = pass.wait(s.patience(deadline))
	}
	if err != nil || refused >= 0 {
		pass.undo()
	}
	pass.release(s)
	return refused, err
}

// admission is a request that has to wait.
type admission struct {
	lines   []limit.Shared
	taken   []uint64  // of lines before the first that had nothing
	joined  []*waiter // of that one and those after it; nil: not yet
	granted []bool    // of the same
}

// join takes one of each line that still has some, and waits in line for the others.
func (a *admission) join(now int64) (refused int, err error) {
	first := len(a.taken)
	rest := a.lines[first:]
	a.joined, a.granted = make([]*waiter, len(rest)), make([]bool, len(rest))
	for i := range rest {
		w, refused, err := rest[i].(*line).join(now)
		if err != nil {
			return 0, err
		}
		if refused {
			return first + i, nil
		}
		a.joined[i], a.granted[i] = w, w == nil
	}
	return -1, nil
}

// wait waits for all lines, in order.
func (a *admission) wait(patience time.Duration) (refused int, err error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for i, w := range a.joined {
		if w == nil {
			continue
		}
		select {
		case <-w.done:
		case <-timer.C:
			if a.line(i).leave(w) {
				w.verdict, w.err = failed, errSlow
			}
			timer.Reset(0) // for the others
		}
		w.over = true
		switch w.verdict {
		case failed:
			return 0, w.err
		case refusedNow:
			return len(a.taken) + i, nil
		}
		a.granted[i] = true
	}
	return -1, nil
}

func (a *admission) line(i int) *line { return a.lines[len(a.taken)+i].(*line) }

// undo gives back what was taken, and stops waiting for the rest.
func (a *admission) undo() {
	for i, generation := range a.taken {
		a.lines[i].(*line).untake(generation)
	}
	for i, w := range a.joined {
		if w != nil && !w.over {
			a.granted[i] = !a.line(i).leave(w) && w.verdict == granted
			w.over = true
		}
		if a.granted[i] {
			a.line(i).giveBack()
		}
	}
}

// release gives the waiters back for other requests.
func (a *admission) release(s *Store) {
	for _, w := range a.joined {
		if w != nil {
			select {
			case <-w.done:
			default:
			}
			*w = waiter{done: w.done}
			s.waiters.Put(w)
		}
	}
}
