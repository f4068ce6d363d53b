package httpproxy

import (
	"sync"
	"time"
)

// failed notes that a request to t got no good answer.
func (u *Upstream) failed(t *target, now time.Time) {
	p := &u.cfg.Passive
	if p.ConsecutiveFailures < 0 {
		return
	}
	if int(t.failures.Add(1)) < p.ConsecutiveFailures {
		return
	}
	t.failures.Store(0)
	if len(u.set.Load().targets) < 2 {
		return // there is no other to go to
	}
	t.ejected.Store(now.Add(p.Eject).UnixNano())
	u.core.Logger().Warn("upstream target ejected", "upstream", u.cfg.Name, "target", t.url, "for", p.Eject)
}

// succeeded notes that a request to t got a good answer.
func (t *target) succeeded() {
	if t.failures.Load() != 0 {
		t.failures.Store(0)
	}
}

// failingStatus reports whether an answer says that the target does not work, rather than something of the request.
func failingStatus(status int) bool { return 502 <= status && status <= 504 }

// checker asks the targets of an upstream from time to time whether they work.
type checker struct {
	u    *Upstream
	stop chan struct{}
	done sync.WaitGroup
}

// startChecks starts the checks; they end with the gateway.
func (u *Upstream) startChecks() {
	if u.cfg.Health.Path == "" || u.core.Exchanger() != nil {
		return
	}
	c := &checker{u: u, stop: make(chan struct{})}
	ticker := time.NewTicker(u.cfg.Health.Interval)
	c.done.Add(1)
	go func() {
		defer c.done.Done()
		defer ticker.Stop()
		c.run(ticker.C)
	}()
	u.core.OnClose(func() {
		close(c.stop)
		c.done.Wait()
	})
}

// run checks all targets at once and then at every tick.
func (c *checker) run(ticks <-chan time.Time) {
	for {
		c.round()
		select {
		case <-ticks:
		case <-c.stop:
			return
		}
	}
}

// round checks every target once.
func (c *checker) round() {
	var all sync.WaitGroup
	for _, t := range c.u.set.Load().targets {
		all.Add(1)
		go func() {
			defer all.Done()
			c.u.note(t, c.u.alive(t))
		}()
	}
	all.Wait()
}

// note counts a check's result and changes what is thought of the target when there were enough in a row.
func (u *Upstream) note(t *target, alive bool) {
	down := t.down.Load()
	if alive != down {
		t.streak = 0
		return
	}
	t.streak++
	enough := u.cfg.Health.UnhealthyAfter
	if down {
		enough = u.cfg.Health.HealthyAfter
	}
	if t.streak < enough {
		return
	}
	t.streak = 0
	t.down.Store(!alive)
	u.core.Logger().Warn("upstream target changed", "upstream", u.cfg.Name, "target", t.url, "healthy", alive)
}

// alive asks t's health path.
func (u *Upstream) alive(t *target) bool {
	now := time.Now()
	deadline := now.Add(u.cfg.Health.Timeout)
	conn, err := t.pool.Get(now, deadline, true)
	if err != nil {
		return false
	}
	defer t.pool.Put(conn, now, false)
	conn.Out = append(conn.Out[:0], "GET "...)
	conn.Out = append(append(conn.Out, t.base...), u.cfg.Health.Path...)
	conn.Out = append(conn.Out, " HTTP/1.1\r\nHost: "...)
	conn.Out = append(append(conn.Out, t.host...), "\r\nUser-Agent: Gatewright-Health\r\nConnection: close\r\n\r\n"...)
	if err := conn.Exchange(now, deadline); err != nil {
		return false
	}
	return 200 <= conn.Head.Status && conn.Head.Status <= 399
}
