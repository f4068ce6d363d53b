package throttle

import (
	"fmt"
	"slices"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// pass counts a request that a shared store let pass. A store knows how much of a quota is used, but not on which days.
func (l *Limits) pass(c *gw.Ctx, r *route) {
	number, key, ok := c.Plan()
	if !ok {
		return
	}
	if q := r.in.plans[number].quota; q != nil && q.passed != nil {
		q.passed.At(key).Take(l.core.Now())
	}
}

// UsageReport is what a usage plan's keys have used, as Amazon's get-usage shows it (control-plane.md, section 11).
type UsageReport struct {
	UsagePlanID string `json:"usagePlanId"`
	StartDate   string `json:"startDate"`
	EndDate     string `json:"endDate"`
	// Position is where the next page begins; empty: this is the last one.
	Position string `json:"position,omitempty"`
	// Items are by key id: for each day how many requests were made, and how many the quota had left at its end.
	Items map[string][][2]int64 `json:"items"`
	// Note says what the numbers leave out; empty: nothing.
	Note string `json:"note,omitempty"`
	// Shared is by key id what the shared store counts in the period under way, of all gateways: what was used, and what
	// remains. Without such a store there is none.
	Shared map[string][2]int64 `json:"shared,omitempty"`
}

const ownCount = "the quota is in a shared store, which keeps no days: items are the requests that this gateway alone let pass since its start"

// usageQuery is what a report is asked for.
type usageQuery struct {
	plan     string
	from, to time.Time
	key      string // the id of the only key; empty: all that used something
	after    string // the id behind which the page begins
	limit    int    // keys of a page
}

// errUnknown is the end of a query for something that there is not.
type errUnknown struct{ what string }

func (e errUnknown) Error() string { return e.what }

// noKey does not repeat what was asked for: it may be a key's value by mistake.
const noKey = "there is no API key with that id"

// report is what was used.
func (l *Limits) report(q usageQuery) (*UsageReport, error) {
	at := slices.IndexFunc(l.current.Load().plans, func(p plan) bool { return p.name == q.plan })
	if at < 0 {
		return nil, errUnknown{fmt.Sprintf("there is no usage plan %q", q.plan)}
	}
	counting := l.current.Load().plans[at].quota
	r := &UsageReport{
		UsagePlanID: q.plan, StartDate: limit.Date(q.from).String(), EndDate: limit.Date(q.to).String(),
		Items: map[string][][2]int64{},
	}
	if l.shared != nil {
		r.Note, r.Shared = ownCount, map[string][2]int64{}
	}
	if q.key != "" {
		number, ok := l.plans.Keys().NumberOf(q.key)
		switch {
		case !ok:
			return nil, errUnknown{noKey}
		case counting != nil:
			l.addUsage(r, counting, number, q)
		}
		return r, nil
	}
	if counting == nil {
		return r, nil
	}
	page := l.used(counting, q)
	keys := page.sorted()
	if page.count > len(keys) {
		r.Position = keys[len(keys)-1].id
	}
	for _, key := range keys {
		l.addUsage(r, counting, key.number, q)
	}
	return r, nil
}

// used are the keys that used something in the days of a query, behind that where the page begins.
func (l *Limits) used(counting *quotas, q usageQuery) *firstKeys {
	page := &firstKeys{most: q.limit}
	counting.days().Each(func(number int, c *limit.Counter) {
		if c.UsedBetween(q.from, q.to) {
			if id := l.plans.Keys().ID(number); id > q.after {
				page.add(id, number)
			}
		}
	})
	return page
}

// days are the counters that know what was used on which day.
func (q *quotas) days() *limit.Counters {
	if q.passed != nil {
		return q.passed
	}
	return q.counters
}

// addUsage adds what a key has used.
func (l *Limits) addUsage(r *UsageReport, counting *quotas, number int, q usageQuery) {
	id := l.plans.Keys().ID(number)
	if l.shared != nil {
		used := counting.used(number, l.core.Now())
		r.Shared[id] = [2]int64{used, max(counting.quota.Limit-used, 0)}
	}
	days := counting.days().At(number).Usage(q.from, q.to)
	item := make([][2]int64, len(days))
	for i, d := range days {
		if counting.passed != nil {
			d.Remaining = max(counting.quota.Limit-(limit.MaxQuota-d.Remaining), 0)
		}
		item[i] = [2]int64{d.Used, d.Remaining}
	}
	r.Items[id] = item
}
