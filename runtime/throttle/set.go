package throttle

import (
	"net/url"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// set is what is in force at one time. It never changes: other limits are another set, with the same counts.
type set struct {
	routes  [][]route // by the numbers of the stage and the route
	plans   []plan    // by the number of the usage plan
	places  []*place
	account *line // nil: the account has no limit
}

// route is what one operation is limited by in one stage.
type route struct {
	in    *set
	stage *line
	place *place
	plans []*keyed // its own buckets of usage plans, by the plan's number; nil: no plan has any
}

// plan is what a usage plan limits, for each of its keys.
type plan struct {
	name   string
	rate   *keyed
	quota  *quotas
	policy limit.Policy
}

// line is one bucket.
type line struct {
	name   string
	rate   limit.Rate
	bucket *limit.Bucket
	shared *stored // nil without a store
}

// keyed is a bucket for each API key.
type keyed struct {
	name   string
	rate   limit.Rate
	keys   *limit.Keys
	shared *handles // nil without a store
}

// quotas is a quota for each API key.
type quotas struct {
	*counted
	quota limit.Quota
}

// place is an x-gateway-throttle.
type place struct {
	*Place
	line    *line             // with one rate for all
	clients *limit.Clients    // with a rate for each client
	gate    *limit.Gate       // with one bound for all
	gates   *limit.ClientGate // with a bound for each client
	holds   *holds            // of gates
	shared  *clientHandles    // in place of clients; nil without a store that remembers them
}

// counts are all that was ever counted, by name. What no set has any more waits there for one that has it again.
type counts struct {
	lines   map[string]*limit.Bucket
	keys    map[string]*limit.Keys
	quotas  map[string]*counted
	clients map[string]*limit.Clients
	gates   map[string]*limit.Gate
	holds   map[string]*holds

	sharedLines   map[string]*stored
	sharedKeys    map[string]*handles
	sharedClients map[string]*clientHandles
}

// counted is what a quota counts.
type counted struct {
	name     string
	counters *limit.Counters
	given    limit.Quota // to counters
	// passed counts what a shared store counts too, as that tells no days; nil: there is none.
	passed *limit.Counters
	shared *handles // nil without a store
}

func newCounts() counts {
	return counts{
		map[string]*limit.Bucket{}, map[string]*limit.Keys{}, map[string]*counted{},
		map[string]*limit.Clients{}, map[string]*limit.Gate{}, map[string]*holds{},
		map[string]*stored{}, map[string]*handles{}, map[string]*clientHandles{},
	}
}

// known is what a map has by a name, made if it has none.
func known[T any](all map[string]T, name string, make func() T) T {
	have, ok := all[name]
	if !ok {
		have = make()
		all[name] = have
	}
	return have
}

// assemble makes a set of rules. The lock is held, as for all here.
func (l *Limits) assemble(r *rules) *set {
	s := &set{}
	if r.account != nil {
		s.account = l.line("account", *r.account)
	}
	routes := l.core.Routes()
	for stage, name := range l.core.StageNames() {
		all := make([]route, len(routes))
		for at := range all {
			all[at].in = s
			if rate := r.stages[stage][at]; rate != nil {
				all[at].stage = l.line("stage/"+name+"/"+nameOf(routes[at]), *rate)
			}
		}
		s.routes = append(s.routes, all)
	}
	for i := range r.places {
		l.addPlace(s, &r.places[i])
	}
	for i := range r.plans {
		l.addPlan(s, i, &r.plans[i])
	}
	return s
}

func (l *Limits) line(name string, rate limit.Rate) *line {
	one := &line{name: name, rate: rate}
	one.bucket = known(l.known.lines, name, func() *limit.Bucket { return limit.NewBucket(part(rate, l.share)) })
	if l.shared != nil {
		one.shared = known(l.known.sharedLines, name, func() *stored { return l.shared.line(limit.Line{Name: name, Tag: name, Rate: rate}) })
	}
	return one
}

func (l *Limits) keyed(name string, rate limit.Rate) *keyed {
	k := &keyed{name: name, rate: rate}
	k.keys = known(l.known.keys, name, func() *limit.Keys { return limit.NewKeys(part(rate, l.share)) })
	if l.shared != nil {
		k.shared = known(l.known.sharedKeys, name, newHandles)
	}
	return k
}

// addPlace makes an x-gateway-throttle count for its operations.
func (l *Limits) addPlace(s *set, from *Place) {
	p := &place{Place: from}
	alone := p.Key.kind == together
	switch {
	case p.Rate != nil && alone:
		p.line = l.line("place/"+p.Name, *p.Rate)
	case p.Rate != nil:
		p.clients = known(l.known.clients, p.Name, func() *limit.Clients { return limit.NewClients(*p.Rate, 0) })
		if l.shared != nil && l.shared.store.Remembers() {
			p.shared = known(l.known.sharedClients, p.Name, func() *clientHandles { return newClientHandles(l.shared, "place/"+p.Name) })
		}
	}
	switch {
	case p.Concurrent > 0 && alone:
		p.gate = known(l.known.gates, p.Name, func() *limit.Gate { return limit.NewGate(int64(p.Concurrent)) })
	case p.Concurrent > 0:
		p.holds = known(l.known.holds, p.Name, func() *holds { return newHolds(limit.NewClientGate(int64(p.Concurrent), 0)) })
		p.gates = p.holds.gates
	}
	s.places = append(s.places, p)
	for _, r := range p.Routes {
		for stage := range s.routes {
			s.routes[stage][l.indexOf(r)].place = p
		}
	}
}

// addPlan makes what usage plan number i limits.
func (l *Limits) addPlan(s *set, i int, r *planRules) {
	u := &l.usage[i]
	p := plan{name: u.Name, policy: u.OnFailure}
	if r.rate != nil {
		p.rate = l.keyed("plan/"+u.Name, *r.rate)
	}
	if r.quota != nil {
		p.quota = &quotas{known(l.known.quotas, u.Name, func() *counted { return l.newCounters(u.Name, *r.quota) }), *r.quota}
	}
	s.plans = append(s.plans, p)
	own := url.PathEscape(u.Name) // no slash: of GET /a a plan b/c is not the plan c of GET /a/b
	for stage, name := range l.core.StageNames() {
		for at, rate := range r.methods[stage] {
			if rate == nil {
				continue
			}
			of := &s.routes[stage][at]
			if of.plans == nil {
				of.plans = make([]*keyed, len(l.usage))
			}
			of.plans[i] = l.keyed("method/"+name+"/"+nameOf(l.core.Routes()[at])+"/"+own, *rate)
		}
	}
}

func (l *Limits) newCounters(plan string, quota limit.Quota) *counted {
	c := &counted{name: "quota/" + plan, counters: limit.NewCounters(quota), given: quota}
	if l.shared != nil {
		c.passed, c.shared = limit.NewCounters(boundless(quota)), newHandles()
	}
	l.kept.watch(c)
	return c
}

// spread gives what keys take from an nth of the quota.
func (q *quotas) spread(n int64) {
	to := limit.Quota{Limit: fraction(q.quota.Limit, n), Period: q.quota.Period, Offset: q.quota.Offset / n}
	if q.given != to {
		q.given = to
		q.counters.Set(to)
	}
	if q.passed != nil {
		q.passed.Set(boundless(q.quota))
	}
}

// boundless is a quota that refuses nobody, with the periods of another one.
func boundless(q limit.Quota) limit.Quota {
	return limit.Quota{Limit: limit.MaxQuota, Period: q.Period, Offset: q.Offset}
}

// eachLine calls do for every bucket that all callers share.
func (s *set) eachLine(do func(*line)) {
	each := func(one *line) {
		if one != nil {
			do(one)
		}
	}
	each(s.account)
	for _, stage := range s.routes {
		for i := range stage {
			each(stage[i].stage)
		}
	}
	for _, p := range s.places {
		each(p.line)
	}
}

// eachKeyed calls do for all buckets of API keys.
func (s *set) eachKeyed(do func(*keyed)) {
	each := func(k *keyed) {
		if k != nil {
			do(k)
		}
	}
	for i := range s.plans {
		each(s.plans[i].rate)
	}
	for _, stage := range s.routes {
		for i := range stage {
			for _, k := range stage[i].plans {
				each(k)
			}
		}
	}
}

// of is what an operation is limited by in a stage.
func (l *Limits) of(c *gw.Ctx) *route {
	return &l.current.Load().routes[c.StageIndex()][c.RouteIndex()]
}
