package throttle

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

// Limits are what a gateway's operations are limited by. They are safe for concurrent use.
type Limits struct {
	core  *gw.Core
	plans *usageplan.Plans // nil: no operation wants an API key
	cfg   Config
	usage []usageplan.Plan // as the document has them
	began time.Time        // when the clock of buckets is 0
	// current is what requests take from.
	current atomic.Pointer[set]
	dates   dates
	// shared keeps the limits for this gateway and others; nil: they are kept here.
	shared *shared
	// informs says whether clients are told of limits (inform).
	informs   bool
	informing sync.Pool // of *informing
	// kept writes what quotas count to a file; nil: nothing does.
	kept *keeper

	mu    sync.Mutex // of who changes what is in force
	share int64      // this gateway alone allows one of so many parts
	known counts
}

// New is the limits of cfg and of usage plans; nil: the document has none. What is wrong with them is said by core's Start.
func New(core *gw.Core, plans *usageplan.Plans, cfg Config) *Limits {
	l := &Limits{core: core, plans: plans, cfg: cfg, began: core.Now(), informs: core.RateLimitHeaders(), share: 1, known: newCounts()}
	if plans != nil {
		l.usage = plans.Plans()
	}
	if store := core.OpenStore(l.policies()); store != nil {
		l.shared = newShared(l, store)
	}
	l.openUsage()
	rules, err := l.resolve(&gw.LimitOverrides{})
	if err != nil {
		core.Fail(err)
		return l
	}
	l.put(rules)
	core.OnLimitOverride(func(o *gw.LimitOverrides) (func(), error) {
		rules, err := l.resolve(o)
		if err != nil {
			return nil, err
		}
		return func() { l.put(rules) }, nil
	})
	l.addPages()
	return l
}

// rateOf is the throttle of an operation in the stage; nil: it has none.
func (s *Stage) rateOf(r *gw.Route) *limit.Rate {
	if own := s.own(r); own != nil {
		return own
	}
	return s.Rate
}

// own is the throttle that the stage has for the operation alone; nil: it has none.
func (s *Stage) own(r *gw.Route) *limit.Rate {
	for i := range s.Methods {
		if s.Methods[i].Route == r {
			return &s.Methods[i].Rate
		}
	}
	return nil
}

func nameOf(r *gw.Route) string { return r.Method + " " + r.Path }

func (l *Limits) indexOf(r *gw.Route) int { return slices.Index(l.core.Routes(), r) }

// at is the time of buckets now.
func (l *Limits) at() int64 { return int64(l.core.Since(l.began)) }

// put puts rules in force. What was taken so far stays taken.
func (l *Limits) put(r *rules) {
	l.mu.Lock()
	defer l.mu.Unlock()
	next := l.assemble(r)
	l.spread(next)
	l.current.Store(next)
	l.kept.recall()
}

// setShare gives this gateway an nth part of every limit that it keeps itself.
func (l *Limits) setShare(n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.share = n
	l.spread(l.current.Load())
}

// spread gives what requests take from the rates of a set. Clocks are read with the lock held, so that no change comes
// with a time before that of an earlier one.
func (l *Limits) spread(s *set) {
	at, n := l.at(), l.share
	s.eachLine(func(one *line) { one.bucket.Set(part(one.rate, n), at) })
	s.eachKeyed(func(k *keyed) { k.keys.Set(part(k.rate, n), at) })
	for _, p := range s.places {
		if p.clients != nil {
			p.clients.Set(part(*p.Rate, n), at)
		}
		if p.gate != nil {
			p.gate.Set(int64(p.Concurrent))
		}
		if p.gates != nil {
			p.gates.Set(int64(p.Concurrent))
		}
	}
	for i := range s.plans {
		if q := s.plans[i].quota; q != nil {
			q.spread(n)
		}
	}
}

// part is an nth of a rate.
func part(r limit.Rate, n int64) limit.Rate {
	return limit.Rate{PerSecond: r.PerSecond / float64(n), Burst: fraction(r.Burst, n)}
}

// fraction is an nth of a number, so that n of them are not more. Something never becomes nothing.
func fraction(a, n int64) int64 { return min(a, max(1, a/n)) }
