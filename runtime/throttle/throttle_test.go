package throttle

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStageLimitsEachOperation(t *testing.T) {
	g := document{throttle: Config{Stages: []Stage{
		{Name: "prod", Rate: rate(1, 2), Methods: []Method{{postPets, *rate(1, 1)}}},
	}}}.start(t)
	for range 2 {
		g.expect(t, passed, "prod", "GET /pets")
	}
	g.expect(t, tooMany, "prod", "GET /pets")
	g.expect(t, passed, "prod", "POST /pets")
	g.expect(t, tooMany, "prod", "POST /pets")
	g.expect(t, passed, "prod", "GET /keyed")
	for range 9 {
		g.expect(t, passed, "beta", "GET /pets")
	}
	g.wait(time.Second)
	g.expect(t, passed, "prod", "GET /pets")
	g.expect(t, tooMany, "prod", "GET /pets")
}

func TestAccountLimitsAllTogether(t *testing.T) {
	g := document{throttle: Config{Account: rate(1, 2)}}.start(t)
	g.expect(t, passed, "prod", "GET /pets")
	g.expect(t, passed, "beta", "POST /pets")
	g.expect(t, tooMany, "prod", "GET /keyed")
}

func TestPlansLimitEachKey(t *testing.T) {
	g := document{
		keys: []string{"alice", "bob"},
		plans: []usageplan.Plan{{
			Name: "gold", Keys: []string{"alice", "bob"}, Rate: rate(1, 3), Quota: &limit.Quota{Limit: 5, Period: limit.Day},
			Methods: []usageplan.Method{{Stage: "prod", Route: getKeyed, Rate: *rate(1, 1)}},
		}},
	}.start(t)
	alice, bob := []string{"X-Api-Key", keyOf("alice")}, []string{"X-Api-Key", keyOf("bob")}
	g.expect(t, passed, "prod", "GET /keyed", alice...)
	g.expect(t, tooMany, "prod", "GET /keyed", alice...) // the operation's own
	g.expect(t, passed, "beta", "GET /keyed", alice...)
	g.expect(t, passed, "prod", "PUT /keyed", alice...)
	g.expect(t, tooMany, "prod", "PUT /keyed", alice...) // the plan's
	g.expect(t, passed, "prod", "GET /keyed", bob...)
	g.wait(time.Minute)
	g.expect(t, passed, "prod", "PUT /keyed", alice...)
	g.expect(t, passed, "prod", "PUT /keyed", alice...)
	g.expect(t, exceeded, "prod", "PUT /keyed", alice...) // five that passed, and not those that were refused
	g.expect(t, passed, "prod", "GET /pets", alice...)    // wants no key
	g.wait(58 * time.Minute)
	g.expect(t, exceeded, "prod", "PUT /keyed", alice...)
	g.wait(time.Minute) // midnight
	g.expect(t, passed, "prod", "PUT /keyed", alice...)
}

// Whatever refuses, what was taken before is there again: once the last limit has room, all others have as much as before.
func TestRefusedRequestsTakeNothing(t *testing.T) {
	g := document{
		keys: []string{"alice"},
		plans: []usageplan.Plan{{
			Name: "gold", Keys: []string{"alice"}, Rate: rate(1e-6, 2), Quota: &limit.Quota{Limit: 2, Period: limit.Month},
			Methods: []usageplan.Method{{Stage: "prod", Route: getKeyed, Rate: *rate(1e-6, 2)}},
		}},
		throttle: Config{
			Places:  []Place{{Name: "/keyed", Routes: []*gw.Route{getKeyed}, Rate: rate(1e-6, 2), Key: Header("X-Client")}},
			Stages:  []Stage{{Name: "prod", Rate: rate(1e-6, 2)}},
			Account: rate(1, 1),
		},
	}.start(t)
	header := []string{"X-Api-Key", keyOf("alice"), "X-Client", "c"}
	g.expect(t, passed, "prod", "GET /keyed", header...)
	for range 100 {
		g.expect(t, tooMany, "prod", "GET /keyed", header...)
	}
	g.wait(time.Second)
	g.expect(t, passed, "prod", "GET /keyed", header...)
	g.wait(time.Second)
	g.expect(t, tooMany, "prod", "GET /keyed", header...)
	for _, used := range []limit.State{
		g.limits.current.Load().routes[1][2].stage.bucket.State(g.limits.at()), g.limits.current.Load().routes[1][2].place.clients.State("c", g.limits.at()),
		g.limits.current.Load().plans[0].rate.keys.At(0).State(g.limits.at()),
	} {
		require.Zero(t, used.Left)
	}
	require.EqualValues(t, 2, g.limits.current.Load().plans[0].quota.counters.At(0).Used(g.Now()))
}

func TestClientsHaveTheirOwn(t *testing.T) {
	for _, test := range []struct {
		name     string
		key      Key
		one, two []string
	}{
		{"header", Header("X-Client"), []string{"X-Client", "a", "X-Api-Key", keyOf("alice")}, []string{"X-Client", "b", "X-Api-Key", keyOf("alice")}},
		{"API key", APIKey(), []string{"X-Api-Key", keyOf("alice")}, []string{"X-Api-Key", keyOf("bob")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := document{
				keys:     []string{"alice", "bob"},
				plans:    []usageplan.Plan{{Name: "all", Keys: []string{"alice", "bob"}}},
				throttle: Config{Places: []Place{{Routes: []*gw.Route{getKeyed}, Rate: rate(1, 1), Key: test.key}}},
			}.start(t)
			g.expect(t, passed, "prod", "GET /keyed", test.one...)
			g.expect(t, tooMany, "beta", "GET /keyed", test.one...)
			g.expect(t, passed, "beta", "GET /keyed", test.two...)
			g.expect(t, tooMany, "prod", "GET /keyed", test.two...)
			g.expect(t, passed, "prod", "GET /pets")
		})
	}
}

func TestClaims(t *testing.T) {
	said := map[string]*gw.Authorization{}
	for _, sub := range []string{"a", "b"} {
		said[sub] = &gw.Authorization{Claims: []gw.AuthorizerValue{{Name: "sub", Value: sub}}}
	}
	g := document{throttle: Config{Places: []Place{{Routes: []*gw.Route{getPets}, Rate: rate(1, 1), Key: Claim("sub")}}}}.start(t)
	require.Empty(t, claim(nil, "sub"))
	require.Equal(t, "a", claim(said["a"], "sub"))
	require.Empty(t, claim(said["a"], "email"))
	g.expect(t, passed, "prod", "GET /pets")
	g.expect(t, tooMany, "prod", "GET /pets") // those without a claim are one
}

func TestConcurrentRequests(t *testing.T) {
	for name, key := range map[string]Key{"together": {}, "each client": Header("X-Client")} {
		t.Run(name, func(t *testing.T) {
			entered, leave := make(chan struct{}), make(chan struct{})
			g := document{
				throttle: Config{Places: []Place{{Routes: []*gw.Route{getPets}, Concurrent: 2, Key: key}}},
				handle:   func(*gw.Ctx) { entered <- struct{}{}; <-leave },
			}.start(t)
			var under sync.WaitGroup
			for range 2 {
				under.Go(func() { assertPassed(t, g, "X-Client", "a") })
				<-entered
			}
			g.expect(t, tooMany, "prod", "GET /pets", "X-Client", "a")
			if key.kind != together {
				under.Go(func() { assertPassed(t, g, "X-Client", "b") })
				<-entered
			}
			close(leave)
			under.Wait()
			go func() { <-entered }()
			g.expect(t, passed, "prod", "GET /pets", "X-Client", "a")
		})
	}
}

func assertPassed(t *testing.T, g *limited, header ...string) {
	if got := g.ask("prod", "GET /pets", header...); got != passed {
		t.Error(got)
	}
}

// Many at once never pass more than the least of the limits has.
func TestManyAtOnce(t *testing.T) {
	const workers, most = 64, 500
	g := document{
		keys:  []string{"alice"},
		plans: []usageplan.Plan{{Name: "gold", Keys: []string{"alice"}, Rate: rate(1e-6, most+20), Quota: &limit.Quota{Limit: most, Period: limit.Month}}},
		throttle: Config{
			Stages:  []Stage{{Name: "prod", Rate: rate(1e-6, most+10)}},
			Account: rate(1e-6, most+5),
		},
	}.start(t)
	var total atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range 2 * most / workers {
				if g.ask("prod", "GET /keyed", "X-Api-Key", keyOf("alice")) == passed {
					total.Add(1)
				}
			}
		})
	}
	all.Wait()
	for g.ask("prod", "GET /keyed", "X-Api-Key", keyOf("alice")) == passed { // some were refused for what others gave back then
		total.Add(1)
	}
	require.EqualValues(t, most, total.Load())
	require.EqualValues(t, 5, g.limits.current.Load().account.bucket.State(g.limits.at()).Left)
}

// A request counts until its answer has been sent, also where that is streamed.
func TestConcurrentStreams(t *testing.T) {
	body := strings.NewReader("streamed")
	g := document{
		throttle: Config{Places: []Place{{Routes: []*gw.Route{getPets}, Concurrent: 1, Key: ClientAddress()}}},
		handle:   func(c *gw.Ctx) { require.Equal(t, gw.OK, c.Respond(200).Stream(body, -1)) },
	}.start(t)
	rc := request("prod", "GET /pets")
	g.Handle(rc)
	g.expect(t, tooMany, "prod", "GET /pets")
	require.Equal(t, "streamed", string(rc.Response.Body())) // reads it to its end, and closes it
	g.expect(t, passed, "prod", "GET /pets")                 // of a reader that has no more
}

// A request counts for the moment when it came, however long it took to find out who calls.
func TestRequestsCountWhenTheyCome(t *testing.T) {
	d := document{
		watched: true,
		keys:    []string{"alice"},
		plans:   []usageplan.Plan{{Name: "gold", Keys: []string{"alice"}, Quota: &limit.Quota{Limit: 1, Period: limit.Day}}},
	}
	g := d.start(t)
	g.wait(59*time.Minute + 58*time.Second)
	g.before = func() { g.wait(3 * time.Second) } // midnight in between
	g.expect(t, passed, "prod", "GET /keyed", "X-Api-Key", keyOf("alice"))
	g.before = nil
	g.expect(t, passed, "prod", "GET /keyed", "X-Api-Key", keyOf("alice")) // the next day's
	g.expect(t, exceeded, "prod", "GET /keyed", "X-Api-Key", keyOf("alice"))
}

// A request that panics leaves, as others do.
func TestPanicsLeave(t *testing.T) {
	panics := true
	g := document{
		throttle: Config{Places: []Place{{Routes: []*gw.Route{getPets}, Concurrent: 1}, {Routes: []*gw.Route{postPets}, Concurrent: 1, Key: ClientAddress()}}},
		handle: func(*gw.Ctx) {
			if panics {
				panic("on purpose")
			}
		},
	}.start(t)
	for _, operation := range []string{"GET /pets", "POST /pets"} {
		panics = true
		require.PanicsWithValue(t, "on purpose", func() { g.ask("prod", operation) })
		panics = false
		g.expect(t, passed, "prod", operation)
	}
}
