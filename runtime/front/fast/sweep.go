package fast

import "time"

// tick is how often the sweeper looks: a few times in the shortest limit, at most a thousand times and at least once a
// second.
func (s *Server) tick() time.Duration {
	shortest := 4 * time.Second
	for p := phaseHandshake; p < phases; p++ {
		if limit := s.limit(p); limit > 0 {
			shortest = min(shortest, limit)
		}
	}
	for _, limit := range []time.Duration{s.cfg.Limits.WriteTime, s.cfg.Limits.ParkTime} {
		if limit > 0 {
			shortest = min(shortest, limit)
		}
	}
	return max(shortest/4, time.Millisecond)
}

// sweeper moves the coarse clock and ends waits that took too long, until the server is closed.
func (s *Server) sweeper(tick time.Duration) {
	start := time.Now()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.coarse.Store(time.Since(start).Milliseconds())
			s.sweep()
		case <-s.stop:
			return
		}
	}
}

// sweep looks once at every connection.
func (s *Server) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for sk := s.first; sk != nil; sk = sk.next {
		if sk.released {
			continue
		}
		p, age := sk.now()
		if p == phaseParked {
			if limit := s.limit(phaseParked); limit > 0 && age >= limit {
				_ = sk.Conn.Close() // nothing is under way on it; its goroutine meets the error
			}
			continue
		}
		if p != phaseFree && sk.overdue() != nil {
			sk.wake()
		}
		if sk.stuck() {
			_ = sk.SetWriteDeadline(past) // an error means that the connection is closed
		}
	}
}

// limit returns how long phase p may last; 0: for ever.
func (s *Server) limit(p phase) time.Duration {
	l := &s.cfg.Limits
	switch p {
	case phaseHandshake, phaseHead:
		return l.HeadTime
	case phaseNew, phaseProxy:
		return s.whileDraining(l.HeadTime)
	case phaseIdle, phaseParked:
		return s.whileDraining(l.IdleTime)
	case phaseBody:
		return l.BodyTime
	case phaseLinger:
		return l.LingerTime
	default:
		return 0
	}
}

// whileDraining shortens a limit of connections on which nothing is under way.
func (s *Server) whileDraining(limit time.Duration) time.Duration {
	if s.draining.Load() && (limit <= 0 || limit > s.cfg.Limits.DrainIdle) {
		return s.cfg.Limits.DrainIdle
	}
	return limit
}

// parkAfter returns the idle time after which a connection is parked.
func (s *Server) parkAfter() time.Duration { return s.cfg.Limits.ParkTime }

// release hands the connection and its deadlines to whoever serves it from here on.
func (s *Server) release(sk *sock) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sk.released = true
	if s.cfg.Watch != nil {
		sk.stamped = stamp(sk)
	}
	sk.enter(phaseFree)
	return sk.SetDeadline(time.Time{}) // one that the sweeper set for an earlier wait
}
