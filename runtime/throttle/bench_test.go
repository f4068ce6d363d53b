package throttle

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

// plenty never refuses.
var plenty = rate(limit.MaxPerSecond, limit.MaxBurst)

// everything is a limit of each kind that a request can have.
func everything(key Key) document {
	return document{
		keys: []string{"alice"},
		plans: []usageplan.Plan{{
			Name: "gold", Keys: []string{"alice"}, Rate: plenty, Quota: &limit.Quota{Limit: limit.MaxQuota, Period: limit.Month},
			Methods: []usageplan.Method{{Stage: "prod", Route: getKeyed, Rate: *plenty}},
		}},
		throttle: Config{
			Places:  []Place{{Name: "/keyed", Routes: []*gw.Route{getKeyed}, Rate: plenty, Concurrent: 1000, Key: key}},
			Stages:  []Stage{{Name: "prod", Rate: plenty}},
			Account: plenty,
		},
	}
}

func TestTakingDoesNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	for name, key := range map[string]Key{"together": {}, "header": Header("X-Client"), "API key": APIKey(), "address": ClientAddress()} {
		t.Run(name, func(t *testing.T) {
			g := everything(key).start(t)
			rc := request("prod", "GET /keyed", "X-Api-Key", keyOf("alice"), "X-Client", "somebody")
			g.Handle(rc)
			require.Equal(t, 200, rc.Response.StatusCode())
			require.Zero(t, testing.AllocsPerRun(1000, func() { g.Handle(rc) }))
		})
	}
}

func TestRefusingDoesNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	d := everything(Header("X-Client"))
	d.throttle.Account = rate(1e-6, 1)
	g := d.start(t)
	rc := request("prod", "GET /keyed", "X-Api-Key", keyOf("alice"), "X-Client", "somebody")
	g.Handle(rc)
	require.Zero(t, testing.AllocsPerRun(1000, func() { g.Handle(rc) }))
	require.Equal(t, 429, rc.Response.StatusCode())
}

// benched are documents by what is measured: the stage's throttle; stage, throttle and quota of a key's plan, as most documents
// with plans have; a bucket for each client; and one of each kind.
func benched() []benchedDocument {
	keyed, all := everything(Key{}), everything(Key{})
	keyed.throttle.Places, keyed.throttle.Account, keyed.plans[0].Methods = nil, nil, nil
	all.throttle.Places[0].Concurrent = 0 // which ends with its request
	client := document{throttle: Config{Places: []Place{{Routes: []*gw.Route{getPets}, Rate: plenty, Key: Header("X-Client")}}}}
	return []benchedDocument{
		{"stage", "GET /pets", document{throttle: Config{Stages: []Stage{{Name: "prod", Rate: plenty}}}}},
		{"stage, plan and quota", "GET /keyed", keyed},
		{"each client", "GET /pets", client},
		{"everything", "GET /keyed", all},
	}
}

type benchedDocument struct {
	name, operation string
	document
}

// BenchmarkTake is what limits cost a request, alone, in a gateway that times requests for metrics, and in one that does not.
func BenchmarkTake(b *testing.B) {
	for _, d := range benched() {
		b.Run(d.name+", unwatched", func(b *testing.B) { d.benchTake(b) })
		d.watched = true
		b.Run(d.name, func(b *testing.B) { d.benchTake(b) })
	}
}

func (d benchedDocument) benchTake(b *testing.B) {
	var g *limited
	d.handle = func(c *gw.Ctx) {
		b.ReportAllocs()
		for b.Loop() {
			if f := g.limits.Take(c); f != gw.OK {
				b.Fatal(f)
			}
		}
	}
	d.real = true
	g = d.start(b)
	g.Handle(request("prod", d.operation, "X-Api-Key", keyOf("alice"), "X-Client", "somebody"))
}

// BenchmarkTakeByMany is the same for 64 goroutines that take of the same buckets.
func BenchmarkTakeByMany(b *testing.B) {
	for _, d := range benched() {
		b.Run(d.name, func(b *testing.B) {
			var g *limited
			d.handle = func(c *gw.Ctx) {
				for loop := c.RequestCtx().UserValue("loop").(*testing.PB); loop.Next(); {
					if f := g.limits.Take(c); f != gw.OK {
						b.Error(f)
						return
					}
				}
			}
			d.real, d.watched = true, true
			g = d.start(b)
			b.SetParallelism(64 / runtime.GOMAXPROCS(0))
			b.ReportAllocs()
			b.RunParallel(func(loop *testing.PB) {
				rc := request("prod", d.operation, "X-Api-Key", keyOf("alice"), "X-Client", "somebody")
				rc.SetUserValue("loop", loop)
				g.Handle(rc)
			})
		})
	}
}
