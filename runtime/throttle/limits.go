package throttle

import (
	"slices"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

// Limits are what a gateway's operations are limited by. They are safe for concurrent use.
type Limits struct {
	core   *gw.Core
	cfg    Config
	usage  []usageplan.Plan // as the document has them
	began  time.Time        // when the clock of buckets is 0
	routes [][]route        // by the numbers of the stage and the route
	plans  []plan           // by the number of the usage plan
	places []*place
	// account is nil where the account has no limit.
	account *line
	// shared keeps the limits for this gateway and others; nil: they are kept here.
	shared *shared
}

// route is what one operation is limited by in one stage.
type route struct {
	stage *line
	place *place
	plans []*keyed // its own buckets of usage plans, by the plan's number; nil: no plan has any
}

// plan is what a usage plan limits, for each of its keys.
type plan struct {
	rate   *keyed
	quota  *quotas
	policy limit.Policy
}

// line is one bucket.
type line struct {
	name   string
	rate   limit.Rate
	bucket *limit.Bucket
	shared limit.Shared // nil without a store
}

// keyed is a bucket for each API key.
type keyed struct {
	name   string
	rate   limit.Rate
	keys   *limit.Keys
	shared *handles
}

// quotas is a quota for each API key.
type quotas struct {
	name     string
	quota    limit.Quota
	counters *limit.Counters
	shared   *handles
}

// place is an x-gateway-throttle.
type place struct {
	*Place
	line    *line             // with one rate for all
	clients *limit.Clients    // with a rate for each client
	gate    *limit.Gate       // with one bound for all
	gates   *limit.ClientGate // with a bound for each client
	holds   *holds            // of gates
	shared  *clientHandles    // in place of clients; nil without a store
}

// New is the limits of cfg and of usage plans; nil: the document has none. What is wrong with them is said by core's Start.
func New(core *gw.Core, plans *usageplan.Plans, cfg Config) *Limits {
	l := &Limits{core: core, cfg: cfg, began: core.Now()}
	if plans != nil {
		l.usage = plans.Plans()
	}
	if cfg.Account != nil {
		l.account = newLine("account", *cfg.Account)
	}
	l.addRoutes()
	l.addPlaces()
	l.addPlans()
	l.share()
	return l
}

func newLine(name string, rate limit.Rate) *line {
	return &line{name: name, rate: rate, bucket: limit.NewBucket(rate)}
}

func newKeyed(name string, rate limit.Rate) *keyed {
	return &keyed{name: name, rate: rate, keys: limit.NewKeys(rate), shared: newHandles()}
}

// addRoutes makes the buckets of stages.
func (l *Limits) addRoutes() {
	routes := l.core.Routes()
	for _, name := range l.core.StageNames() {
		all := make([]route, len(routes))
		if i := slices.IndexFunc(l.cfg.Stages, func(s Stage) bool { return s.Name == name }); i >= 0 {
			s := &l.cfg.Stages[i]
			for at := range all {
				if rate := s.rateOf(routes[at]); rate != nil {
					all[at].stage = newLine("stage/"+name+"/"+nameOf(routes[at]), *rate)
				}
			}
		}
		l.routes = append(l.routes, all)
	}
}

// rateOf is the throttle of an operation in the stage; nil: it has none.
func (s *Stage) rateOf(r *gw.Route) *limit.Rate {
	for i := range s.Methods {
		if s.Methods[i].Route == r {
			return &s.Methods[i].Rate
		}
	}
	return s.Rate
}

func nameOf(r *gw.Route) string { return r.Method + " " + r.Path }

func (l *Limits) addPlaces() {
	for i := range l.cfg.Places {
		p := &place{Place: &l.cfg.Places[i]}
		alone := p.Key.kind == together
		switch {
		case p.Rate != nil && alone:
			p.line = newLine("place/"+p.Name, *p.Rate)
		case p.Rate != nil:
			p.clients = limit.NewClients(*p.Rate, 0)
		}
		switch {
		case p.Concurrent > 0 && alone:
			p.gate = limit.NewGate(int64(p.Concurrent))
		case p.Concurrent > 0:
			p.gates = limit.NewClientGate(int64(p.Concurrent), 0)
			p.holds = newHolds(p.gates)
		}
		l.places = append(l.places, p)
		for _, r := range p.Routes {
			for stage := range l.routes {
				l.routes[stage][l.indexOf(r)].place = p
			}
		}
	}
}

func (l *Limits) indexOf(r *gw.Route) int { return slices.Index(l.core.Routes(), r) }

func (l *Limits) addPlans() {
	stages := l.core.StageNames()
	for i := range l.usage {
		u := &l.usage[i]
		p := plan{policy: u.OnFailure}
		if u.Rate != nil {
			p.rate = newKeyed("plan/"+u.Name, *u.Rate)
		}
		if u.Quota != nil {
			p.quota = &quotas{name: "quota/" + u.Name, quota: *u.Quota, counters: limit.NewCounters(*u.Quota), shared: newHandles()}
		}
		l.plans = append(l.plans, p)
		for at := range u.Methods {
			m := &u.Methods[at]
			stage := slices.Index(stages, m.Stage)
			if stage < 0 {
				continue // it is not mounted
			}
			r := &l.routes[stage][l.indexOf(m.Route)]
			if r.plans == nil {
				r.plans = make([]*keyed, len(l.usage))
			}
			r.plans[i] = newKeyed("method/"+m.Stage+"/"+nameOf(m.Route)+"/"+u.Name, m.Rate)
		}
	}
}

// at is the time of buckets now.
func (l *Limits) at() int64 { return int64(l.core.Now().Sub(l.began)) }

// setShare gives this gateway an nth part of every limit that it keeps itself.
func (l *Limits) setShare(n int64) {
	at := l.at()
	set := func(one *line) {
		if one != nil {
			one.bucket.Set(part(one.rate, n), at)
		}
	}
	set(l.account)
	for _, stage := range l.routes {
		for i := range stage {
			set(stage[i].stage)
			for _, k := range stage[i].plans {
				k.share(n, at)
			}
		}
	}
	for _, p := range l.places {
		set(p.line)
		if p.clients != nil {
			p.clients.Set(part(*p.Rate, n), at)
		}
	}
	for i := range l.plans {
		l.plans[i].rate.share(n, at)
		if q := l.plans[i].quota; q != nil {
			q.counters.Set(limit.Quota{Limit: fraction(q.quota.Limit, n), Period: q.quota.Period, Offset: q.quota.Offset / n})
		}
	}
}

func (k *keyed) share(n, at int64) {
	if k != nil {
		k.keys.Set(part(k.rate, n), at)
	}
}

// part is an nth of a rate.
func part(r limit.Rate, n int64) limit.Rate {
	return limit.Rate{PerSecond: r.PerSecond / float64(n), Burst: fraction(r.Burst, n)}
}

// fraction is an nth of a number, so that n of them are not more. Something never becomes nothing.
func fraction(a, n int64) int64 { return min(a, max(1, a/n)) }
