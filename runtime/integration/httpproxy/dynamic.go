package httpproxy

import (
	"fmt"
	"sync"

	gw "github.com/gatewright/gatewright/runtime"
)

// maxOrigins bounds the origins whose connections a Dynamic keeps.
const maxOrigins = 256

// Dynamic asks backends whose host is known only when a request is there: a uri with a stage variable or a parameter
// in it. The Outbound's target is the whole URL. It is safe for concurrent use.
type Dynamic struct {
	core *gw.Core
	cfg  Config
	ids  *identities

	mu      sync.RWMutex
	origins map[string]*Upstream
	order   []string // oldest first
	closed  bool
}

// NewDynamic makes a Dynamic that ends with core. cfg holds for every origin; its targets are not used.
func NewDynamic(core *gw.Core, cfg Config) *Dynamic {
	d := &Dynamic{core: core, cfg: cfg, origins: make(map[string]*Upstream)}
	if core.Exchanger() == nil {
		cfg = cfg.withDefaults()
		ids, err := newIdentities(core, &cfg)
		if err != nil {
			core.Fail(fmt.Errorf("upstream %q: %w", cfg.Name, err))
		}
		d.ids = ids
	}
	core.OnClose(d.close)
	return d
}

func (d *Dynamic) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for _, u := range d.origins {
		u.close()
	}
}

// Proxy is Upstream.Proxy to the origin of out's target.
//
//go:noinline
func (d *Dynamic) Proxy(c *gw.Ctx, out *gw.Outbound) gw.Fault {
	u, path, f := d.locate(out)
	if f != gw.OK {
		return f
	}
	return u.pass(c, out, path, proxying)
}

// Forward is Upstream.Forward to the origin of out's target.
//
//go:noinline
func (d *Dynamic) Forward(c *gw.Ctx, out *gw.Outbound) gw.Fault {
	u, path, f := d.locate(out)
	if f != gw.OK {
		return f
	}
	return u.pass(c, out, path, forwarding)
}

// Invoke is Upstream.Invoke to the origin of out's target.
//
//go:noinline
func (d *Dynamic) Invoke(c *gw.Ctx, out *gw.Outbound) (*gw.Reply, gw.Fault) {
	u, path, f := d.locate(out)
	if f != gw.OK {
		return nil, f
	}
	return u.invoke(c, out, path)
}

// locate finds the upstream of out's origin, and the path there. A URL that is none is the configuration's fault
// (rest.md, sections 1.6 and 8).
func (d *Dynamic) locate(out *gw.Outbound) (*Upstream, string, gw.Fault) {
	if f := out.Fault(); f != gw.OK {
		return nil, "", f
	}
	url := text(out.Target())
	o, path, err := splitURL(url)
	if err != nil {
		return nil, "", gw.APIConfigurationError
	}
	key := url[:len(url)-len(path)]
	d.mu.RLock()
	u := d.origins[key]
	d.mu.RUnlock()
	if u == nil {
		u = d.add(o)
	}
	return u, path, gw.OK
}

// add makes the upstream of an origin. When there are too many, the oldest one's connections are given up; requests
// under way on them end undisturbed.
func (d *Dynamic) add(o origin) *Upstream {
	url := "http://" + o.host
	if o.secure {
		url = "https://" + o.host
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if u := d.origins[url]; u != nil {
		return u
	}
	cfg := d.cfg
	cfg.Name, cfg.Targets = url, []Target{{URL: url, Weight: 1}}
	u := newUpstream(d.core, cfg)
	u.ids = d.ids
	if err := u.start(); err != nil {
		// The origin is sound, and so were the settings at the start.
		d.core.Logger().Error("upstream not usable", "upstream", url, "error", err)
		return u
	}
	if d.closed {
		u.close()
		return u
	}
	if len(d.order) == maxOrigins {
		d.origins[d.order[0]].close()
		delete(d.origins, d.order[0])
		d.order = append(d.order[:0], d.order[1:]...)
	}
	d.origins[url] = u
	d.order = append(d.order, url)
	return u
}
