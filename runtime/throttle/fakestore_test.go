package throttle

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/apikey"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

// fakeStore keeps lines that never fill again.
type fakeStore struct {
	mu       sync.Mutex
	lines    map[string]*fakeLine // by tag and name
	asked    []limit.Shared       // what the last request asked for
	away     error                // what Admit says
	returned int
	nodes    atomic.Int64
	forgets  bool
	closed   bool
}

type fakeLine struct {
	store *fakeStore
	limit.Line
	left int64
	used int64
}

func newFakeStore() *fakeStore { return &fakeStore{lines: map[string]*fakeLine{}} }

func (f *fakeStore) Line(line limit.Line) limit.Shared {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := line.Tag + " " + line.Name
	if f.lines[key] == nil {
		f.lines[key] = &fakeLine{store: f, Line: line, left: line.Rate.Burst + line.Quota.Limit}
	}
	return f.lines[key]
}

func (f *fakeStore) Admit(deadline time.Time, lines []limit.Shared) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked[:0], lines...)
	if f.away != nil {
		return 0, f.away
	}
	for i := range lines {
		if lines[i].(*fakeLine).left == 0 {
			return i, nil
		}
	}
	for i := range lines {
		lines[i].(*fakeLine).left--
	}
	return -1, nil
}

func (f *fakeStore) Return(lines []limit.Shared) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.returned++
	for i := range lines {
		lines[i].(*fakeLine).left++
	}
}

func (f *fakeStore) Remembers() bool { return !f.forgets }
func (f *fakeStore) Nodes() int      { return int(f.nodes.Load()) }
func (f *fakeStore) Healthy() error  { return f.away }

func (f *fakeStore) Close() error {
	f.closed = true
	return nil
}

// names is what the last request asked for.
func (f *fakeStore) names() (all []string) {
	for _, line := range f.asked {
		all = append(all, line.(*fakeLine).Name+" of "+line.(*fakeLine).Tag)
	}
	return all
}

// of is the line whose key ends so.
func (f *fakeStore) of(t *testing.T, suffix string) *fakeLine {
	t.Helper()
	for key, line := range f.lines {
		if strings.HasSuffix(key, suffix) {
			return line
		}
	}
	require.Fail(t, "no such line", suffix)
	return nil
}

func (l *fakeLine) Set(line limit.Line) { l.Rate, l.Quota = line.Rate, line.Quota }

func (l *fakeLine) Used(time.Time) int64 { return l.used }

// The operations of these tests; /key wants an API key.
var (
	sharedOpen  = &gw.Route{ID: "open", Method: "GET", Path: "/open"}
	sharedKey   = &gw.Route{ID: "key", Method: "GET", Path: "/key"}
	sharedFree  = &gw.Route{ID: "free", Method: "GET", Path: "/free"}
	sharedPaths = []*gw.Route{sharedOpen, sharedKey, sharedFree}
)

// sharing is a gateway whose limits a fake store keeps.
type sharing struct {
	*gw.Core
	t        testing.TB
	limits   *Limits
	store    *fakeStore
	policies []limit.Policy
	handle   func(*gw.Ctx) // behind the limits; nil: nothing
}

// startSharing has a key for each plan that is called as its plan.
func startSharing(t testing.TB, cfg Config, plans ...usageplan.Plan) *sharing {
	t.Helper()
	g := &sharing{t: t, store: newFakeStore()}
	require.NoError(t, g.start(cfg, plans))
	t.Cleanup(func() {
		require.NoError(t, g.Close())
		require.True(t, g.store.closed)
	})
	return g
}

func (g *sharing) start(cfg Config, plans []usageplan.Plan) error {
	now := time.Now()
	g.Core = gw.NewCore(&gw.API{Title: "test", Routes: sharedPaths, Stages: []gw.Stage{{Name: "prod"}}},
		gw.WithClock(func() time.Time { return now }),
		gw.WithStore(func(_ *gw.Core, policies []limit.Policy) (limit.Store, error) {
			g.policies = policies
			return g.store, nil
		}))
	keyed := usageplan.Config{Plans: plans}
	for i := range plans {
		plans[i].Keys = []string{plans[i].Name}
		sum := sha256.Sum256([]byte(sharedKeyOf(plans[i].Name)))
		keyed.Keys = append(keyed.Keys, apikey.Key{Name: plans[i].Name, Value: "sha256:" + hex.EncodeToString(sum[:])})
	}
	admitted := usageplan.New(g.Core, keyed)
	g.limits = New(g.Core, admitted, cfg)
	return g.Start(func(c *gw.Ctx) gw.Fault {
		for _, r := range sharedPaths {
			if r.Path == "/"+c.Path().Key(0) {
				c.Enter(r)
				if r == sharedKey {
					if f := admitted.Admit(c); f != gw.OK {
						return f
					}
				}
			}
		}
		if f := g.limits.Take(c); f != gw.OK {
			return f
		}
		if g.handle != nil {
			g.handle(c)
		}
		return gw.OK
	})
}

func sharedKeyOf(plan string) string { return plan + "-key-0123456789abcdef" }

// ask is the status and the body of an answer. A key is that of a plan.
func (g *sharing) ask(path string, headers ...string) string {
	rc := new(fasthttp.RequestCtx)
	rc.Request.Header.SetMethod("GET")
	rc.Request.SetRequestURI("/prod" + path)
	rc.Request.Header.SetHost("api.example.com")
	for i := 0; i < len(headers); i += 2 {
		rc.Request.Header.Set(headers[i], headers[i+1])
	}
	g.Handle(rc)
	return fmt.Sprintf("%d%s", rc.Response.StatusCode(), rc.Response.Body())
}

// with is ask for /key with the key of a plan.
func (g *sharing) with(plan string) string { return g.ask("/key", "X-Api-Key", sharedKeyOf(plan)) }

// What ask says.
const (
	sharedPassed      = "200"
	sharedThrottled   = `429{"message":"Too Many Requests"}`
	sharedExceeded    = `429{"message":"Limit Exceeded"}`
	sharedUnavailable = `503{"message":"Service Unavailable"}`
)

var errFakeAway = errors.New("the store is away")

func sharedRate(perSecond float64, burst int64) *limit.Rate {
	return &limit.Rate{PerSecond: perSecond, Burst: burst}
}
