package throttle

import (
	"log/slog"
	"slices"
	"strings"
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

	dividing sync.Mutex
	nodes    atomic.Int64 // that the limits of this gateway alone are divided by
}

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

// line makes a line of the store's.
func (s *shared) line(line limit.Line) *stored { return newStored(s.store.Line(line), line) }

// policies are those of the document's limits that a store can keep, each once.
func (l *Limits) policies() []limit.Policy {
	var found []limit.Policy
	add := func(limited bool, p limit.Policy) {
		if limited && !slices.Contains(found, p) {
			found = append(found, p)
		}
	}
	add(l.cfg.Account != nil ||
		slices.ContainsFunc(l.cfg.Stages, func(s Stage) bool { return s.Rate != nil || len(s.Methods) > 0 }) ||
		slices.ContainsFunc(l.cfg.Places, func(p Place) bool { return p.Rate != nil }), l.cfg.OnFailure)
	for i := range l.usage {
		u := &l.usage[i]
		add(u.Rate != nil || u.Quota != nil || len(u.Methods) > 0, u.OnFailure)
	}
	return found
}

// take asks the store for everything at once. How long it may take to say that it does not know is the store's to bound.
func (s *shared) take(c *gw.Ctx, r *route) gw.Fault {
	a := s.work.Get().(*asked)
	defer s.put(a)
	s.gather(a, c, r)
	if len(a.lines) > 0 {
		refused, err := s.store.Admit(time.Time{}, a.lines)
		switch {
		case err != nil:
			s.limits.core.MissStore()
			return s.alone(c, r)
		case refused >= 0 && refused == a.quota:
			s.limits.tell(c, gw.QuotaExceeded)
			return gw.QuotaExceeded
		case refused >= 0:
			s.limits.tell(c, gw.Throttled)
			return gw.Throttled
		}
	}
	if !s.here(c, r) {
		if len(a.lines) > 0 {
			s.store.Return(a.lines)
		}
		s.limits.tell(c, gw.Throttled)
		return gw.Throttled
	}
	return gw.OK
}

func (s *shared) put(a *asked) {
	clear(a.lines) // lines of clients may be forgotten
	s.work.Put(a)
}

// gather lists what the request is limited by, in the order in which refusals count.
func (s *shared) gather(a *asked, c *gw.Ctx, r *route) {
	a.lines, a.quota = a.lines[:0], -1
	if number, key, ok := c.Plan(); ok {
		p := &r.in.plans[number]
		if m := r.planned(number); m != nil {
			a.lines = append(a.lines, s.bucketOf(m, c, key))
		}
		if p.rate != nil {
			a.lines = append(a.lines, s.bucketOf(p.rate, c, key))
		}
		if p.quota != nil {
			a.quota = len(a.lines)
			a.lines = append(a.lines, s.quotaOf(p.quota, c, key))
		}
	}
	switch p := r.place; {
	case p == nil:
	case p.line != nil:
		a.lines = append(a.lines, p.line.stored())
	case p.shared != nil:
		a.lines = append(a.lines, p.shared.at(p.Key.of(c), *p.Rate).with(*p.Rate, limit.Quota{}))
	}
	if r.stage != nil {
		a.lines = append(a.lines, r.stage.stored())
	}
	if r.in.account != nil {
		a.lines = append(a.lines, r.in.account.stored())
	}
}

// stored is the store's line of a limit that all callers share.
func (one *line) stored() limit.Shared { return one.shared.with(one.rate, limit.Quota{}) }

// bucketOf is the store's line of an API key.
func (s *shared) bucketOf(k *keyed, c *gw.Ctx, key int) limit.Shared {
	known := k.shared.at(key)
	if known == nil {
		known = k.shared.add(key, func() *stored { return s.line(limit.Line{Name: k.name, Tag: owner(c), Rate: k.rate}) })
	}
	return known.with(k.rate, limit.Quota{})
}

// quotaOf is the store's line of an API key.
func (s *shared) quotaOf(q *quotas, c *gw.Ctx, key int) limit.Shared {
	known := q.shared.at(key)
	if known == nil {
		known = q.shared.add(key, func() *stored {
			line := limit.Line{Name: q.name, Tag: owner(c), Quota: q.quota}
			line.Quota.Limit = max(1, q.quota.Limit) // a store takes 0 for a bucket; it is told of 0 right after
			return s.line(line)
		})
	}
	return known.with(limit.Rate{}, q.quota)
}

// owner is the caller by its key's id, which is the same on every gateway and after a restart; the number of a key is not.
func owner(c *gw.Ctx) string {
	_, id := c.APIKey()
	return strings.Clone(id)
}

// here takes from what this gateway keeps alone also when there is a store: how many are under way, and the rates of clients
// where the store does not remember any.
func (s *shared) here(c *gw.Ctx, r *route) bool {
	p := r.place
	if p == nil {
		return true
	}
	alone, client := p.clients != nil && p.shared == nil, ""
	if alone {
		s.divide()
		client = p.Key.of(c)
		if !p.clients.Take(client, s.limits.at()) {
			return false
		}
	}
	if !p.enter(c) {
		if alone {
			p.clients.Return(client)
		}
		return false
	}
	return true
}

// alone decides without the store.
func (s *shared) alone(c *gw.Ctx, r *route) gw.Fault {
	l := s.limits
	if s.closed(c, r) {
		return gw.ServiceUnavailable
	}
	s.divide()
	var t taken
	f := l.take(c, r, &t, local)
	switch {
	case f != gw.OK:
	case s.spent(c, r):
		f = gw.QuotaExceeded
	case !r.place.enter(c):
		f = gw.Throttled
	}
	if f != gw.OK {
		t.giveBack()
		l.tell(c, f)
	}
	return f
}

func local(p limit.Policy) bool { return p == limit.Local }

// closed reports whether the request has a limit that lets nobody pass without the store.
func (s *shared) closed(c *gw.Ctx, r *route) bool {
	l := s.limits
	if number, _, ok := c.Plan(); ok && r.in.plans[number].policy == limit.Closed && r.in.plans[number].limited(r.planned(number)) {
		return true
	}
	placed := r.place != nil && r.place.Rate != nil
	return l.cfg.OnFailure == limit.Closed && (r.stage != nil || r.in.account != nil || placed)
}

// spent reports whether a quota that is kept here meanwhile was used up, as far as the store has said when it last could.
func (s *shared) spent(c *gw.Ctx, r *route) bool {
	number, key, ok := c.Plan()
	if !ok {
		return false
	}
	p := &r.in.plans[number]
	return p.policy == limit.Local && p.quota != nil && p.quota.used(key, s.limits.core.Now()) >= p.quota.quota.Limit
}

// limited reports whether the plan, or method of it, limits anything.
func (p *plan) limited(method *keyed) bool { return method != nil || p.rate != nil || p.quota != nil }

// divide gives this gateway its part of the limits that it keeps alone, by the number of gateways that were last seen.
func (s *shared) divide() {
	if now := s.seen(); now == s.nodes.Load() {
		return
	}
	s.dividing.Lock() // nobody takes more than the part
	defer s.dividing.Unlock()
	now := s.seen()
	if now == s.nodes.Load() {
		return
	}
	s.limits.setShare(now)
	s.nodes.Store(now)
	s.limits.core.Logger().Info("limits of this gateway alone are divided", slog.Int64("gateways", now))
}

func (s *shared) seen() int64 { return int64(max(s.store.Nodes(), 1)) }
