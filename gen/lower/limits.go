package lower

import (
	"cmp"
	"slices"

	"github.com/gatewright/gatewright/gen/authorizer"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/throttle"
	"github.com/gatewright/gatewright/runtime/limit"
)

// limitsField is what the document limits.
type limitsField struct {
	l     *lowering
	plans *field // nil: no operation wants an API key
}

func (limitsField) class() plan.Symbol { return plan.LimitsType }
func (limitsField) suffix() string     { return "Config" }

func (f limitsField) uses() []*field {
	if f.plans == nil {
		return nil
	}
	return []*field{f.plans}
}

func (f limitsField) construct(field *field) plan.Value {
	var plans plan.Value = plan.Nil{}
	if f.plans != nil {
		plans = plan.Name(f.plans.name)
	}
	return plan.NewLimits.Call(coreName, plans, plan.Name(field.settings))
}

func (f limitsField) settings() plan.Value {
	c := fieldList{}
	if rate, ok := throttle.RateOf(f.l.api.AccountThrottle); ok {
		c.add("Account", ratePointer(rate))
	}
	c = appendList(c, "Stages", plan.ThrottleStage, f.l.stageThrottles())
	c = appendList(c, "Places", plan.ThrottlePlace, f.l.places())
	if keyed := f.l.keyed(); len(keyed) > 0 {
		c.add("Keyed", plan.List{Elem: plan.Deref{X: plan.RouteType}, Items: keyed, Lines: len(keyed) > 3})
	}
	if policy, _ := throttle.PolicyOf(f.l.api.StoreFailure, limit.Local); policy != limit.Local {
		c.add("OnFailure", policyValue(policy))
	}
	return plan.Composite{Type: plan.LimitsConfig, Fields: c, Lines: len(c) > 0}
}

// takeLimits is the step that takes from the route's limits; none where it has no limit.
func (w *routeWiring) takeLimits(guard authorizer.Guard) []plan.Step {
	if !throttle.Limited(w.api, w.route.item, w.route.op, guard.Keyed()) {
		return nil
	}
	return []plan.Step{plan.Guard{Call: plan.LimitsTake.Call(member(w.limitsAt()), ctx)}}
}

func (w *routeWiring) limitsAt() *field {
	kind := limitsField{l: w.lowering}
	if len(w.keyed()) > 0 {
		kind.plans = w.usagePlansAt()
	}
	return w.fields.get(field{key: "9 limits", wish: "limits", doc: "throttles and quotas", kind: kind})
}

// keyed are the routes that want an API key.
func (l *lowering) keyed() []plan.Value {
	var values []plan.Value
	for _, r := range l.routes {
		if authorizer.Of(r.api, r.op).Keyed() {
			values = append(values, plan.Address{X: plan.Name(r.name)})
		}
	}
	return values
}

func rateValue(rate limit.Rate) plan.Composite {
	return plan.Composite{Type: plan.LimitRate, Fields: []plan.KeyValue{
		{Key: "PerSecond", Value: plan.Float(rate.PerSecond)}, {Key: "Burst", Value: plan.Int(rate.Burst)},
	}}
}

func ratePointer(rate limit.Rate) plan.Value { return plan.Address{X: rateValue(rate)} }

func policyValue(policy limit.Policy) plan.Value {
	return map[limit.Policy]plan.Symbol{limit.Local: plan.LimitLocal, limit.Closed: plan.LimitClosed, limit.Open: plan.LimitOpen}[policy]
}

// stageThrottles are the throttles of stages: for each operation a bucket of its own (decisions.md, How much).
func (l *lowering) stageThrottles() []plan.Value {
	stages := slices.SortedFunc(slices.Values(l.api.Stages), func(a, b *model.Stage) int { return cmp.Compare(a.Name.Value, b.Name.Value) })
	var values []plan.Value
	for _, s := range stages {
		c := fieldList{}
		c.add("Name", plan.String(s.Name.Value))
		if rate, ok := throttle.RateOf(s.Throttle); ok {
			c.add("Rate", ratePointer(rate))
		}
		c = appendList(c, "Methods", plan.ThrottleMethod, l.methodRates(s.Methods))
		if len(c) > 1 {
			values = append(values, plan.Composite{Fields: c})
		}
	}
	return values
}

// methodRates are the throttles of single operations, by the most specific key that fits each.
func (l *lowering) methodRates(methods []model.MethodThrottle) []plan.Value {
	var values []plan.Value
	for _, r := range l.routes {
		if rate, ok := throttle.RateOf(throttle.Fitting(methods, r.item, r.op)); ok {
			values = append(values, plan.Composite{Fields: []plan.KeyValue{
				{Key: "Route", Value: plan.Address{X: plan.Name(r.name)}}, {Key: "Rate", Value: rateValue(rate)},
			}})
		}
	}
	return values
}

// places are the x-gateway-throttles with the operations that each counts for.
func (l *lowering) places() []plan.Value {
	type place struct {
		throttle.Place
		routes []plan.Value
	}
	byName := map[string]*place{}
	for _, r := range l.routes {
		at := throttle.PlaceOf(r.api, r.item, r.op)
		if at.Throttle == nil {
			continue
		}
		if byName[at.Name] == nil {
			byName[at.Name] = &place{Place: at}
		}
		byName[at.Name].routes = append(byName[at.Name].routes, plan.Address{X: plan.Name(r.name)})
	}
	var names []string
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	var values []plan.Value
	for _, name := range names {
		p := byName[name]
		c := fieldList{}
		c = appendText(c, "Name", name)
		c.add("Routes", plan.List{Elem: plan.Deref{X: plan.RouteType}, Items: p.routes, Lines: len(p.routes) > 3})
		if rate, ok := throttle.RateOf(p.Throttle); ok {
			c.add("Rate", ratePointer(rate))
		}
		c.count("Concurrent", p.Concurrent)
		if key := clientKey(p.Throttle); key != nil {
			c.add("Key", key)
		}
		values = append(values, plan.Composite{Fields: c, Lines: len(c) > 3})
	}
	return values
}

// clientKey is what tells clients apart; nil: nothing does.
func clientKey(t *model.Throttle) plan.Value {
	by, name, _ := throttle.KeyOf(t)
	switch by {
	case throttle.ClientAddress:
		return plan.ThrottleClientAddress.Call()
	case throttle.APIKey:
		return plan.ThrottleAPIKey.Call()
	case throttle.Header:
		return plan.ThrottleHeader.Call(plan.String(name))
	case throttle.Claim:
		return plan.ThrottleClaim.Call(plan.String(name))
	default:
		return nil
	}
}

// planLimits adds what a usage plan limits.
func (l *lowering) planLimits(c fieldList, p *model.UsagePlan) fieldList {
	if rate, ok := throttle.RateOf(p.Throttle); ok {
		c.add("Rate", ratePointer(rate))
	}
	if p.Quota != nil {
		quota := throttle.QuotaOf(p.Quota)
		q := fieldList{}
		q.add("Limit", plan.Int(quota.Limit))
		q.add("Period", map[limit.Period]plan.Symbol{limit.Day: plan.LimitDay, limit.Week: plan.LimitWeek, limit.Month: plan.LimitMonth}[quota.Period])
		if quota.Offset > 0 {
			q.add("Offset", plan.Int(quota.Offset))
		}
		c.add("Quota", plan.Address{X: plan.Composite{Type: plan.LimitQuota, Fields: q}})
	}
	stages := slices.SortedFunc(slices.Values(p.Stages), func(a, b model.PlanStage) int { return cmp.Compare(a.Name.Value, b.Name.Value) })
	var methods []plan.Value
	for _, s := range stages {
		for _, v := range l.methodRates(s.Methods) {
			m := v.(plan.Composite)
			methods = append(methods, plan.Composite{Fields: append([]plan.KeyValue{{Key: "Stage", Value: plan.String(s.Name.Value)}}, m.Fields...)})
		}
	}
	c = appendList(c, "Methods", plan.UsagePlanMethod, methods)
	if policy, _ := throttle.PolicyOf(p.OnStoreFailure, limit.Local); policy != limit.Local {
		c.add("OnFailure", policyValue(policy))
	}
	return c
}
