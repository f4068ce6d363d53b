package httpproxy

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	gw "github.com/gatewright/gatewright/runtime"
)

// Upstream is a set of targets with its connections and what is known of their health. It is safe for concurrent use.
type Upstream struct {
	core    *gw.Core
	cfg     Config
	ids     *identities
	initial []Target

	change sync.Mutex // held while set is replaced
	set    atomic.Pointer[set]
	closed bool // under change

	busy   atomic.Int64 // requests under way; counted only where they are bounded
	turn   atomic.Uint64
	budget budget
	random func(n int) int

	idle    sync.Pool // of *exchange
	buffers sync.Pool // of *[]byte with bufferSize bytes
}

// bufferSize is the size of the pieces in which long bodies pass.
const bufferSize = 64 << 10

// NewUpstream makes an upstream that ends with core. What is wrong with cfg is said by the core's Start.
func NewUpstream(core *gw.Core, cfg Config) *Upstream {
	u := newUpstream(core, cfg)
	if urls, ok := core.UpstreamTargets(cfg.Name); ok {
		u.initial = targetsOf(urls)
	}
	if err := u.start(); err != nil {
		core.Fail(fmt.Errorf("upstream %q: %w", cfg.Name, err))
	}
	core.OnClose(u.close)
	core.OnUpstreamChange(cfg.Name, u.checkTargets, func(urls []string) {
		targets := u.initial
		if urls != nil {
			targets = targetsOf(urls)
		}
		if err := u.SetTargets(targets); err != nil { // they were checked
			core.Logger().Error("upstream targets not changed", "upstream", cfg.Name, "error", err)
		}
	})
	u.startChecks()
	return u
}

func newUpstream(core *gw.Core, cfg Config) *Upstream {
	u := &Upstream{core: core, cfg: cfg.withDefaults(), initial: cfg.Targets, random: rand.IntN}
	u.budget.init(u.cfg.Retries.Budget)
	u.set.Store(newSet(nil))
	u.idle.New = func() any { return new(exchange) }
	u.buffers.New = func() any {
		b := make([]byte, bufferSize)
		return &b
	}
	return u
}

// start checks the settings and makes the targets.
func (u *Upstream) start() error {
	if err := u.cfg.check(); err != nil {
		return err
	}
	if u.ids == nil && u.core.Exchanger() == nil {
		ids, err := newIdentities(u.core, &u.cfg)
		if err != nil {
			return err
		}
		u.ids = ids
	}
	return u.SetTargets(u.initial)
}

func targetsOf(urls []string) []Target {
	targets := make([]Target, len(urls))
	for i, url := range urls {
		targets[i] = Target{URL: url, Weight: 1}
	}
	return targets
}

var errNoTargets = errors.New("there is no target")

func (u *Upstream) checkTargets(urls []string) error {
	if urls == nil {
		return nil
	}
	if len(urls) == 0 {
		return errNoTargets
	}
	for _, url := range urls {
		if _, rest, err := splitURL(url); err != nil {
			return fmt.Errorf("target %q: %w", url, err)
		} else if rest != "" && rest[0] != '/' {
			return fmt.Errorf("target %q: %w", url, errURL)
		}
	}
	return nil
}

// SetTargets replaces the targets. Requests under way end where they are; targets that stay keep their connections and
// what is known of their health. On an error nothing changes.
func (u *Upstream) SetTargets(targets []Target) error {
	if len(targets) == 0 {
		return errNoTargets
	}
	u.change.Lock()
	defer u.change.Unlock()
	before := u.set.Load().targets
	next := make([]*target, len(targets))
	for i, t := range targets {
		next[i] = find(before, t)
		if next[i] != nil {
			continue
		}
		var err error
		if next[i], err = u.newTarget(t); err != nil {
			return err
		}
	}
	u.set.Store(newSet(next))
	for _, old := range before {
		if find(next, Target{URL: old.url, Weight: old.weight}) != old {
			old.close()
		}
	}
	if u.closed {
		u.closePools()
	}
	return nil
}

func find(among []*target, t Target) *target {
	for _, known := range among {
		if known.url == t.URL && known.weight == max(t.Weight, 1) {
			return known
		}
	}
	return nil
}

func (u *Upstream) close() {
	u.change.Lock()
	defer u.change.Unlock()
	u.closed = true
	u.closePools()
}

func (u *Upstream) closePools() {
	for _, t := range u.set.Load().targets {
		t.close()
	}
}

// Proxy sends the client's request on as HTTP_PROXY does, with the mapping in out laid over it, and passes the answer
// back (rest.md, sections 4.3 to 4.5 and 8).
//
//go:noinline
func (u *Upstream) Proxy(c *gw.Ctx, out *gw.Outbound) gw.Fault {
	return u.pass(c, out, text(out.Target()), proxying)
}

// Forward sends the client's request on and passes the answer back as a reverse proxy does that nobody notices.
//
//go:noinline
func (u *Upstream) Forward(c *gw.Ctx, out *gw.Outbound) gw.Fault {
	return u.pass(c, out, text(out.Target()), forwarding)
}

// Invoke sends out alone, as the integration HTTP does, and reads the whole answer (rest.md, sections 4.4 and 8).
//
//go:noinline
func (u *Upstream) Invoke(c *gw.Ctx, out *gw.Outbound) (*gw.Reply, gw.Fault) {
	return u.invoke(c, out, text(out.Target()))
}

func (u *Upstream) pass(c *gw.Ctx, out *gw.Outbound, target string, kind kind) gw.Fault {
	x, f := u.begin(c, out, target, kind)
	if f != gw.OK {
		return f
	}
	if f := x.run(); f != gw.OK {
		x.end(false)
		return f
	}
	return x.respond()
}

func (u *Upstream) invoke(c *gw.Ctx, out *gw.Outbound, target string) (*gw.Reply, gw.Fault) {
	x, f := u.begin(c, out, target, invoking)
	if f != gw.OK {
		return nil, f
	}
	if f := x.run(); f != gw.OK {
		x.end(false)
		return nil, f
	}
	return x.readReply()
}
