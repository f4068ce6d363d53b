package live

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/apikey"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/server"
	"github.com/gatewright/gatewright/runtime/throttle"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"), // one for each process
		goleak.Cleanup(func(code int) {
			_ = os.RemoveAll(builtIn) // it is the system's to clear otherwise
			os.Exit(code)
		}))
}

var (
	pets  = gw.Route{ID: "pets", Method: "GET", Path: "/pets", Backend: "mock"}
	dogs  = gw.Route{ID: "dogs", Method: "GET", Path: "/dogs", Backend: "mock"}
	cats  = gw.Route{ID: "cats", Method: "GET", Path: "/cats", Backend: "mock"}
	birds = gw.Route{ID: "birds", Method: "ANY", Path: "/birds", Backend: "mock"}
)

var api = gw.API{
	Title: "Live", Version: "1", Stages: []gw.Stage{{Name: "beta"}, {Name: "prod"}},
	Routes: []*gw.Route{&birds, &cats, &dogs, &pets},
}

// limits are those of the fixture's document: /pets wants a key, and /birds is limited nowhere.
func limits() (usageplan.Config, throttle.Config) {
	plans := usageplan.Config{
		Keys: []apikey.Key{{Name: "alice", Value: "env:ALICE_KEY"}, {Name: "bob", Value: "env:BOB_KEY"}},
		Plans: []usageplan.Plan{
			{
				Name: "gold", Keys: []string{"alice"}, Rate: &limit.Rate{PerSecond: 2, Burst: 6},
				Quota:   &limit.Quota{Limit: 10, Period: limit.Day},
				Methods: []usageplan.Method{{Stage: "prod", Route: &pets, Rate: limit.Rate{PerSecond: 1, Burst: 5}}},
			},
			{Name: "trial", Keys: []string{"bob"}},
		},
	}
	return plans, throttle.Config{
		Stages: []throttle.Stage{{Name: "prod", Methods: []throttle.Method{{Route: &cats, Rate: limit.Rate{PerSecond: 1, Burst: 2}}}}},
		Places: []throttle.Place{
			{Name: "GET /dogs", Routes: []*gw.Route{&dogs}, Rate: &limit.Rate{PerSecond: 1, Burst: 3}, Concurrent: 2, Key: throttle.Header("X-Who")},
		},
		Keyed: []*gw.Route{&pets},
	}
}

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// gateway is what a generated one would be for the fixture's document.
type gateway struct {
	*gw.Core
	plans  *usageplan.Plans
	limits *throttle.Limits
	hold   chan struct{} // requests with X-Hold wait for it
	inside chan struct{} // and tell here that they do
}

func (g *gateway) serve(c *gw.Ctx) gw.Fault {
	switch c.Path().Key(0) {
	case "pets":
		c.Enter(&pets)
		if f := g.plans.Admit(c); f != gw.OK {
			return f
		}
	case "dogs":
		c.Enter(&dogs)
	case "cats":
		c.Enter(&cats)
	default:
		c.Enter(&birds)
		return c.Respond(200).Text("bird")
	}
	if f := g.limits.Take(c); f != gw.OK {
		return f
	}
	if c.HeaderFolded("X-Hold") != "" {
		g.inside <- struct{}{}
		<-g.hold
	}
	return c.Respond(200).Text("ok")
}

// running is a gateway that serves in this process.
type running struct {
	*gateway
	t         testing.TB
	clock     *clock
	file      string // its overrides
	client    *http.Client
	addrs     map[string]any
	stop      context.CancelFunc
	code      chan int
	construct func(...gw.Option) (*gateway, error)
}

const (
	aliceKey = "alice-alice-alice-alice-1"
	bobKey   = "bob-bob-bob-bob-bob-bob-2"
)

// build is a gateway that is not started. It has a clock that stands still, unless real is wanted.
func build(t testing.TB, real bool, options ...gw.Option) *running {
	t.Helper()
	t.Setenv("ALICE_KEY", aliceKey)
	t.Setenv("BOB_KEY", bobKey)
	r := &running{t: t, clock: &clock{at: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}, file: filepath.Join(t.TempDir(), "overrides.yaml")}
	if !real {
		options = append(options, gw.WithClock(r.clock.now))
	}
	r.construct = func(more ...gw.Option) (*gateway, error) {
		core := gw.NewCore(&api, append(more, options...)...)
		g := &gateway{Core: core, hold: make(chan struct{}), inside: make(chan struct{})}
		plans, cfg := limits()
		g.plans = usageplan.New(core, plans)
		g.limits = throttle.New(core, g.plans, cfg)
		r.gateway = g
		return g, core.Start(g.serve)
	}
	return r
}

// start runs the gateway with the text as its overrides.
func (r *running) start(overrides string, flags ...string) {
	r.t.Helper()
	r.write(overrides)
	args := append([]string{"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-format", "json", "--overrides", r.file}, flags...)
	ctx, cancel := context.WithCancel(context.Background())
	logs, stderr := io.Pipe()
	r.stop, r.code = cancel, make(chan int, 1)
	r.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	go func() {
		r.code <- server.Run(ctx, r.construct, args, func(string) (string, bool) { return "", false }, io.Discard, stderr)
		stderr.Close()
	}()
	ready, read := make(chan map[string]any, 1), make(chan struct{})
	go func() {
		defer close(read)
		defer close(ready)
		for lines := bufio.NewScanner(logs); lines.Scan(); {
			var line map[string]any
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line["level"] != "INFO" {
				r.t.Log(lines.Text())
			}
			if line["msg"] == "ready" {
				ready <- line
			}
		}
	}()
	var ok bool
	r.addrs, ok = <-ready
	r.t.Cleanup(func() {
		r.end()
		<-read
	})
	require.True(r.t, ok, "the gateway did not start")
}

// end stops the gateway once.
func (r *running) end() {
	r.client.CloseIdleConnections()
	r.stop()
	code := <-r.code
	r.code <- code
	require.Zero(r.t, code)
}

// write replaces the overrides in one step, as operators do.
func (r *running) write(text string) {
	r.t.Helper()
	require.NoError(r.t, os.WriteFile(r.file+".new", []byte(text), 0o600))
	require.NoError(r.t, os.Rename(r.file+".new", r.file))
}

// change writes overrides and has the file looked at, as the server does every other second.
func (r *running) change(text string) error {
	r.t.Helper()
	r.write(text)
	for _, h := range r.HotFiles() {
		if h.What() == "--overrides" {
			_, err := h.Look()
			return err
		}
	}
	r.t.Fatal("the overrides are not watched")
	return nil
}

// ask is the status of an answer.
func (r *running) ask(path string, header ...string) int {
	r.t.Helper()
	code, _, _ := r.get("listen", path, header...)
	return code
}

// page is a page of the admin listener.
func (r *running) page(path string) (code int, body string) {
	r.t.Helper()
	code, body, _ = r.get("admin_listen", path)
	return code, body
}

func (r *running) get(at, path string, header ...string) (int, string, http.Header) {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://"+r.addrs[at].(string)+path, nil)
	require.NoError(r.t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	answer, err := r.client.Do(req)
	require.NoError(r.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(r.t, err)
	return answer.StatusCode, string(body), answer.Header
}

// passes is how many of n requests pass.
func (r *running) passes(n int, path string, header ...string) int {
	r.t.Helper()
	passed := 0
	for range n {
		if r.ask(path, header...) == 200 {
			passed++
		}
	}
	return passed
}

// fails runs a gateway that does not start.
func (r *running) fails(overrides string, flags ...string) (code int, log string) {
	r.t.Helper()
	r.write(overrides)
	var errs strings.Builder
	args := append([]string{"--listen", "127.0.0.1:0", "--admin-listen", "off", "--overrides", r.file}, flags...)
	code = server.Run(context.Background(), r.construct, args, func(string) (string, bool) { return "", false }, io.Discard, &errs)
	return code, errs.String()
}
