package throttle

import (
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// Names of limits as clients are told them. They are the same for everybody: who calls is none of a name.
const (
	namePlanOperation = "plan-operation" // the usage plan's, of the operation
	namePlan          = "plan"
	nameQuota         = "quota"
	nameOperation     = "operation" // x-gateway-throttle
	nameStage         = "stage"
	nameAccount       = "account"
)

// informing is what a client is told.
type informing struct {
	now    time.Time
	at     int64
	shared bool // what is left is known to a store alone
	policy []byte
	left   []byte
	wait   time.Duration // until all have room
	rest   time.Duration // of the quota's period
}

// inform has the answer tell the client of the request's limits, and a refusal when to come again (--rate-limit-headers).
func (l *Limits) inform(c *gw.Ctx, r *route, f gw.Fault) {
	i, ok := l.informing.Get().(*informing)
	if !ok {
		i = new(informing)
	}
	defer l.informing.Put(i)
	*i = informing{now: l.core.Now(), at: l.at(), shared: l.shared != nil, policy: i.policy[:0], left: i.left[:0]}
	i.plan(c, r)
	if r.place != nil {
		i.place(c, r.place)
	}
	if r.stage != nil {
		i.bucket(nameStage, r.stage.rate, r.stage.bucket)
	}
	if account := r.in.account; account != nil {
		i.bucket(nameAccount, account.rate, account.bucket)
	}
	if len(i.policy) > 0 {
		c.Announce(limit.PolicyHeader, i.policy)
	}
	if len(i.left) > 0 {
		c.Announce(limit.LimitHeader, i.left)
	}
	switch {
	case f == gw.QuotaExceeded && i.shared:
		c.RetryAfter(i.rest)
	case f == gw.Throttled || f == gw.QuotaExceeded:
		c.RetryAfter(i.wait)
	}
}

// plan tells of the limits of the request's usage plan.
func (i *informing) plan(c *gw.Ctx, r *route) {
	number, key, ok := c.Plan()
	if !ok {
		return
	}
	p := &r.in.plans[number]
	if m := r.planned(number); m != nil {
		i.bucket(namePlanOperation, m.rate, m.keys.At(key))
	}
	if p.rate != nil {
		i.bucket(namePlan, p.rate.rate, p.rate.keys.At(key))
	}
	if p.quota != nil {
		i.quota(&p.quota.quota, p.quota.counters.At(key))
	}
}

// place tells of an x-gateway-throttle. What each client has of it not every store keeps.
func (i *informing) place(c *gw.Ctx, p *place) {
	switch {
	case p.line != nil:
		i.bucket(nameOperation, p.line.rate, p.line.bucket)
	case p.clients != nil:
		i.rate(nameOperation, *p.Rate)
		if p.shared == nil {
			i.state(nameOperation, p.clients.State(p.Key.of(c), i.at))
		}
	}
}

func (i *informing) bucket(name string, rate limit.Rate, b *limit.Bucket) {
	i.rate(name, rate)
	if !i.shared {
		i.state(name, b.State(i.at))
	}
}

// rate tells of a whole rate, also where this gateway alone allows a part of it.
func (i *informing) rate(name string, rate limit.Rate) {
	burst, window := rate.Burst, rate.Window()
	if window == limit.Never {
		burst, window = 0, 0 // of which nothing passes
	}
	i.policy = limit.AppendPolicy(i.policy, name, burst, window)
}

func (i *informing) state(name string, s limit.State) {
	i.left = limit.AppendLimit(i.left, name, s.Left, s.Full)
	i.wait = max(i.wait, s.Next)
}

// quota tells of a quota. Its period is the same with a store.
func (i *informing) quota(q *limit.Quota, counter *limit.Counter) {
	begins, ends := q.Period.Start(i.now), q.Period.End(i.now)
	i.policy = limit.AppendPolicy(i.policy, nameQuota, q.Limit, ends.Sub(begins))
	if i.rest = ends.Sub(i.now); q.Limit == 0 {
		i.rest = limit.Never
	}
	if i.shared {
		return
	}
	left := counter.Left(i.now)
	i.left = limit.AppendLimit(i.left, nameQuota, left, i.rest)
	if left == 0 {
		i.wait = max(i.wait, i.rest)
	}
}
