package httpproxy

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

func TestRetryOnStatus(t *testing.T) {
	var asked [2]atomic.Int32
	bad := raw(t, each(func(string) string {
		asked[0].Add(1)
		return "HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n"
	}))
	good := raw(t, each(func(string) string {
		asked[1].Add(1)
		return answer("ok")
	}))
	cfg := to(bad, good)
	cfg.Balance, cfg.Retries = RoundRobin, Retries{Attempts: 1, Statuses: []int{502}, Budget: -1}
	cfg.Passive.ConsecutiveFailures = -1
	g := start(t, gw.REST, cfg, proxy)
	for range 10 {
		require.Equal(t, "ok", g.ask(t, "PUT", "/", "body").body)
	}
	require.Equal(t, int32(10), asked[1].Load())
	require.NotZero(t, asked[0].Load())
	statuses := map[int]int{}
	for range 10 {
		statuses[g.ask(t, "POST", "/", "body").status]++
	}
	require.Equal(t, 5, statuses[502], "POST is not sent again")
	require.Equal(t, 5, statuses[200])
}

func TestRetryOnConnect(t *testing.T) {
	good := raw(t, each(func(string) string { return answer("ok") }))
	cfg := to(free(t), good)
	cfg.Balance, cfg.Retries = RoundRobin, Retries{Attempts: 1, Connect: true, Budget: -1}
	g := start(t, gw.REST, cfg, proxy)
	for range 6 {
		require.Equal(t, "ok", g.ask(t, "POST", "/", "body").body, "nothing of it was sent")
	}
}

func TestPassiveHealth(t *testing.T) {
	var asked atomic.Int32
	bad := raw(t, each(func(string) string {
		asked.Add(1)
		return "HTTP/1.1 503 Bad\r\nContent-Length: 0\r\n\r\n"
	}))
	good := raw(t, each(func(string) string { return answer("ok") }))
	cfg := to(bad, good)
	cfg.Balance, cfg.Passive = RoundRobin, Passive{ConsecutiveFailures: 2, Eject: time.Hour}
	now := atomic.Int64{}
	now.Store(1_700_000_000)
	g := start(t, gw.REST, cfg, proxy, gw.WithClock(func() time.Time { return time.Unix(now.Load(), 0) }))
	for range 20 {
		g.ask(t, "GET", "/", "")
	}
	require.Equal(t, int32(2), asked.Load())
	now.Add(3600)
	for range 4 {
		g.ask(t, "GET", "/", "")
	}
	require.Equal(t, int32(4), asked.Load())
}

func TestActiveHealth(t *testing.T) {
	var healthy atomic.Bool
	var heads atomic.Value
	url := raw(t, each(func(head string) string {
		heads.Store(head)
		if healthy.Load() {
			return answer("ok")
		}
		return "HTTP/1.1 500 Bad\r\nContent-Length: 0\r\n\r\n"
	}))
	cfg := to(url+"/base", free(t))
	cfg.Health = Health{Path: "/healthz?x", Interval: time.Hour, Timeout: patience, HealthyAfter: 2, UnhealthyAfter: 3}
	u, _ := newTest(t, Config{}, 1)
	u.cfg.Health = cfg.withDefaults().Health
	require.NoError(t, u.SetTargets(cfg.Targets))
	c := &checker{u: u, stop: make(chan struct{})}
	targets := u.set.Load().targets
	states := func() [2]bool { return [2]bool{!targets[0].down.Load(), !targets[1].down.Load()} }
	for _, want := range [][2]bool{{true, true}, {true, true}, {false, false}, {false, false}} {
		c.round()
		require.Equal(t, want, states())
	}
	require.True(t, strings.HasPrefix(heads.Load().(string), "GET /base/healthz?x HTTP/1.1\r\nHost: "+strings.TrimPrefix(url, "http://")+"\r\n"))
	healthy.Store(true)
	c.round()
	require.Equal(t, [2]bool{false, false}, states())
	c.round()
	require.Equal(t, [2]bool{true, false}, states())
	for _, ok := range []bool{false, true, false, false, true} {
		healthy.Store(ok)
		c.round()
		require.Equal(t, [2]bool{true, false}, states(), "failures must come in a row")
	}
}

// Checks run at once and at every tick, until they are stopped; those of a gateway with it.
func TestChecksRun(t *testing.T) {
	checked := make(chan struct{}, 16)
	url := raw(t, each(func(string) string {
		checked <- struct{}{}
		return answer("ok")
	}))
	u, _ := newTest(t, Config{}, 1)
	require.NoError(t, u.SetTargets([]Target{{URL: url}}))
	u.cfg.Health.Path = "/"
	c, ticks, done := &checker{u: u, stop: make(chan struct{})}, make(chan time.Time), make(chan struct{})
	go func() {
		c.run(ticks)
		close(done)
	}()
	<-checked
	ticks <- time.Time{}
	<-checked
	close(c.stop)
	<-done

	cfg := to(url)
	cfg.Health = Health{Path: "/", Interval: time.Hour}
	g := start(t, gw.REST, cfg, proxy)
	<-checked
	require.NoError(t, g.core.Close()) // returns when the checks have ended
}

func TestChangeOfTargets(t *testing.T) {
	a := raw(t, each(func(string) string { return answer("a") }))
	b := raw(t, each(func(string) string { return answer("b") }))
	g := start(t, gw.REST, to(a), proxy)
	before := g.up.set.Load().targets[0]
	ask := func() string { return g.ask(t, "GET", "/", "").body }
	require.Equal(t, "a", ask())
	require.NoError(t, g.core.Apply(gw.Overrides{Upstreams: map[string][]string{"backend": {b}}}))
	require.Equal(t, "b", ask())
	require.Zero(t, before.pool.Open(), "connections of targets that are gone are closed")
	for _, bad := range [][]string{{}, {"ftp://x"}, {"http://x?y"}, {"http://"}} {
		require.Error(t, g.core.Apply(gw.Overrides{Upstreams: map[string][]string{"backend": bad}}), bad)
	}
	require.Equal(t, "b", ask())
	same := g.up.set.Load().targets[0]
	require.NoError(t, g.up.SetTargets([]Target{{URL: b}, {URL: a}}))
	require.Same(t, same, g.up.set.Load().targets[0], "a target that stays keeps its connections")
	require.NoError(t, g.core.Apply(gw.Overrides{}))
	require.Equal(t, "a", ask())
}

func TestOptionReplacesTargets(t *testing.T) {
	b := raw(t, each(func(string) string { return answer("b") }))
	g := start(t, gw.REST, to("http://nowhere.invalid"), proxy, gw.WithUpstream("backend", b))
	require.Equal(t, "b", g.ask(t, "GET", "/", "").body)
}

func TestWrongConfigs(t *testing.T) {
	for want, cfg := range map[string]Config{
		"there is no target":                 {},
		"the scheme is not http or https":    {Targets: []Target{{URL: "ftp://x"}}},
		"the host is missing":                {Targets: []Target{{URL: "http:///x"}}},
		"hashOn":                             {Targets: []Target{{URL: "http://x"}}, Balance: Hash},
		"health path":                        {Targets: []Target{{URL: "http://x"}}, Health: Health{Path: "x"}},
		"unknown balance":                    {Targets: []Target{{URL: "http://x"}}, Balance: 9},
		"tls: caFile":                        {Targets: []Target{{URL: "http://x"}}, TLS: TLS{CAFile: "/nowhere"}},
		"tls: certFile":                      {Targets: []Target{{URL: "http://x"}}, TLS: TLS{CertFile: "/nowhere"}},
		"a query is not taken":               {Targets: []Target{{URL: "http://x/?a"}}},
		"a URL with user name or password":   {Targets: []Target{{URL: "http://u:p@x"}}},
		"holds a space, a control byte or a": {Targets: []Target{{URL: "http://x/ y"}}},
	} {
		core := gw.NewCore(&gw.API{Title: "test"})
		cfg.Name = "pets"
		NewUpstream(core, cfg)
		err := core.Start(func(*gw.Ctx) gw.Fault { return gw.OK })
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, `upstream "pets"`)
	}
}

// A request to a small body costs no memory.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	text := []byte("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}")
	url := raw(t, func(p *peer) {
		var b [4096]byte
		for {
			if _, err := p.Read(b[:]); err != nil {
				return
			}
			if _, err := p.Write(text); err != nil {
				return
			}
		}
	})
	for _, style := range []gw.Style{gw.REST, gw.Plain} {
		g := start(t, style, to(url), proxy)
		p := g.dial(t)
		request := []byte("POST /a?b=c HTTP/1.1\r\nHost: x\r\nUser-Agent: y\r\nContent-Length: 4\r\n\r\nbody")
		var b [4096]byte
		round := func() {
			if _, err := p.Write(request); err != nil {
				t.Fatal(err)
			}
			if _, err := p.Read(b[:]); err != nil {
				t.Fatal(err)
			}
		}
		for range 50 {
			round()
		}
		require.Less(t, testing.AllocsPerRun(500, round), 1.0, "style %d", style)
	}
}
