package throttle_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/apikey"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/throttle"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

var (
	keyed  = &gw.Route{ID: "keyed", Method: "GET", Path: "/keyed"}
	placed = &gw.Route{ID: "placed", Method: "GET", Path: "/placed"}
	client = &gw.Route{ID: "client", Method: "GET", Path: "/client"}
	few    = &gw.Route{ID: "few", Method: "GET", Path: "/few"}
	free   = &gw.Route{ID: "free", Method: "GET", Path: "/free"}
)

const secret = "alice-key-0123456789abcdef"

// informing is a gateway of every kind of limit; its clock stands still.
type informing struct {
	*gw.Core
	ahead atomic.Int64
	inner *httptest.ResponseRecorder // what another request to /few got while one was under way
}

// start is Saturday, one hour before the month ends.
var start = time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC)

func newInforming(t testing.TB, account *limit.Rate, options ...gw.Option) *informing {
	t.Helper()
	t.Setenv("ALICE", secret)
	api := gw.API{Title: "test", ID: "a1b2c3d4e5", Routes: []*gw.Route{keyed, placed, client, few, free}, Stages: []gw.Stage{{Name: "prod"}}}
	g := &informing{}
	g.Core = gw.NewCore(&api, append([]gw.Option{
		gw.WithStage("prod"), gw.WithClock(func() time.Time { return start.Add(time.Duration(g.ahead.Load())) }),
	}, options...)...)
	plans := usageplan.New(g.Core, usageplan.Config{
		Keys: []apikey.Key{{Name: "alice", Value: "env:ALICE"}},
		Plans: []usageplan.Plan{{
			Name: "gold", Keys: []string{"alice"}, Rate: &limit.Rate{PerSecond: 0.5, Burst: 10}, Quota: &limit.Quota{Limit: 4, Period: limit.Month},
			Methods: []usageplan.Method{{Stage: "prod", Route: keyed, Rate: limit.Rate{PerSecond: 1, Burst: 3}}},
		}},
	})
	limits := throttle.New(g.Core, plans, throttle.Config{
		Account: account,
		Stages:  []throttle.Stage{{Name: "prod", Methods: []throttle.Method{{Route: placed, Rate: limit.Rate{}}, {Route: keyed, Rate: limit.Rate{PerSecond: 10, Burst: 20}}}}},
		Places: []throttle.Place{
			{Name: "GET /placed", Routes: []*gw.Route{placed}, Rate: &limit.Rate{PerSecond: 2, Burst: 4}},
			{Name: "GET /client", Routes: []*gw.Route{client}, Rate: &limit.Rate{PerSecond: 0.1, Burst: 1}, Key: throttle.Header("X-Client")},
			{Name: "GET /few", Routes: []*gw.Route{few}, Concurrent: 1},
		},
		Keyed: []*gw.Route{keyed},
	})
	require.NoError(t, g.Start(func(c *gw.Ctx) gw.Fault {
		for _, r := range api.Routes {
			if r.Path == "/"+c.Path().Key(0) {
				c.Enter(r)
			}
		}
		switch c.Route() {
		case keyed:
			if f := plans.Admit(c); f != gw.OK {
				return f
			}
		case free:
			return c.Respond(200).Text("free")
		}
		if f := limits.Take(c); f != gw.OK {
			return f
		}
		if c.Route() == few && g.inner == nil {
			g.inner = g.ask("/few")
		}
		return c.Respond(200).Text("ok")
	}))
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	return g
}

func (g *informing) ask(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

// told are the three fields of an answer.
func told(w *httptest.ResponseRecorder) [3]string {
	h := w.Header()
	return [3]string{h.Get("Ratelimit-Policy"), h.Get("Ratelimit"), h.Get("Retry-After")}
}

func TestClientsAreToldOfLimits(t *testing.T) {
	g := newInforming(t, &limit.Rate{PerSecond: 100, Burst: 200}, gw.WithRateLimitHeaders(true))
	policy := `"plan-operation";q=3;w=3, "plan";q=10;w=20, "quota";q=4;w=2678400, "stage";q=20;w=2, "account";q=200;w=2`
	key := []string{"X-Api-Key", secret}

	w := g.ask("/keyed", key...)
	require.Equal(t, 200, w.Code)
	require.Equal(t, [3]string{policy, `"plan-operation";r=2;t=1, "plan";r=9;t=2, "quota";r=3;t=3600, "stage";r=19;t=1, "account";r=199;t=1`, ""}, told(w))
	g.ask("/keyed", key...)
	g.ask("/keyed", key...)

	w = g.ask("/keyed", key...)
	require.Equal(t, 429, w.Code, "the operation's limit in the plan")
	require.Equal(t, [3]string{policy, `"plan-operation";r=0;t=3, "plan";r=7;t=6, "quota";r=1;t=3600, "stage";r=17;t=1, "account";r=197;t=1`, "1"}, told(w))
	g.ahead.Add(int64(10 * time.Second))
	g.ask("/keyed", key...)

	w = g.ask("/keyed", key...)
	require.Equal(t, 429, w.Code, "the quota: until the month ends")
	require.Equal(t, "3590", told(w)[2])
	require.Contains(t, told(w)[1], `"quota";r=0;t=3590`)
	require.Equal(t, [3]string{}, told(g.ask("/keyed")), "who has no key is refused before limits are asked")

	w = g.ask("/placed")
	require.Equal(t, 429, w.Code)
	require.Equal(t, [3]string{
		`"operation";q=4;w=2, "stage";q=0;w=1, "account";q=200;w=2`, `"operation";r=4;t=0, "stage";r=0, "account";r=199;t=1`, "",
	}, told(w), "there is no time after which what never passes does")

	require.Equal(t, 200, g.ask("/client", "X-Client", "a").Code)
	w = g.ask("/client", "X-Client", "a")
	require.Equal(t, 429, w.Code)
	require.Equal(t, [3]string{`"operation";q=1;w=10, "account";q=200;w=2`, `"operation";r=0;t=10, "account";r=198;t=1`, "10"}, told(w))
	require.Equal(t, `"operation";r=0;t=10, "account";r=197;t=1`, told(g.ask("/client", "X-Client", "b"))[1])

	w = g.ask("/few")
	require.Equal(t, 200, w.Code)
	require.Equal(t, 429, g.inner.Code, "too many at a time")
	require.Equal(t, [3]string{`"account";q=200;w=2`, `"account";r=196;t=1`, "1"}, told(g.inner), "nobody knows when one leaves")
	require.Equal(t, [3]string{}, told(g.ask("/free")), "an operation that takes from no limit")
}

func TestClientsAreNotToldUnlessWanted(t *testing.T) {
	g := newInforming(t, nil)
	for _, path := range []string{"/placed", "/client", "/client", "/few"} {
		require.Equal(t, [3]string{}, told(g.ask(path)), path)
	}
	require.Equal(t, [3]string{}, told(g.inner))
}

func TestInformingGoesWithHTTP1(t *testing.T) {
	g := newInforming(t, nil, gw.WithRateLimitHeaders(true))
	var rc fasthttp.RequestCtx
	rc.Request.SetRequestURI("/client")
	rc.Request.Header.SetHost("x")
	g.Handle(&rc)
	require.Equal(t, 200, rc.Response.StatusCode())
	require.Equal(t, `"operation";r=0;t=10`, string(rc.Response.Header.Peek("RateLimit")))
	rc.Response.Reset()
	g.Handle(&rc)
	require.Equal(t, 429, rc.Response.StatusCode())
	require.Equal(t, "10", string(rc.Response.Header.Peek("Retry-After")))
	require.Equal(t, `{"message":"Too Many Requests"}`, string(rc.Response.Body()))
}

// awayStore refuses the line of a name, and knows nothing else.
type awayStore struct {
	refuse    int
	remembers bool
}

type anyLine struct{}

func (anyLine) Set(limit.Line)       {}
func (anyLine) Used(time.Time) int64 { return 0 }

func (*awayStore) Line(limit.Line) limit.Shared                   { return anyLine{} }
func (s *awayStore) Admit(time.Time, []limit.Shared) (int, error) { return s.refuse, nil }
func (*awayStore) Return([]limit.Shared)                          {}
func (s *awayStore) Remembers() bool                              { return s.remembers }
func (*awayStore) Nodes() int                                     { return 2 }
func (*awayStore) Healthy() error                                 { return nil }
func (*awayStore) Close() error                                   { return nil }

// What is left in a shared store is not known here.
func TestClientsAreToldOfASharedStore(t *testing.T) {
	for _, remembers := range []bool{false, true} {
		store := &awayStore{refuse: -1, remembers: remembers}
		g := newInforming(t, &limit.Rate{PerSecond: 100, Burst: 200}, gw.WithRateLimitHeaders(true),
			gw.WithStore(func(*gw.Core, []limit.Policy) (limit.Store, error) { return store, nil }))
		policy := `"plan-operation";q=3;w=3, "plan";q=10;w=20, "quota";q=4;w=2678400, "stage";q=20;w=2, "account";q=200;w=2`
		for refuse, want := range map[int][3]string{-1: {policy, "", ""}, 0: {policy, "", "1"}, 2: {policy, "", "3600"}} {
			store.refuse = refuse
			require.Equal(t, want, told(g.ask("/keyed", "X-Api-Key", secret)), "refused line %d", refuse)
		}
		store.refuse = -1
		want := [3]string{`"operation";q=1;w=10, "account";q=200;w=2`, "", ""}
		if !remembers {
			want[1] = `"operation";r=0;t=20` // clients are counted here, in each gateway its part
		}
		require.Equal(t, want, told(g.ask("/client", "X-Client", "a")))
	}
}

// BenchmarkInforming is a whole request with and without the fields that tell clients of limits.
func BenchmarkInforming(b *testing.B) {
	for _, c := range []struct {
		name string
		on   bool
	}{{"off", false}, {"on", true}} {
		b.Run(c.name, func(b *testing.B) {
			g := newInforming(b, &limit.Rate{PerSecond: 1e9, Burst: 1e9}, gw.WithRateLimitHeaders(c.on))
			var rc fasthttp.RequestCtx
			rc.Request.SetRequestURI("/client")
			rc.Request.Header.SetHost("x")
			b.ReportAllocs()
			for b.Loop() {
				g.ahead.Add(int64(10 * time.Second))
				g.Handle(&rc)
			}
			require.Equal(b, 200, rc.Response.StatusCode())
		})
	}
}
