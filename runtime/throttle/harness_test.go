package throttle

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
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

// The operations of the tests. Those below /keyed want an API key.
var (
	getPets  = &gw.Route{ID: "getPets", Method: "GET", Path: "/pets"}
	postPets = &gw.Route{ID: "postPets", Method: "POST", Path: "/pets"}
	getKeyed = &gw.Route{ID: "getKeyed", Method: "GET", Path: "/keyed"}
	putKeyed = &gw.Route{ID: "putKeyed", Method: "PUT", Path: "/keyed"}
)

var (
	operations = []*gw.Route{getPets, postPets, getKeyed, putKeyed}
	stages     = []string{"beta", "prod"}
)

func keyOf(name string) string { return name + "-key-0123456789abcdef" }

// document is what the tests limit, and how they go on behind the limits.
type document struct {
	throttle Config
	plans    []usageplan.Plan
	keys     []string
	store    limit.Store
	usage    gw.UsageFile
	handle   func(*gw.Ctx) // nil: nothing
	watched  bool          // for metrics
	real     bool          // the machine's clock, in place of the gateway's own that stands still
}

// limited is a gateway with a clock of its own.
type limited struct {
	*gw.Core
	limits *Limits
	ahead  atomic.Int64
	before func() // happens between a request's beginning and its limits; nil: nothing
}

var began = time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC)

func (d document) start(t testing.TB) *limited {
	t.Helper()
	g := &limited{}
	api := gw.API{Title: "test", ID: "a1b2c3d4e5", Routes: operations}
	for _, name := range stages {
		api.Stages = append(api.Stages, gw.Stage{Name: name})
	}
	options := []gw.Option{gw.WithUsageFile(d.usage)}
	if d.watched {
		options = append(options, gw.WithObserver(func(*gw.Ctx, int, time.Duration) {}))
	}
	if !d.real {
		options = append(options, gw.WithClock(func() time.Time { return began.Add(time.Duration(g.ahead.Load())) }))
	}
	if d.store != nil {
		options = append(options, gw.WithStore(func(*gw.Core, []limit.Policy) (limit.Store, error) { return d.store, nil }))
	}
	g.Core = gw.NewCore(&api, options...)
	var plans *usageplan.Plans
	if d.plans != nil {
		cfg := usageplan.Config{Plans: d.plans}
		for _, name := range d.keys {
			sum := sha256.Sum256([]byte(keyOf(name)))
			cfg.Keys = append(cfg.Keys, apikey.Key{Name: name, Value: "sha256:" + hex.EncodeToString(sum[:])})
		}
		plans = usageplan.New(g.Core, cfg)
	}
	g.limits = New(g.Core, plans, d.throttle)
	require.NoError(t, g.Start(func(c *gw.Ctx) gw.Fault {
		r := routeOf(c)
		c.Enter(r)
		if plans != nil && (r == getKeyed || r == putKeyed) {
			if f := plans.Admit(c); f != gw.OK {
				return f
			}
		}
		if g.before != nil {
			g.before()
		}
		if f := g.limits.Take(c); f != gw.OK {
			return f
		}
		if d.handle != nil {
			d.handle(c)
		}
		return gw.OK
	}))
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	return g
}

func routeOf(c *gw.Ctx) *gw.Route {
	for _, r := range operations {
		if r.Method == c.MethodName() && r.Path == "/"+c.Path().Key(0) {
			return r
		}
	}
	panic("no such route")
}

func (g *limited) wait(d time.Duration) { g.ahead.Add(int64(d)) }

// request is one of stage, such as prod, for an operation, such as GET /pets. header are names and values.
func request(stage, operation string, header ...string) *fasthttp.RequestCtx {
	method, path, _ := strings.Cut(operation, " ")
	text := method + " /" + stage + path + " HTTP/1.1\r\nHost: api.example.com\r\n"
	for i := 0; i < len(header); i += 2 {
		text += header[i] + ": " + header[i+1] + "\r\n"
	}
	rc := new(fasthttp.RequestCtx)
	rc.Request.Header.DisableNormalizing()
	if err := rc.Request.Read(bufio.NewReader(strings.NewReader(text + "\r\n"))); err != nil {
		panic(err)
	}
	return rc
}

// ask is the answer's status with the fault's text.
func (g *limited) ask(stage, operation string, header ...string) string {
	rc := request(stage, operation, header...)
	g.Handle(rc)
	return fmt.Sprintf("%d%s", rc.Response.StatusCode(), rc.Response.Body())
}

// What ask says.
const (
	passed   = "200"
	tooMany  = `429{"message":"Too Many Requests"}`
	exceeded = `429{"message":"Limit Exceeded"}`
	away     = `503{"message":"Service Unavailable"}`
)

func (g *limited) expect(t *testing.T, want, stage, operation string, header ...string) {
	t.Helper()
	require.Equal(t, want, g.ask(stage, operation, header...), "%s %s %q", stage, operation, header)
}

func rate(perSecond float64, burst int64) *limit.Rate {
	return &limit.Rate{PerSecond: perSecond, Burst: burst}
}
