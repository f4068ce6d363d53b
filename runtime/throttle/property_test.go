package throttle

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

// tick is the unit of the model's time: what one token takes at the fastest of its rates.
const tick = 125 * time.Millisecond

// modelBucket is a bucket as anybody would write it, in ticks.
type modelBucket struct {
	every  int64 // ticks from one token to the next
	burst  int64
	tokens int64
	since  int64 // when tokens were counted last; a part of a token is kept by not moving it
}

func (b *modelBucket) refill(now int64) {
	n := (now - b.since) / b.every
	b.since += n * b.every
	if b.tokens += n; b.tokens >= b.burst {
		b.tokens, b.since = b.burst, now
	}
}

// model is all limits of a document, with a bucket or a count for each who has one.
type model struct {
	document
	now     int64
	buckets map[string]*modelBucket
	used    map[string]int64
}

func (m *model) bucket(name string, r *limit.Rate) *modelBucket {
	b := m.buckets[name]
	if b == nil {
		b = &modelBucket{every: int64(float64(time.Second/tick) / r.PerSecond), burst: r.Burst, tokens: r.Burst, since: m.now}
		m.buckets[name] = b
	}
	b.refill(m.now)
	return b
}

// ask is what the gateway should say to key's request.
func (m *model) ask(stage string, r *gw.Route, key, client string) string {
	var wanted []*modelBucket
	count := ""
	if p := m.planOf(key); p != nil && (r == getKeyed || r == putKeyed) {
		for i := range p.Methods {
			if p.Methods[i].Stage == stage && p.Methods[i].Route == r {
				wanted = append(wanted, m.bucket("method "+key+stage+r.ID, &p.Methods[i].Rate))
			}
		}
		if p.Rate != nil {
			wanted = append(wanted, m.bucket("plan "+key, p.Rate))
		}
		for _, b := range wanted {
			if b.tokens == 0 {
				return tooMany
			}
		}
		if p.Quota != nil {
			if count = "quota " + key; m.used[count] >= p.Quota.Limit {
				return exceeded
			}
		}
	}
	for _, p := range m.throttle.Places {
		if slices.Contains(p.Routes, r) {
			if p.Key.kind == together {
				client = ""
			}
			wanted = append(wanted, m.bucket("place "+p.Name+" "+client, p.Rate))
		}
	}
	for i := range m.throttle.Stages {
		if s := &m.throttle.Stages[i]; s.Name == stage {
			if rate := s.rateOf(r); rate != nil {
				wanted = append(wanted, m.bucket("stage "+stage+r.ID, rate))
			}
		}
	}
	if m.throttle.Account != nil {
		wanted = append(wanted, m.bucket("account", m.throttle.Account))
	}
	for _, b := range wanted {
		if b.tokens == 0 {
			return tooMany
		}
	}
	for _, b := range wanted {
		b.tokens--
	}
	if count != "" {
		m.used[count]++
	}
	return passed
}

func (m *model) planOf(key string) *usageplan.Plan {
	for i := range m.plans {
		if slices.Contains(m.plans[i].Keys, key) {
			return &m.plans[i]
		}
	}
	return nil
}

func someRate(r *rand.Rand) *limit.Rate {
	return rate([]float64{8, 4, 2, 1, 0.5}[r.IntN(5)], 1+r.Int64N(5))
}

func maybe(r *rand.Rand) *limit.Rate {
	if r.IntN(3) == 0 {
		return nil
	}
	return someRate(r)
}

// someDocument has limits of all kinds, each of which may be missing. There are enough of requests for all quotas in a month.
func someDocument(r *rand.Rand) document {
	d := document{keys: []string{"alice", "bob", "carol"}}
	for i, name := range []string{"gold", "silver"} {
		p := usageplan.Plan{Name: name, Keys: []string{"alice", "bob"}, Rate: maybe(r)}
		if i > 0 {
			p.Keys = []string{"carol"}
		}
		if r.IntN(2) == 0 {
			p.Quota = &limit.Quota{Limit: 10 + r.Int64N(60), Period: limit.Month}
		}
		for _, stage := range stages {
			if rate := maybe(r); rate != nil {
				p.Methods = append(p.Methods, usageplan.Method{Stage: stage, Route: putKeyed, Rate: *rate})
			}
		}
		d.plans = append(d.plans, p)
	}
	d.throttle.Account = maybe(r)
	if rate := maybe(r); rate != nil {
		d.throttle.Stages = []Stage{{Name: "prod", Rate: maybe(r), Methods: []Method{{getPets, *rate}}}}
	}
	for _, p := range []Place{{Name: "/pets", Routes: []*gw.Route{getPets, postPets}}, {Name: "/keyed", Routes: []*gw.Route{getKeyed}}} {
		if p.Rate = maybe(r); p.Rate != nil {
			p.Key = []Key{{}, Header("X-Client")}[r.IntN(2)]
			d.throttle.Places = append(d.throttle.Places, p)
		}
	}
	return d
}

// TestModel compares what passes with a model, request by request.
func TestModel(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		m := &model{document: someDocument(r), buckets: map[string]*modelBucket{}, used: map[string]int64{}}
		g := m.start(t)
		// Buckets of the gateway are full from its start; so are those of the model when they are looked at first.
		for i := range 400 {
			if r.IntN(3) == 0 {
				ticks := r.Int64N(12)
				m.now += ticks
				g.wait(time.Duration(ticks) * tick)
			}
			stage, at, key, client := stages[r.IntN(2)], operations[r.IntN(4)], m.keys[r.IntN(3)], []string{"", "a", "b"}[r.IntN(3)]
			want := m.ask(stage, at, key, client)
			got := g.ask(stage, nameOf(at), "X-Api-Key", keyOf(key), "X-Client", client)
			require.Equal(t, want, got, "seed %d, request %d: %s %s of %s, %q", seed, i, stage, nameOf(at), key, client)
		}
		require.NoError(t, g.Close())
	}
}
