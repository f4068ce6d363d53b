package runtime

import (
	"sync/atomic"

	"github.com/gatewright/gatewright/runtime/limit"
)

// Part is an optional part of a gateway, which is there when its code was generated with it (gatewright generate --with).
type Part interface {
	// Flags are what the part is told by.
	Flags() []PartFlag
	// Options are the settings that the flags make: value is what was given for a flag, empty when nothing was. An error is
	// a mistake in the flags.
	Options(value func(flag string) string) ([]Option, error)
}

// PartFlag is a flag of a part.
type PartFlag struct {
	Name  string // without dashes
	Value string // what stands for its value in the help
	Help  string
	Check func(value string) error // says what is wrong with a value; nil: nothing can be
}

// StoreOpener opens the store that gateways share. policies are what happens to the gateway's limits when the store cannot
// answer, each once. With limit.Closed among them, it is an error when the store will not have this gateway.
type StoreOpener func(core *Core, policies []limit.Policy) (limit.Store, error)

// WithStore has buckets and quotas kept by the store that open opens, for this gateway and others. What open returns is
// closed with the gateway; an error fails the start.
func WithStore(open StoreOpener) Option {
	return func(s *settings) { s.openStore = open }
}

// sharedStore is the store, once it is opened.
type sharedStore struct {
	store  limit.Store
	missed atomic.Int64
}

// OpenStore opens the store that gateways share; nil: there is none, or it could not be opened, of which Start tells. See
// StoreOpener for policies.
func (core *Core) OpenStore(policies []limit.Policy) limit.Store {
	open := core.settings.openStore
	if open == nil {
		return nil
	}
	core.settings.openStore = nil
	store, err := open(core, policies)
	if err != nil {
		core.Fail(err)
		return nil
	}
	core.OnClose(func() {
		if err := store.Close(); err != nil {
			core.Logger().Warn("the shared store was not closed in order", "error", err)
		}
	})
	core.shared.store = store
	return store
}

// SharedStore is the store that OpenStore has opened; nil: there is none.
func (core *Core) SharedStore() limit.Store { return core.shared.store }

// MissStore counts a request whose limits the store could not tell in time.
func (core *Core) MissStore() { core.shared.missed.Add(1) }

// StoreMisses is how many such requests there were.
func (core *Core) StoreMisses() int64 { return core.shared.missed.Load() }

// checkStore tells of a store that nothing is kept in: who asked for it thinks that something is.
func (core *Core) checkStore() {
	if core.settings.openStore != nil {
		core.settings.logger.Warn("limits are to be shared, but the document has none", "api", core.api.Title)
	}
}

// health are the checks for /readyz.
type health struct {
	unfit  []func() error
	ailing []func() error
}

// OnHealth has check asked whether the gateway is fit to serve, for /readyz. It must return at once.
func (core *Core) OnHealth(check func() error) {
	core.mu.Lock()
	defer core.mu.Unlock()
	core.health.unfit = append(core.health.unfit, check)
}

// OnAilment has check asked what the gateway serves without, for /readyz. It must return at once.
func (core *Core) OnAilment(check func() error) {
	core.mu.Lock()
	defer core.mu.Unlock()
	core.health.ailing = append(core.health.ailing, check)
}

// Unfit says what keeps the gateway from serving as it should; nothing does when it is empty.
func (core *Core) Unfit() []error {
	core.mu.Lock()
	checks := core.health.unfit
	core.mu.Unlock()
	return ask(checks)
}

// Ailing says what the gateway does without while it serves.
func (core *Core) Ailing() []error {
	core.mu.Lock()
	checks := core.health.ailing
	core.mu.Unlock()
	return ask(checks)
}

func ask(checks []func() error) (found []error) {
	for _, check := range checks {
		if err := check(); err != nil {
			found = append(found, err)
		}
	}
	return found
}
