// Package usageplan lets in who brings an API key that belongs to a usage plan of the stage (rest.md, section 11). It must
// not know where keys come from: that is apikey's.
package usageplan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/apikey"
	"github.com/gatewright/gatewright/runtime/limit"
)

// Config is what the document says of API keys and usage plans.
type Config struct {
	// FromAuthorizer has the key taken from what the authorizer says (usageIdentifierKey) in place of the header X-API-Key.
	FromAuthorizer bool
	Keys           []apikey.Key
	Plans          []Plan
}

// Plan is a usage plan.
type Plan struct {
	Name string
	// Stages are those that the plan is for; nil: every stage.
	Stages []string
	// Keys are the names of the API keys that belong to it.
	Keys []string

	// What follows is how much each key may call, which runtime/throttle sees to.

	// Rate is for all operations together; nil: any.
	Rate *limit.Rate
	// Quota is for a calendar period; nil: any number.
	Quota *limit.Quota
	// Methods are for single operations, beside Rate.
	Methods []Method
	// OnFailure says what happens to them when a shared store cannot answer.
	OnFailure limit.Policy
}

// Method is what a key may call of one operation in a stage.
type Method struct {
	Stage string
	Route *gw.Route
	Rate  limit.Rate
}

// Plans are the usage plans of a gateway. They are safe for concurrent use.
type Plans struct {
	cfg    Config
	keys   *apikey.Keys
	stages []string

	mu         sync.Mutex // of changes
	overridden []apikey.Key
	members    atomic.Pointer[members]
}

// members say which plan a key has: by the number of the stage, then by that of the key. 0 is none, else one more than the
// plan's place.
type members [][]uint32

// New is the usage plans of cfg. What is wrong with cfg is said by core's Start.
func New(core *gw.Core, cfg Config) *Plans {
	p := &Plans{cfg: cfg, keys: apikey.New(core, apikey.Config{Keys: cfg.Keys})}
	p.members.Store(&members{})
	p.stages = core.StageNames()
	if err := p.enrol(cfg.Plans); err != nil {
		core.Fail(err)
	}
	core.OnPlanOverride(p.override)
	return p
}

// Admit lets in who brings a key of a plan.
//
//go:noinline
func (p *Plans) Admit(c *gw.Ctx) gw.Fault {
	value := ""
	if !p.cfg.FromAuthorizer {
		value = c.HeaderFolded("X-Api-Key")
	} else if a := c.Authorization(); a != nil {
		value = a.Key
	}
	entry, ok := p.keys.Find(value)
	if !ok {
		return gw.InvalidAPIKey
	}
	plan := p.planOf(c.StageIndex(), entry.Index)
	if plan == 0 {
		return gw.InvalidAPIKey
	}
	c.UseAPIKey(value, entry.ID)
	c.UsePlan(int(plan-1), entry.Index)
	return gw.OK
}

// Plans are the usage plans as the document has them, in the order of the numbers that requests are given. They are not to
// be changed.
func (p *Plans) Plans() []Plan { return p.cfg.Plans }

// Keys are the API keys.
func (p *Plans) Keys() *apikey.Keys { return p.keys }

// Has reports whether a key belongs to a plan in one of the mounted stages, both by their numbers.
func (p *Plans) Has(plan, key int) bool {
	return slices.ContainsFunc(p.stages, func(stage string) bool {
		return p.planOf(slices.Index(p.stages, stage), key) == uint32(plan+1)
	})
}

// planOf is one more than the place of the plan that a key has in a stage; 0: none.
func (p *Plans) planOf(stage, key int) uint32 {
	all := *p.members.Load()
	if stage >= len(all) || key >= len(all[stage]) {
		return 0
	}
	return all[stage][key]
}

// override lays keys over the document's.
func (p *Plans) override(o *gw.Overrides) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	plans := slices.Clone(p.cfg.Plans)
	for _, name := range slices.Sorted(maps.Keys(o.PlanKeys)) {
		i := slices.IndexFunc(plans, func(plan Plan) bool { return plan.Name == name })
		if i < 0 {
			return fmt.Errorf("usage plan %q is not one of the document's", name)
		}
		plans[i].Keys = o.PlanKeys[name]
	}
	if err := p.keys.Override(p.keysOf(o.APIKeys)); err != nil {
		return err
	}
	if err := p.enrol(plans); err != nil {
		return errors.Join(err, p.keys.Override(p.overridden))
	}
	p.overridden = p.keysOf(o.APIKeys)
	return nil
}

// keysOf are overrides as apikey has them.
func (p *Plans) keysOf(overrides map[string]gw.APIKeyOverride) []apikey.Key {
	var keys []apikey.Key
	disabled := map[string]bool{}
	for i := range p.cfg.Keys {
		if p.cfg.Keys[i].Disabled {
			disabled[p.cfg.Keys[i].Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		o, key := overrides[name], apikey.Key{Name: name, Disabled: disabled[name]}
		if o.Value != nil {
			key.Value = *o.Value
		}
		if o.Enabled != nil {
			key.Disabled = !*o.Enabled
		}
		if o.CustomerID != nil {
			key.CustomerID = *o.CustomerID
		}
		keys = append(keys, key)
	}
	return keys
}

// enrol puts plans in force for the mounted stages.
func (p *Plans) enrol(plans []Plan) error {
	numbers := p.keys.Numbers()
	all := make(members, len(p.stages))
	for i, stage := range p.stages {
		all[i] = make([]uint32, p.keys.Count())
		for at := range plans {
			plan := &plans[at]
			if plan.Stages != nil && !slices.Contains(plan.Stages, stage) {
				continue
			}
			for _, name := range plan.Keys {
				key, known := numbers[name]
				switch {
				case !known:
					return fmt.Errorf("usage plan %q: no API key %q", plan.Name, name)
				case all[i][key] != 0:
					return fmt.Errorf("usage plan %q: API key %q has another plan for stage %q", plan.Name, name, stage)
				}
				all[i][key] = uint32(at + 1)
			}
		}
	}
	p.members.Store(&all)
	return nil
}
