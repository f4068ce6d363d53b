package runtime

import "github.com/gatewright/gatewright/runtime/limit"

// Part is an optional part of a gateway, which is there when its code was generated with it (gatewright generate --with).
type Part interface {
	// Flags are what the part is told by.
	Flags() []PartFlag
	// Options are the settings that the flags make: value is what was given for a flag, empty when nothing was.
	Options(value func(flag string) string) ([]Option, error)
}

// PartFlag is a flag of a part.
type PartFlag struct {
	Name  string // without dashes
	Value string // what stands for its value in the help
	Help  string
}

// WithStore has buckets and quotas kept by the store that open opens, for this gateway and others. What open returns is
// closed with the gateway; an error fails the start.
func WithStore(open func(core *Core) (limit.Store, error)) Option {
	return func(s *settings) { s.openStore = open }
}

// OpenStore opens the store that gateways share; nil: there is none, or it could not be opened, of which Start tells.
func (core *Core) OpenStore() limit.Store {
	if core.settings.openStore == nil {
		return nil
	}
	store, err := core.settings.openStore(core)
	if err != nil {
		core.Fail(err)
		return nil
	}
	core.OnClose(func() {
		if err := store.Close(); err != nil {
			core.Logger().Warn("the shared store was not closed in order", "error", err)
		}
	})
	core.OnHealth(store.Healthy)
	return store
}

// OnHealth has check asked whether the gateway is fit to serve, for /readyz. It must return at once.
func (core *Core) OnHealth(check func() error) {
	core.mu.Lock()
	defer core.mu.Unlock()
	core.health = append(core.health, check)
}

// Unfit says what keeps the gateway from serving as it should; nothing does when it is empty.
func (core *Core) Unfit() []error {
	core.mu.Lock()
	checks := core.health
	core.mu.Unlock()
	var unfit []error
	for _, check := range checks {
		if err := check(); err != nil {
			unfit = append(unfit, err)
		}
	}
	return unfit
}
