package runtime

import (
	"errors"

	"github.com/gatewright/gatewright/runtime/limit"
)

// LimitOverrides are limits that are laid over the document's, under the document's own keys (extensions.md). What they do
// not say stays as the document has it.
type LimitOverrides struct {
	// Account is x-gateway-account.throttle.
	Account *RateOverride
	// Stages are throttles of x-gateway-stages, by name.
	Stages map[string]StageLimits
	// Plans are throttles and quotas of x-gateway-usage-plans, by name.
	Plans map[string]PlanLimits
	// Places are x-gateway-throttle, by the operation such as GET /pets, or the path, that each stands at; empty: the root.
	Places map[string]PlaceLimit
}

// RateOverride is what is laid over a throttle.
type RateOverride struct {
	PerSecond *float64 // rateLimit
	Burst     *int64   // burstLimit
}

// StageLimits are what is laid over the throttles of a stage.
type StageLimits struct {
	Rate *RateOverride
	// Methods are by method key (extensions.md), and count for more than whatever the document says of an operation.
	Methods map[string]RateOverride
}

// PlanLimits are what is laid over the limits of a usage plan.
type PlanLimits struct {
	Rate  *RateOverride
	Quota *QuotaOverride
	// Methods are by stage and method key.
	Methods map[string]map[string]RateOverride
}

// QuotaOverride is what is laid over a quota.
type QuotaOverride struct {
	Limit  *int64
	Period *limit.Period
	Offset *int64
}

// PlaceLimit is what is laid over an x-gateway-throttle.
type PlaceLimit struct {
	RateOverride
	// Concurrent is how many requests may be under way, at least 1.
	Concurrent *int64
}

// any reports whether there is anything to lay over.
func (o *LimitOverrides) any() bool {
	return o.Account != nil || len(o.Stages)+len(o.Plans)+len(o.Places) > 0
}

// OnLimitOverride has prepare look at limits that are to be laid over the document's, in place of what was laid there
// before. It changes nothing; commit puts them in force.
func (core *Core) OnLimitOverride(prepare func(o *LimitOverrides) (commit func(), err error)) {
	core.limits = prepare
}

// prepareLimits looks at what is to be laid over the document's limits.
func (core *Core) prepareLimits(o *LimitOverrides) (commit func(), err error) {
	switch {
	case core.limits != nil:
		return core.limits(o)
	case o.any():
		return nil, errors.New("no operation takes from a limit: what the document does not limit is not checked at all; write the limit into the document and generate again")
	}
	return func() {}, nil
}
