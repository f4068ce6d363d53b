package throttle

import (
	"fmt"
	"maps"
	"slices"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/limit/methodkey"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

// rules are the document's limits with overrides laid over them.
type rules struct {
	account *limit.Rate
	stages  [][]*limit.Rate // by the numbers of the mounted stage and the route
	plans   []planRules     // by the number of the plan
	places  []Place
}

// planRules are those of a usage plan.
type planRules struct {
	rate    *limit.Rate
	quota   *limit.Quota
	methods [][]*limit.Rate // by the numbers of the mounted stage and the route
}

// resolving lays overrides over a document.
type resolving struct {
	limits *Limits
	routes []*gw.Route
	stages []string // of the document
	keyed  []bool   // by route: it wants an API key
	takes  []bool   // by route: its code takes from limits
}

// resolve lays o over the document, or says which of it is wrong, and why.
func (l *Limits) resolve(o *gw.LimitOverrides) (*rules, error) {
	r := &resolving{limits: l, routes: l.core.Routes()}
	for _, s := range l.core.API().Stages {
		r.stages = append(r.stages, s.Name)
	}
	r.look()
	var to rules
	for _, step := range []func(*rules, *gw.LimitOverrides) error{r.account, r.allStages, r.allPlans, r.allPlaces} {
		if err := step(&to, o); err != nil {
			return nil, err
		}
	}
	return &to, nil
}

// look finds the operations whose generated code takes from limits: those that the document limits somewhere. The others
// check nothing.
func (r *resolving) look() {
	cfg := &r.limits.cfg
	r.keyed, r.takes = make([]bool, len(r.routes)), make([]bool, len(r.routes))
	for i, route := range r.routes {
		r.keyed[i] = slices.Contains(cfg.Keyed, route)
		r.takes[i] = cfg.Account != nil ||
			slices.ContainsFunc(cfg.Places, func(p Place) bool { return slices.Contains(p.Routes, route) }) ||
			slices.ContainsFunc(cfg.Stages, func(s Stage) bool { return s.rateOf(route) != nil }) ||
			r.keyed[i] && slices.ContainsFunc(r.limits.usage, func(u usageplan.Plan) bool { return planned(&u, route) })
	}
}

// planned reports whether a usage plan limits an operation that wants an API key.
func planned(u *usageplan.Plan, route *gw.Route) bool {
	return u.Rate != nil || u.Quota != nil || slices.ContainsFunc(u.Methods, func(m usageplan.Method) bool { return m.Route == route })
}

// taking says that an operation of those takes from no limit, so that where would count for nothing there.
func (r *resolving) taking(where string, counts func(route int) bool) error {
	for i, route := range r.routes {
		if counts(i) && !r.takes[i] {
			return fmt.Errorf("%s: %s takes from no limit, as the document has none for it: write one there and generate again", where, nameOf(route))
		}
	}
	return nil
}

func every(int) bool { return true }

func (r *resolving) account(to *rules, o *gw.LimitOverrides) (err error) {
	const where = "x-gateway-account.throttle"
	doc := r.limits.cfg.Account
	if to.account, err = laidRate(doc, o.Account, where); err != nil || to.account == nil || doc != nil {
		return err
	}
	return r.taking(where, every)
}

// laidRate is a rate with an override laid over it.
func laidRate(doc *limit.Rate, o *gw.RateOverride, where string) (*limit.Rate, error) {
	if o == nil {
		return doc, nil
	}
	var to limit.Rate
	switch {
	case doc != nil:
		to = *doc
	case o.PerSecond == nil || o.Burst == nil:
		return nil, fmt.Errorf("%s: the document has no rate there: rateLimit and burstLimit go together", where)
	}
	if o.PerSecond != nil {
		to.PerSecond = *o.PerSecond
	}
	if o.Burst != nil {
		to.Burst = *o.Burst
	}
	if err := to.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return &to, nil
}

// laidQuota is a quota with an override laid over it.
func laidQuota(doc *limit.Quota, o *gw.QuotaOverride, where string) (*limit.Quota, error) {
	if o == nil {
		return doc, nil
	}
	var to limit.Quota
	switch {
	case doc != nil:
		to = *doc
	case o.Limit == nil || o.Period == nil:
		return nil, fmt.Errorf("%s: the document has no quota there: limit and period go together", where)
	}
	if o.Limit != nil {
		to.Limit = *o.Limit
	}
	if o.Period != nil {
		to.Period = *o.Period
	}
	if o.Offset != nil {
		to.Offset = *o.Offset
	}
	if err := to.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return &to, nil
}

// methods lays throttles by method key over those that base has for operations; wanted are the operations that keys can
// name. The most specific key that fits counts.
func (r *resolving) methods(base []*limit.Rate, o map[string]gw.RateOverride, where string, wanted func(int) bool) ([]*limit.Rate, error) {
	from, err := r.fitting(slices.Sorted(maps.Keys(o)), where, wanted)
	if err != nil {
		return nil, err
	}
	to := slices.Clone(base)
	for i, text := range from {
		if text == "" {
			continue
		}
		over, at := o[text], where+"."+text+".throttle"
		if to[i], err = laidRate(base[i], &over, at); err != nil {
			return nil, err
		}
		if err := r.taking(at, func(route int) bool { return route == i }); err != nil {
			return nil, err
		}
	}
	return to, nil
}

// fitting is the most specific of the method keys for each operation; empty: none fits.
func (r *resolving) fitting(texts []string, where string, wanted func(int) bool) ([]string, error) {
	best, from := make([]methodkey.Key, len(r.routes)), make([]string, len(r.routes))
	for _, text := range texts {
		key, err := methodkey.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		fits := false
		for i, route := range r.routes {
			if !wanted(i) || !key.Fits(route.Method, route.Path) {
				continue
			}
			fits = true
			switch {
			case from[i] == "" || key.Before(best[i]):
				best[i], from[i] = key, text
			case !best[i].Before(key):
				return nil, fmt.Errorf("%s: %q and %q are the same", where, from[i], text)
			}
		}
		if !fits {
			return nil, fmt.Errorf("%s: %q names no operation that can have it", where, text)
		}
	}
	return from, nil
}

func (r *resolving) allStages(to *rules, o *gw.LimitOverrides) error {
	for _, name := range slices.Sorted(maps.Keys(o.Stages)) {
		if !slices.Contains(r.stages, name) {
			return fmt.Errorf("x-gateway-stages.%s: the document has no such stage", name)
		}
		if _, err := r.stage(name, o.Stages[name]); err != nil {
			return err
		}
	}
	for _, name := range r.limits.core.StageNames() {
		rates, err := r.stage(name, o.Stages[name])
		if err != nil {
			return err
		}
		to.stages = append(to.stages, rates)
	}
	return nil
}

// stage is what a stage allows of each operation.
func (r *resolving) stage(name string, o gw.StageLimits) ([]*limit.Rate, error) {
	var doc Stage
	if i := slices.IndexFunc(r.limits.cfg.Stages, func(s Stage) bool { return s.Name == name }); i >= 0 {
		doc = r.limits.cfg.Stages[i]
	}
	where := "x-gateway-stages." + name
	byDefault, err := laidRate(doc.Rate, o.Rate, where+".throttle")
	if err != nil {
		return nil, err
	}
	base := make([]*limit.Rate, len(r.routes))
	for i, route := range r.routes {
		if base[i] = doc.own(route); base[i] == nil {
			base[i] = byDefault
		}
	}
	if byDefault != nil && doc.Rate == nil {
		err := r.taking(where+".throttle", func(i int) bool { return doc.own(r.routes[i]) == nil })
		if err != nil {
			return nil, err
		}
	}
	return r.methods(base, o.Methods, where+".methods", every)
}

func (r *resolving) allPlans(to *rules, o *gw.LimitOverrides) error {
	for _, name := range slices.Sorted(maps.Keys(o.Plans)) {
		if !slices.ContainsFunc(r.limits.usage, func(u usageplan.Plan) bool { return u.Name == name }) {
			return fmt.Errorf("x-gateway-usage-plans.%s: no operation asks for a key of such a plan", name)
		}
	}
	for i := range r.limits.usage {
		u := &r.limits.usage[i]
		rules, err := r.plan(u, o.Plans[u.Name])
		if err != nil {
			return err
		}
		to.plans = append(to.plans, rules)
	}
	return nil
}

func (r *resolving) isKeyed(i int) bool { return r.keyed[i] }

// plan is what a usage plan limits.
func (r *resolving) plan(u *usageplan.Plan, o gw.PlanLimits) (to planRules, err error) {
	where := "x-gateway-usage-plans." + u.Name
	if to.rate, err = laidRate(u.Rate, o.Rate, where+".throttle"); err != nil {
		return to, err
	}
	if to.quota, err = laidQuota(u.Quota, o.Quota, where+".quota"); err != nil {
		return to, err
	}
	if to.rate != nil && u.Rate == nil || to.quota != nil && u.Quota == nil {
		if err := r.taking(where, r.isKeyed); err != nil {
			return to, err
		}
	}
	for _, stage := range slices.Sorted(maps.Keys(o.Methods)) {
		if !slices.Contains(r.stages, stage) || u.Stages != nil && !slices.Contains(u.Stages, stage) {
			return to, fmt.Errorf("%s.stages.%s: the plan is for no such stage", where, stage)
		}
		if _, err := r.planStage(u, stage, o.Methods[stage]); err != nil {
			return to, err
		}
	}
	for _, stage := range r.limits.core.StageNames() {
		rates, err := r.planStage(u, stage, o.Methods[stage])
		if err != nil {
			return to, err
		}
		to.methods = append(to.methods, rates)
	}
	return to, nil
}

// planStage is what a usage plan allows of each operation in a stage, beside what it allows of all together.
func (r *resolving) planStage(u *usageplan.Plan, stage string, o map[string]gw.RateOverride) ([]*limit.Rate, error) {
	base := make([]*limit.Rate, len(r.routes))
	for i := range u.Methods {
		if m := &u.Methods[i]; m.Stage == stage {
			base[r.limits.indexOf(m.Route)] = &m.Rate
		}
	}
	return r.methods(base, o, "x-gateway-usage-plans."+u.Name+".stages."+stage+".methods", r.isKeyed)
}
