package redisstore

import (
	"math/rand/v2"
	"time"
)

const (
	tickTime  = 50 * time.Millisecond // what was not used for so long is given back
	heartbeat = time.Second
	forget    = 5 * time.Second // gateways not heard of for so long are not counted
)

// keep gives back what idles and says that this gateway lives, until the store is closed.
func (s *Store) keep() {
	beat := time.NewTimer(0)
	defer beat.Stop()
	tick := time.NewTimer(tickTime)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-beat.C:
			s.beat(false)
			beat.Reset(heartbeat*3/4 + rand.N(heartbeat/2))
		case <-s.wake:
			tick.Reset(tickTime)
		case <-tick.C:
			if s.tick(false) > 0 {
				tick.Reset(tickTime)
			}
		}
	}
}

// activate has the keeper look after a line.
func (s *Store) activate(l *line) {
	if l.active.Swap(true) {
		return // the keeper has not yet looked, or does so after this
	}
	s.activeMu.Lock()
	defer s.activeMu.Unlock()
	s.active = append(s.active, l)
	if len(s.active) == 1 {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// tick looks at all active lines and says how many there still are; with all, everything is given back.
func (s *Store) tick(all bool) int {
	s.activeMu.Lock()
	lines := s.active
	s.active = nil
	s.activeMu.Unlock()
	now := s.now()
	for _, l := range lines {
		l.active.Store(false)
		if l.tick(now, all) {
			s.activate(l)
		}
	}
	s.activeMu.Lock()
	defer s.activeMu.Unlock()
	return len(s.active)
}

// tick gives back what a line has left when it idles, and extends leases that are used slowly. It is false when there is
// nothing left to do.
func (l *line) tick(now int64, all bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.flying.Load() {
		return true
	}
	state := l.state.Load()
	idle := state == l.tickState || all
	left := int64(state & leftMask)
	if now >= l.until.Load() {
		left, l.leased = 0, 0 // over in Redis too, before long
	}
	if left == 0 && l.leased == 0 && l.back.Load() == 0 {
		return false
	}
	switch {
	case idle:
		_, taken := l.renew(now, 0)
		l.back.Add(taken)
	case !l.quota && l.until.Load()-now < leaseUse/2:
		_, taken := l.renew(now, left/2)
		l.back.Add(taken)
	default:
		l.tickState = state
		return true
	}
	l.tickState = l.state.Load()
	_ = l.launch(true) // when Redis is away, what is to be given back waits for the next tick
	return true
}

// settleAll gives everything back, and waits until it is, or closeTime is over.
func (s *Store) settleAll() {
	s.beat(true)
	limit := time.NewTimer(closeTime)
	defer limit.Stop()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for s.health() == nil && (s.tick(true) > 0 || s.pending()) {
		select {
		case <-limit.C:
			return
		case <-poll.C:
		}
	}
}

// pending says whether calls are under way to servers.
func (s *Store) pending() bool {
	for _, sh := range s.all() {
		sh.mu.Lock()
		pending := sh.pending > 0
		sh.mu.Unlock()
		if pending {
			return true
		}
	}
	return false
}

// beating is a call of nodes.lua.
type beating struct {
	store *Store
	leave bool
}

// beat says that this gateway lives, or that it leaves.
func (s *Store) beat(leave bool) {
	if sh, err := s.shardFor(s.nodesKey()); err == nil {
		_ = sh.enqueue(beating{s, leave}) // the next beat will do
	}
}

func (s *Store) nodesKey() string { return s.config.Prefix + ":nodes" }

func (s *Store) nodesArgs(leave bool) []any {
	if leave {
		return []any{s.config.Node, forget.Microseconds(), 1}
	}
	return []any{s.config.Node, forget.Microseconds(), 0}
}

func (beating) abandoned() bool { return false }

func (b beating) prepare(*shard, int64, int64) (*script, []string, []any) {
	return b.store.scripts.nodes, []string{b.store.nodesKey()}, b.store.nodesArgs(b.leave)
}

func (b beating) answer(_ *shard, _ int64, reply []int64, err error) {
	if err == nil {
		b.store.nodes.Store(max(1, reply[1]))
	}
}
