package runtime

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// stage is a stage as it is served. Its variables are hot data.
type stage struct {
	index     int
	name      string
	document  []StageVariable // what the document says, options laid over it
	shown     KeyPair         // to backends
	variables atomic.Pointer[[]StageVariable]
}

// mountStages makes the stages that the options ask for: the one of WithStage at the root, else all under their names,
// else, when the document names none, a nameless one at the root.
func (core *Core) mountStages() {
	named := core.api.Stages
	if name := core.settings.stage; name != "" {
		i := slices.IndexFunc(named, func(s Stage) bool { return s.Name == name })
		switch {
		case i >= 0:
			named = named[i : i+1]
		case len(named) == 0:
			named = []Stage{{Name: name}} // a document without stages can be served as any
		default:
			core.Fail(fmt.Errorf("stage %q is not one of the document's", name))
			return
		}
		core.atRoot = true
	} else if len(named) == 0 {
		named, core.atRoot = []Stage{{}}, true
	}
	for i := range named {
		s := &stage{index: i, name: named[i].Name, document: overlay(named[i].Variables, core.settings.variables), shown: named[i].ClientCertificate}
		s.variables.Store(&s.document)
		core.stages = append(core.stages, s)
	}
}

// overlay is base with over laid over it; neither is changed.
func overlay(base, over []StageVariable) []StageVariable {
	merged := slices.Clone(base)
	for _, v := range over {
		if i := slices.IndexFunc(merged, func(m StageVariable) bool { return m.Name == v.Name }); i >= 0 {
			merged[i] = v
		} else {
			merged = append(merged, v)
		}
	}
	return merged
}

// enterStage finds the stage that the request is for and takes its name from the path.
func (c *Ctx) enterStage() Fault {
	if len(c.core.domains) > 0 {
		if d := c.core.domainOf(c.host); d != nil {
			return c.enterDomain(d)
		}
	}
	if c.core.api.DefaultEndpointOff {
		return Forbidden
	}
	if c.core.atRoot {
		c.stage = c.core.stages[0]
		return OK
	}
	name := c.path.Key(0)
	for _, s := range c.core.stages {
		if s.name == name {
			c.stage = s
			c.path.enter(1)
			return OK
		}
	}
	return Forbidden
}

// StageNames are the mounted stages; a nameless one is empty.
func (core *Core) StageNames() []string {
	names := make([]string, len(core.stages))
	for i, s := range core.stages {
		names[i] = s.name
	}
	return names
}

// StageCertificates are the certificates that requests of the mounted stages show to backends, in the order of StageNames.
func (core *Core) StageCertificates() []KeyPair {
	pairs := make([]KeyPair, len(core.stages))
	for i, s := range core.stages {
		pairs[i] = s.shown
	}
	return pairs
}

// StageIndex is the place of the request's stage in Core.StageNames.
func (c *Ctx) StageIndex() int { return c.stage.index }

// StageVariable is stageVariables.name.
func (c *Ctx) StageVariable(name string) string {
	if c.stage == nil {
		return ""
	}
	if c.variables == nil {
		c.variables = *c.stage.variables.Load()
	}
	for i := range c.variables {
		if c.variables[i].Name == name {
			return c.variables[i].Value
		}
	}
	return ""
}

// Overrides are hot data that is laid over the document's.
type Overrides struct {
	// Variables are stage variables by stage and name.
	Variables map[string]map[string]string
	// Upstreams are target URLs by upstream.
	Upstreams map[string][]string
	// APIKeys are API keys by name, known ones and new ones.
	APIKeys map[string]APIKeyOverride
	// PlanKeys are the keys that belong to a usage plan, in place of the document's.
	PlanKeys map[string][]string
	// Limits are throttles and quotas.
	Limits LimitOverrides
}

// APIKeyOverride is what is laid over an API key. What is nil stays as it was.
type APIKeyOverride struct {
	Value      *string // a secret source
	Enabled    *bool
	CustomerID *string
}

// Apply lays o over the document, in place of what an earlier Apply laid there. On an error nothing changes.
func (core *Core) Apply(o Overrides) error {
	for _, name := range slices.Sorted(maps.Keys(o.Variables)) {
		if !slices.ContainsFunc(core.api.Stages, func(s Stage) bool { return s.Name == name }) {
			return fmt.Errorf("overrides: stage %q is not one of the document's", name)
		}
	}
	if err := core.upstreams.check(o.Upstreams); err != nil {
		return fmt.Errorf("overrides: %w", err)
	}
	commit, err := core.prepareLimits(&o.Limits)
	if err != nil {
		return fmt.Errorf("overrides: %w", err)
	}
	if core.plans == nil && len(o.APIKeys)+len(o.PlanKeys) > 0 {
		return errors.New("overrides: no operation of the document wants an API key")
	}
	if core.plans != nil {
		if err := core.plans(&o); err != nil {
			return fmt.Errorf("overrides: %w", err)
		}
	}
	commit()
	core.upstreams.apply(o.Upstreams)
	for _, s := range core.stages {
		over := make([]StageVariable, 0, len(o.Variables[s.name]))
		for _, name := range slices.Sorted(maps.Keys(o.Variables[s.name])) {
			over = append(over, StageVariable{Name: name, Value: o.Variables[s.name][name]})
		}
		merged := overlay(s.document, over)
		s.variables.Store(&merged)
	}
	return nil
}

// upstreamTargets knows the upstreams that were built on the core, and how to change their targets.
type upstreamTargets struct {
	mu    sync.Mutex
	known map[string]upstreamHooks
}

type upstreamHooks struct {
	check  func(urls []string) error
	change func(urls []string)
}

// UpstreamTargets are the targets that an option gives upstream name in place of the document's.
func (core *Core) UpstreamTargets(name string) ([]string, bool) {
	urls, ok := core.settings.upstreams[name]
	return urls, ok
}

// OnUpstreamChange makes upstream name known: check says whether targets are well formed, and change puts them in
// force; nil brings back those that the gateway was started with.
func (core *Core) OnUpstreamChange(name string, check func(urls []string) error, change func(urls []string)) {
	core.upstreams.mu.Lock()
	defer core.upstreams.mu.Unlock()
	if core.upstreams.known == nil {
		core.upstreams.known = make(map[string]upstreamHooks)
	}
	core.upstreams.known[name] = upstreamHooks{check: check, change: change}
}

// checkUpstreams fails the start when an option names an upstream that the document does not have.
func (core *Core) checkUpstreams() {
	core.upstreams.mu.Lock()
	defer core.upstreams.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(core.settings.upstreams)) {
		if _, ok := core.upstreams.known[name]; !ok {
			core.Fail(fmt.Errorf("upstream %q is not one of the document's", name))
		}
	}
}

// OnPlanOverride has change lay the keys of overrides over the document's: all of them, or on an error none.
func (core *Core) OnPlanOverride(change func(o *Overrides) error) { core.plans = change }

// check says whether targets are well formed, and for upstreams that there are.
func (u *upstreamTargets) check(targets map[string][]string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		hooks, ok := u.known[name]
		if !ok {
			return fmt.Errorf("upstream %q is not one of the document's", name)
		}
		if err := hooks.check(targets[name]); err != nil {
			return fmt.Errorf("upstream %q: %w", name, err)
		}
	}
	return nil
}

// apply puts targets in force that were checked.
func (u *upstreamTargets) apply(targets map[string][]string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(u.known)) {
		u.known[name].change(targets[name])
	}
}
