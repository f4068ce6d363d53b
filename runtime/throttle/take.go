package throttle

import (
	"log/slog"
	"strings"
	"sync"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/apikey"
	"github.com/gatewright/gatewright/runtime/limit"
)

// Take lets the request pass if each of its operation's limits has room for it, and counts it; else it counts nowhere.
// Limits are asked in Amazon's order (rest.md, section 11): those of the usage plan, for the operation and for the key, its
// quota; then x-gateway-throttle; the stage's; the account's; and last how many are under way.
//
//go:noinline
func (l *Limits) Take(c *gw.Ctx) gw.Fault {
	r := l.of(c)
	f := l.admit(c, r)
	if l.informs {
		l.inform(c, r, f)
	}
	return f
}

// admit takes from all limits or from none.
func (l *Limits) admit(c *gw.Ctx, r *route) gw.Fault {
	if l.shared != nil {
		f := l.shared.take(c, r)
		if f == gw.OK {
			l.pass(c, r)
		}
		return f
	}
	var t taken
	f := l.take(c, r, &t, all)
	if f == gw.OK && !r.place.enter(c) {
		f = gw.Throttled
	}
	if f != gw.OK {
		t.giveBack()
		l.tell(c, f)
	}
	return f
}

// taken is what a request has taken so far.
type taken struct {
	buckets [maxBuckets]*limit.Bucket
	count   int
	counter *limit.Counter
	date    time.Time // of counter
	clients *limit.Clients
	client  string
}

// maxBuckets is the plan's two, the place's, the stage's and the account's.
const maxBuckets = 5

func (t *taken) take(b *limit.Bucket, at int64) bool {
	if !b.Take(at) {
		return false
	}
	t.buckets[t.count] = b
	t.count++
	return true
}

// giveBack returns everything: another limit has refused the request (decisions.md, How much).
func (t *taken) giveBack() {
	for _, b := range t.buckets[:t.count] {
		b.Return()
	}
	if t.counter != nil {
		t.counter.Return(t.date)
	}
	if t.clients != nil {
		t.clients.Return(t.client)
	}
}

// which are the limits that are taken from here: those whose policy it is when a shared store is away.
type which func(limit.Policy) bool

func all(limit.Policy) bool { return true }

// take takes from the limits that are kept here.
func (l *Limits) take(c *gw.Ctx, r *route, t *taken, wanted which) gw.Fault {
	at := max(int64(c.Since(l.began)), 0) // requests count when they come
	if number, key, ok := c.Plan(); ok {
		if p := &r.in.plans[number]; wanted(p.policy) {
			if f := p.take(r.planned(number), key, t, at, l); f != gw.OK {
				return f
			}
		}
	}
	if !wanted(l.cfg.OnFailure) {
		return gw.OK
	}
	if p := r.place; p != nil && !p.take(c, t, at) {
		return gw.Throttled
	}
	if r.stage != nil && !t.take(r.stage.bucket, at) {
		return gw.Throttled
	}
	if account := r.in.account; account != nil && !t.take(account.bucket, at) {
		return gw.Throttled
	}
	return gw.OK
}

// planned is the operation's own limit in a usage plan; nil: there is none.
func (r *route) planned(number int) *keyed {
	if r.plans == nil {
		return nil
	}
	return r.plans[number]
}

// take takes from the limits of a key.
func (p *plan) take(method *keyed, key int, t *taken, at int64, l *Limits) gw.Fault {
	if method != nil && !t.take(method.keys.At(key), at) {
		return gw.Throttled
	}
	if p.rate != nil && !t.take(p.rate.keys.At(key), at) {
		return gw.Throttled
	}
	if p.quota != nil {
		counter, now := p.quota.counters.At(key), l.date(at)
		if !counter.Take(now) {
			return gw.QuotaExceeded
		}
		t.counter, t.date = counter, now
	}
	return gw.OK
}

// take takes from the rate of an x-gateway-throttle.
func (p *place) take(c *gw.Ctx, t *taken, at int64) bool {
	switch {
	case p.line != nil:
		return t.take(p.line.bucket, at)
	case p.clients != nil:
		client := p.Key.of(c)
		if !p.clients.Take(client, at) {
			return false
		}
		t.clients, t.client = p.clients, client
	}
	return true
}

// enter lets the request in if not too many are under way. It leaves when it is over.
func (p *place) enter(c *gw.Ctx) bool {
	switch {
	case p == nil:
		return true
	case p.gate != nil:
		if !p.gate.Enter() {
			return false
		}
		c.HoldAnswer((*gateHold)(p.gate))
	case p.gates != nil:
		client := p.Key.of(c)
		if !p.gates.Enter(client) {
			return false
		}
		c.HoldAnswer(p.holds.get(client))
	}
	return true
}

// gateHold is a place in a gate.
type gateHold limit.Gate

// Release implements gw.Releaser.
func (h *gateHold) Release() { (*limit.Gate)(h).Leave() }

// holds are places that clients have in a gate.
type holds struct {
	gates *limit.ClientGate
	pool  sync.Pool
}

func newHolds(gates *limit.ClientGate) *holds {
	h := &holds{gates: gates}
	h.pool.New = func() any { return &clientHold{of: h} }
	return h
}

// get is the place of a client. The text is copied: the request's own may be gone when the place is left.
func (h *holds) get(client string) *clientHold {
	hold := h.pool.Get().(*clientHold)
	hold.client = append(hold.client[:0], client...)
	return hold
}

type clientHold struct {
	of     *holds
	client []byte
}

// Release implements gw.Releaser.
func (h *clientHold) Release() {
	h.of.gates.Leave(string(h.client))
	h.of.pool.Put(h)
}

// tell logs who was refused. There may be any number of them, so that it is for who looks for it.
func (l *Limits) tell(c *gw.Ctx, f gw.Fault) {
	logger := l.core.Logger()
	if !logger.Enabled(c.RequestCtx(), slog.LevelDebug) {
		return
	}
	attrs := []any{slog.String("requestId", strings.Clone(c.RequestID())), slog.String("reason", f.String())}
	if value, _ := c.APIKey(); value != "" {
		attrs = append(attrs, slog.String("apiKey", apikey.Mask(value)))
	}
	logger.Debug("more than is allowed", attrs...)
}
