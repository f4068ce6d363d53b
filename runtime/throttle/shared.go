package throttle

import (
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// shared keeps limits in a store for this gateway and others. Where the store cannot answer, each limit's policy counts:
// those of this gateway alone are then divided by the number of gateways.
type shared struct {
	limits *Limits
	store  limit.Store
	work   sync.Pool // of *asked
	nodes  atomic.Int64

	lines sync.Map // of names to *stored: a look-up costs less than the store's answer ever does
}

// patience is how long a request waits for the store; a store that is away says so much sooner.
const patience = 250 * time.Millisecond

// asked is what one request asks the store for.
type asked struct {
	lines []limit.Shared
	quota int // the place of the quota in lines; -1: there is none
}

func newShared(l *Limits, store limit.Store) *shared {
	s := &shared{limits: l, store: store}
	s.nodes.Store(1)
	s.work.New = func() any { return &asked{lines: make([]limit.Shared, 0, maxBuckets+1)} }
	return s
}

// take asks the store for everything at once.
func (s *shared) take(c *gw.Ctx, r *route) gw.Fault {
	a := s.work.Get().(*asked)
	defer s.work.Put(a)
	s.gather(a, c, r)
	if len(a.lines) > 0 {
		refused, err := s.store.Admit(time.Now().Add(patience), a.lines)
		switch {
		case err != nil:
			return s.alone(c, r)
		case refused >= 0 && refused == a.quota:
			s.limits.tell(c, gw.QuotaExceeded)
			return gw.QuotaExceeded
		case refused >= 0:
			s.limits.tell(c, gw.Throttled)
			return gw.Throttled
		}
	}
	return s.clients(c, r)
}

// gather lists what the request is limited by, in the order in which refusals count.
func (s *shared) gather(a *asked, c *gw.Ctx, r *route) {
	a.lines, a.quota = a.lines[:0], -1
	if number, key, ok := c.Plan(); ok {
		tag := "key/" + strconv.Itoa(key)
		_, id := c.APIKey()
		if id != "" {
			tag = id
		}
		p := &r.in.plans[number]
		if m := r.planned(number); m != nil {
			a.lines = append(a.lines, s.line(m.name, tag, m.rate, limit.Quota{}))
		}
		if p.rate != nil {
			a.lines = append(a.lines, s.line(p.rate.name, tag, p.rate.rate, limit.Quota{}))
		}
		if q := p.quota; q != nil {
			a.quota = len(a.lines)
			a.lines = append(a.lines, s.line(q.name, tag, limit.Rate{}, q.quota))
		}
	}
	for _, one := range [...]*line{r.placed(), r.stage, r.in.account} {
		if one != nil {
			a.lines = append(a.lines, s.line(one.name, one.name, one.rate, limit.Quota{}))
		}
	}
}

// placed is the one bucket of the operation's x-gateway-throttle; nil: it has none, or one for each client.
func (r *route) placed() *line {
	if r.place == nil {
		return nil
	}
	return r.place.line
}

// line is the store's handle of a line.
func (s *shared) line(name, tag string, rate limit.Rate, quota limit.Quota) limit.Shared {
	key := lineKey{name, tag}
	if known, ok := s.lines.Load(key); ok {
		return known.(*stored).with(rate, quota)
	}
	line := limit.Line{Name: name + "/" + tag, Tag: tag, Rate: rate, Quota: quota}
	known, _ := s.lines.LoadOrStore(key, newStored(s.store.Line(line), line))
	return known.(*stored).with(rate, quota)
}

type lineKey struct{ name, tag string }

// clients takes from what each client has of an x-gateway-throttle, which no store keeps: there may be any number of
// clients. Each gateway allows its part.
func (s *shared) clients(c *gw.Ctx, r *route) gw.Fault {
	if r.place == nil || r.place.clients == nil {
		return gw.OK
	}
	s.divide()
	if !r.place.clients.Take(r.place.Key.of(c), s.limits.at()) {
		s.giveBack(c, r)
		return gw.Throttled
	}
	return gw.OK
}

// giveBack returns what take took: another limit has refused the request.
func (s *shared) giveBack(c *gw.Ctx, r *route) {
	a := s.work.Get().(*asked)
	defer s.work.Put(a)
	s.gather(a, c, r)
	if len(a.lines) > 0 {
		s.store.Return(a.lines)
	}
}

// alone decides without the store.
func (s *shared) alone(c *gw.Ctx, r *route) gw.Fault {
	l := s.limits
	policies := l.cfg.OnFailure == limit.Closed && (r.stage != nil || r.in.account != nil || r.placed() != nil)
	if number, _, ok := c.Plan(); ok && r.in.plans[number].policy == limit.Closed && r.in.plans[number].limited(r.planned(number)) {
		policies = true
	}
	if policies {
		return gw.ServiceUnavailable
	}
	s.divide()
	var t taken
	f := l.take(c, r, &t, func(p limit.Policy) bool { return p == limit.Local })
	if f != gw.OK {
		t.giveBack()
		l.tell(c, f)
	}
	return f
}

// limited reports whether the plan, or method of it, limits anything.
func (p *plan) limited(method *keyed) bool { return method != nil || p.rate != nil || p.quota != nil }

// divide shares what this gateway allows alone among the gateways that were last seen.
func (s *shared) divide() {
	now, before := int64(max(s.store.Nodes(), 1)), s.nodes.Load()
	if now == before || !s.nodes.CompareAndSwap(before, now) {
		return
	}
	s.limits.setShare(now)
	s.limits.core.Logger().Info("limits of this gateway alone are shared", slog.Int64("gateways", now))
}
