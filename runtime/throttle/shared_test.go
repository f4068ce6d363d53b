package throttle

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/golden/peers/redisserver"
	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/limit/redisstore"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

// everyShared has each kind of limit at /key.
func everyShared() (Config, usageplan.Plan) {
	return Config{
			Account: sharedRate(1, 1000),
			Stages:  []Stage{{Name: "prod", Rate: sharedRate(1, 900)}},
			Places:  []Place{{Name: "/key", Routes: []*gw.Route{sharedKey}, Rate: sharedRate(1, 800)}},
		}, usageplan.Plan{
			Name: "gold", Rate: sharedRate(1, 700), Quota: &limit.Quota{Limit: 600, Period: limit.Day},
			Methods: []usageplan.Method{{Stage: "prod", Route: sharedKey, Rate: *sharedRate(1, 500)}},
		}
}

func TestSharedLimitsAreAskedInOrder(t *testing.T) {
	cfg, gold := everyShared()
	g := startSharing(t, cfg, gold)
	require.Equal(t, sharedPassed, g.with("gold"))
	names := g.store.names()
	require.Len(t, names, 6)
	owner := names[0][strings.LastIndex(names[0], " ")+1:]
	require.NotEmpty(t, owner)
	require.NotContains(t, owner, "gold", "the id of the key, not its name")
	require.Equal(t, []string{
		"method/prod/GET /key/gold of " + owner, "plan/gold of " + owner, "quota/gold of " + owner,
		"place//key of place//key", "stage/prod/GET /key of stage/prod/GET /key", "account of account",
	}, names)

	for i, want := range []string{sharedThrottled, sharedThrottled, sharedExceeded, sharedThrottled, sharedThrottled, sharedThrottled} {
		line := g.store.asked[i].(*fakeLine)
		before := line.left
		line.left = 0
		require.Equal(t, want, g.with("gold"), names[i])
		line.left = before
	}
	require.Equal(t, int64(499), g.store.of(t, "method/prod/GET /key/gold").left, "refused requests take nothing")
	require.Equal(t, sharedPassed, g.ask("/open"))
	require.Equal(t, []string{"stage/prod/GET /open of stage/prod/GET /open", "account of account"}, g.store.names())
	require.Zero(t, g.StoreMisses())
}

func TestSharedLimitsOfTwoGateways(t *testing.T) {
	cfg, gold := everyShared()
	a, b := startSharing(t, cfg, gold), startSharing(t, cfg, gold)
	require.Equal(t, sharedPassed, a.with("gold"))
	require.Equal(t, sharedPassed, b.with("gold"))
	require.Equal(t, a.store.names(), b.store.names())
}

// What the store gave for a request that is too many at once goes back.
func TestSharedGateGivesBack(t *testing.T) {
	g := startSharing(t, Config{
		Stages: []Stage{{Name: "prod", Rate: sharedRate(1, 10)}},
		Places: []Place{{Routes: sharedPaths, Concurrent: 1}},
	})
	g.handle = func(*gw.Ctx) {
		g.handle = nil
		require.Equal(t, sharedThrottled, g.ask("/open"))
		require.Equal(t, int64(9), g.store.of(t, "GET /open").left)
		g.store.away = errFakeAway
		require.Equal(t, sharedThrottled, g.ask("/open"))
		g.store.away = nil
	}
	require.Equal(t, sharedPassed, g.ask("/open"))
	require.Equal(t, 1, g.store.returned, "nothing was taken of a store that is away")
	require.Equal(t, int64(9), g.store.of(t, "GET /open").left)
	require.Equal(t, int64(10), g.limits.current.Load().routes[0][0].stage.bucket.State(g.limits.at()).Left, "and nothing is taken here")
}

// Each limit says what becomes of it when the store does not answer.
func TestSharedPolicies(t *testing.T) {
	plans := []usageplan.Plan{
		{Name: "closed", Rate: sharedRate(1, 4), OnFailure: limit.Closed},
		{Name: "local", Rate: sharedRate(1, 4), OnFailure: limit.Local},
		{Name: "open", Rate: sharedRate(1, 4), OnFailure: limit.Open},
		{Name: "unlimited", OnFailure: limit.Closed},
	}
	stage := []Stage{{Name: "prod", Methods: []Method{{sharedOpen, *sharedRate(1, 6)}}}}
	everywhere := []Stage{{Name: "prod", Rate: sharedRate(1, 6)}}
	for _, c := range []struct {
		name     string
		cfg      Config
		policies []limit.Policy
		want     map[string]int // requests of 20 that pass, by plan or path; -1: all others are 503, else 429
	}{
		{"plans alone", Config{Stages: stage, OnFailure: limit.Local}, []limit.Policy{limit.Local, limit.Closed, limit.Open},
			map[string]int{"closed": -1, "local": 2, "open": 20, "unlimited": 20, "/open": 3, "/free": 20}},
		{"the rest open", Config{Stages: everywhere, OnFailure: limit.Open}, []limit.Policy{limit.Open, limit.Closed, limit.Local},
			map[string]int{"closed": -1, "local": 2, "open": 20, "unlimited": 20, "/open": 20, "/free": 20}},
		{"the rest closed", Config{Stages: stage, OnFailure: limit.Closed}, []limit.Policy{limit.Closed, limit.Local, limit.Open},
			map[string]int{"closed": -1, "local": 2, "open": 20, "unlimited": 20, "/open": -1, "/free": 20}},
		{"all closed", Config{Stages: everywhere, OnFailure: limit.Closed}, []limit.Policy{limit.Closed, limit.Local, limit.Open},
			map[string]int{"closed": -1, "local": -1, "open": -1, "unlimited": -1, "/open": -1, "/free": -1}},
		{"all local", Config{Stages: everywhere, OnFailure: limit.Local}, []limit.Policy{limit.Local, limit.Closed, limit.Open},
			map[string]int{"closed": -1, "local": 2, "/open": 3, "/free": 3}},
		{"account", Config{Account: sharedRate(1, 2), OnFailure: limit.Closed}, []limit.Policy{limit.Closed, limit.Local, limit.Open},
			map[string]int{"unlimited": -1, "/free": -1}},
		{"place of clients", Config{Places: []Place{{Routes: sharedPaths[:1], Rate: sharedRate(1, 2), Key: ClientAddress()}}, OnFailure: limit.Closed},
			[]limit.Policy{limit.Closed, limit.Local, limit.Open}, map[string]int{"/open": -1, "/free": 20}},
		{"local place of clients", Config{Places: []Place{{Routes: sharedPaths[:1], Rate: sharedRate(1, 2), Key: ClientAddress()}}},
			[]limit.Policy{limit.Local, limit.Closed, limit.Open}, map[string]int{"/open": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := startSharing(t, c.cfg, plans...)
			require.Equal(t, c.policies, g.policies)
			g.store.away = errFakeAway
			g.store.nodes.Store(2)
			for what, want := range c.want {
				ask, refused := func() string { return g.with(what) }, sharedThrottled
				if what[0] == '/' {
					ask = func() string { return g.ask(what) }
				}
				if want < 0 {
					want, refused = 0, sharedUnavailable
				}
				for i := range 20 {
					if i < want {
						require.Equal(t, sharedPassed, ask(), "%s, request %d", what, i)
					} else {
						require.Equal(t, refused, ask(), "%s, request %d", what, i)
					}
				}
			}
			require.NotZero(t, g.StoreMisses())
			g.store.away = nil
			require.Equal(t, sharedPassed, g.with("closed"))
		})
	}
}

func TestSharedByTheGatewaysThatAreSeen(t *testing.T) {
	g := startSharing(t, Config{Stages: []Stage{{Name: "prod", Rate: sharedRate(0.001, 100)}}},
		usageplan.Plan{Name: "gold", Quota: &limit.Quota{Limit: 10, Period: limit.Month}})
	g.store.away = errFakeAway
	passes := func(path string) (n int) {
		for g.ask(path) == sharedPassed {
			n++
		}
		return n
	}
	g.store.nodes.Store(8)
	require.Equal(t, 12, passes("/open"))
	g.store.nodes.Store(4)
	require.Equal(t, 13, passes("/open"), "what was taken stays taken")
	require.Equal(t, 25, passes("/free"))
	for range 2 {
		require.Equal(t, sharedPassed, g.with("gold"))
	}
	require.Equal(t, sharedExceeded, g.with("gold"), "a quarter of the quota, rounded down")
	g.store.nodes.Store(0)
	require.Equal(t, sharedPassed, g.with("gold"), "at least this gateway is there")
}

// What the store last said of a quota counts while it is away.
func TestSharedQuotaThatIsUsedUp(t *testing.T) {
	g := startSharing(t, Config{}, usageplan.Plan{Name: "gold", Quota: &limit.Quota{Limit: 10, Period: limit.Month}},
		usageplan.Plan{Name: "open", Quota: &limit.Quota{Limit: 10, Period: limit.Month}, OnFailure: limit.Open})
	require.Equal(t, sharedPassed, g.with("gold"))
	require.Equal(t, sharedPassed, g.with("open"))
	g.store.away = errFakeAway
	require.Equal(t, sharedPassed, g.with("gold"))
	g.store.of(t, "quota/gold").used = 10
	g.store.of(t, "quota/open").used = 10
	require.Equal(t, sharedExceeded, g.with("gold"))
	require.Equal(t, sharedPassed, g.with("open"))
	require.EqualValues(t, 9, g.limits.current.Load().plans[0].quota.counters.At(0).Left(g.Now()), "what is refused counts nowhere")
}

func TestSharedClients(t *testing.T) {
	place := Place{Name: "/open", Routes: sharedPaths[:1], Rate: sharedRate(0.001, 3), Key: Header("X-User")}
	g := startSharing(t, Config{Places: []Place{place}})
	for _, user := range []string{"ann", "bob", ""} {
		for range 3 {
			require.Equal(t, sharedPassed, g.ask("/open", "X-User", user))
		}
		require.Equal(t, sharedThrottled, g.ask("/open", "X-User", user))
		require.Equal(t, []string{"place//open of " + user}, g.store.names())
	}
	long := strings.Repeat("x", 5000)
	require.Equal(t, sharedPassed, g.ask("/open", "X-User", long))
	require.Len(t, g.store.asked[0].(*fakeLine).Tag, len("sha256:")+64)

	// Where the store forgets, this gateway keeps clients itself.
	place.Concurrent = 1
	g = &sharing{t: t, store: newFakeStore()}
	g.store.forgets = true
	g.store.nodes.Store(3)
	require.NoError(t, g.start(Config{Places: []Place{place}}, nil))
	defer g.Close()
	g.handle = func(*gw.Ctx) {
		g.handle = nil
		require.Equal(t, sharedThrottled, g.ask("/open", "X-User", "ann"), "too many at once")
		require.Equal(t, sharedPassed, g.ask("/open", "X-User", "bob"))
	}
	place.Rate.Burst = 3
	require.Equal(t, sharedPassed, g.ask("/open", "X-User", "ann"), "a third")
	require.Equal(t, sharedThrottled, g.ask("/open", "X-User", "ann"))
	require.Empty(t, g.store.asked)
}

// However many clients there are, those kept are bounded, and those seen lately are among them.
func TestSharedClientsAreForgotten(t *testing.T) {
	h := newClientHandles(&shared{store: newFakeStore()}, "place")
	at := func(client string) *stored { return h.at(client, limit.Rate{PerSecond: 1, Burst: 1}) }
	ann, first := at("ann"), at("client 0")
	for i := range 4 * clientsKept {
		at(fmt.Sprint("client ", i))
		if i%100 == 0 {
			require.Same(t, ann, at("ann"))
		}
	}
	kept := 0
	for i := range h.shards {
		kept += len(h.shards[i].young) + len(h.shards[i].old)
	}
	require.LessOrEqual(t, kept, clientsKept)
	require.Greater(t, kept, clientsKept/4)
	require.NotSame(t, first, at("client 0"), "it was forgotten")
}

func TestSharedHandlesAreMadeOnce(t *testing.T) {
	store, h := newFakeStore(), newHandles()
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 1000 {
				key := (i*7 + g) % 500
				line := h.at(key)
				if line == nil {
					line = h.add(key, func() *stored {
						spec := limit.Line{Name: fmt.Sprint(key), Tag: fmt.Sprint(g)}
						return newStored(store.Line(spec), spec)
					})
				}
				if name := line.handle.(*fakeLine).Name; name != fmt.Sprint(key) {
					t.Errorf("key %d has the line of %s", key, name)
				}
			}
		})
	}
	all.Wait()
	for key := range 500 {
		require.Same(t, h.at(key), h.add(key, nil))
	}
	require.Len(t, store.lines, 500)
	require.Nil(t, h.at(1<<20-1))
}

// The store is told of limits that change, of those that it has a line of.
func TestSharedLimitsThatChange(t *testing.T) {
	cfg, gold := everyShared()
	cfg.Places = append(cfg.Places, Place{Name: "/open", Routes: sharedPaths[:1], Rate: sharedRate(1, 10), Key: ClientAddress()})
	cfg.Keyed = []*gw.Route{sharedKey}
	g := startSharing(t, cfg, gold)
	ask := func() {
		require.Equal(t, sharedPassed, g.with("gold"))
		require.Equal(t, sharedPassed, g.ask("/open"))
	}
	ask()
	burst := func(n int64) gw.RateOverride { return gw.RateOverride{Burst: &n} }
	account, plan, quota := burst(1), burst(4), int64(5)
	stage := burst(2)
	rules, err := g.limits.resolve(&gw.LimitOverrides{
		Account: &account,
		Stages:  map[string]gw.StageLimits{"prod": {Rate: &stage}},
		Plans:   map[string]gw.PlanLimits{"gold": {Rate: &plan, Quota: &gw.QuotaOverride{Limit: &quota}}},
		Places:  map[string]gw.PlaceLimit{"/key": {RateOverride: burst(6)}, "/open": {RateOverride: burst(7)}},
	})
	require.NoError(t, err)
	g.limits.put(rules)
	ask()
	for suffix, want := range map[string]int64{
		"account account": 1, " stage/prod/GET /key": 2, " method/prod/GET /key/gold": 500, " plan/gold": 4, " place//key": 6, " place//open": 7,
	} {
		require.Equal(t, want, g.store.of(t, suffix).Rate.Burst, suffix)
	}
	require.Equal(t, quota, g.store.of(t, " quota/gold").Quota.Limit)
}

// A quota of 0, which overrides may have, is one that lets nothing pass, until there is another.
func TestSharedQuotaOfNothing(t *testing.T) {
	redis := redisserver.Start(t)
	store, err := redisstore.Open(t.Context(), redisstore.Config{URL: redis.URL(), Mode: redisstore.Exact, Wait: time.Second, Timeout: time.Second})
	require.NoError(t, err)
	defer store.Close()
	none, some := limit.Quota{Period: limit.Month}, limit.Quota{Limit: 2, Period: limit.Month}
	g := startSharing(t, Config{Keyed: []*gw.Route{sharedKey}}, usageplan.Plan{Name: "gold", Quota: &limit.Quota{Limit: 10, Period: limit.Month}})
	g.limits.shared.store = store
	for _, c := range []struct {
		quota limit.Quota
		want  []string
	}{
		{none, []string{sharedExceeded, sharedExceeded}},
		{some, []string{sharedPassed, sharedPassed, sharedExceeded}},
		{none, []string{sharedExceeded}},
	} {
		rules, err := g.limits.resolve(&gw.LimitOverrides{Plans: map[string]gw.PlanLimits{"gold": {Quota: &gw.QuotaOverride{Limit: &c.quota.Limit}}}})
		require.NoError(t, err)
		g.limits.put(rules)
		for _, want := range c.want {
			require.Equal(t, want, g.with("gold"), "%v", c.quota)
		}
	}
}

func TestSharedAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	cfg, gold := everyShared()
	gold.Rate.Burst, gold.Quota.Limit, gold.Methods[0].Rate.Burst = 1e6, 1e6, 1e6
	cfg.Account.Burst, cfg.Stages[0].Rate.Burst, cfg.Places[0].Rate.Burst = 1e6, 1e6, 1e6
	for _, key := range []Key{{}, ClientAddress(), Header("X-User")} {
		cfg.Places[0].Key = key
		g := startSharing(t, cfg, gold)
		var takes, refusals float64
		g.handle = func(c *gw.Ctx) {
			takes = testing.AllocsPerRun(1000, func() {
				if f := g.limits.Take(c); f != gw.OK {
					t.Error(f)
				}
			})
			g.store.of(t, "account account").left = 0
			refusals = testing.AllocsPerRun(1000, func() {
				if f := g.limits.Take(c); f != gw.Throttled {
					t.Error(f)
				}
			})
		}
		require.Equal(t, sharedPassed, g.ask("/key", "X-Api-Key", sharedKeyOf("gold"), "X-User", "ann"))
		require.Zero(t, takes)
		require.Zero(t, refusals)
	}
}

// Requests from everywhere at once, while the store comes and goes and gateways are counted anew.
func TestSharedManyAtOnce(t *testing.T) {
	cfg, gold := everyShared()
	cfg.Places[0].Concurrent, cfg.Places[0].Key = 3, Header("X-User")
	g := startSharing(t, cfg, gold)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 200 {
				if worker == 0 {
					g.store.nodes.Store(int64(i % 5))
					g.store.mu.Lock()
					g.store.away = map[bool]error{true: errFakeAway}[i%3 == 0]
					g.store.mu.Unlock()
					continue
				}
				g.ask("/key", "X-Api-Key", sharedKeyOf("gold"), "X-User", fmt.Sprint(i%7))
			}
		})
	}
	all.Wait()
	g.store.away = nil
	before := g.store.of(t, "account account").left
	require.Equal(t, sharedPassed, g.ask("/open"))
	require.Equal(t, before-1, g.store.of(t, "account account").left)
	for _, kept := range []string{"account account", " quota/gold", " plan/gold"} {
		line := g.store.of(t, kept)
		require.GreaterOrEqual(t, line.left, int64(0), kept)
	}
}

func BenchmarkSharedTake(b *testing.B) {
	cfg, gold := everyShared()
	cfg.Account.Burst, cfg.Stages[0].Rate.Burst, cfg.Places[0].Rate.Burst = 1e9, 1e9, 1e9
	gold.Rate.Burst, gold.Quota.Limit, gold.Methods[0].Rate.Burst = 1e9, 1e9, 1e9
	g := startSharing(b, cfg, gold)
	g.handle = func(c *gw.Ctx) {
		b.ReportAllocs()
		for b.Loop() {
			g.limits.Take(c)
		}
	}
	rc := new(fasthttp.RequestCtx)
	rc.Request.Header.SetMethod("GET")
	rc.Request.SetRequestURI("/prod/key")
	rc.Request.Header.SetHost("api.example.com")
	rc.Request.Header.Set("X-Api-Key", sharedKeyOf("gold"))
	g.Handle(rc)
}
