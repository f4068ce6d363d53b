package httpproxy

import (
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/integration/internal/wire"
	"github.com/stretchr/testify/require"
)

func TestUnreachable(t *testing.T) {
	g := start(t, gw.REST, to(free(t)), proxy)
	got := g.ask(t, "GET", "/", "")
	require.Equal(t, 504, got.status)
	require.Equal(t, bodyFailure, got.body)

	plain := start(t, gw.Plain, to(free(t)), proxy)
	require.Equal(t, 504, plain.ask(t, "GET", "/", "").status)
}

// An outage does not flood the log: one line a second tells how many were left out.
func TestFailuresAreLoggedSparingly(t *testing.T) {
	target, begun := &target{}, time.Unix(1_000_000, 0)
	_, ok := target.warn(begun)
	require.True(t, ok)
	for range 5 {
		_, ok = target.warn(begun.Add(warnEvery / 2))
		require.False(t, ok)
	}
	unsaid, ok := target.warn(begun.Add(warnEvery))
	require.True(t, ok)
	require.EqualValues(t, 5, unsaid)
}

func TestUnknownHost(t *testing.T) {
	for style, want := range map[gw.Style]int{gw.REST: 500, gw.Plain: 504} {
		g := start(t, style, to("http://no-such-host.invalid"), proxy)
		g.up.set.Load().targets[0].pool = wire.NewPool(wire.Config{Address: "no-such-host.invalid:80", ConnectTimeout: patience,
			Dial: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
			}})
		got := g.ask(t, "GET", "/", "")
		require.Equal(t, want, got.status)
	}
}

func TestTimeout(t *testing.T) {
	url := raw(t, func(p *peer) { _, _ = io.Copy(io.Discard, p) }) // listens for ever
	g := start(t, gw.REST, to(url), within(30*time.Millisecond))
	begun := time.Now()
	got := g.ask(t, "GET", "/", "")
	require.Equal(t, 504, got.status)
	require.Equal(t, bodyTimeout, got.body)
	require.GreaterOrEqual(t, time.Since(begun), 30*time.Millisecond)
}

// A timeout counts from its own request, also on a connection whose timer an earlier request has set.
func TestTimeoutOnUsedConnection(t *testing.T) {
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err != nil {
			return
		}
		p.say("%s", answer("ok"))
		_, _ = io.Copy(io.Discard, p)
	})
	limit := patience
	g := start(t, gw.REST, to(url), func(g *gateway, c *gw.Ctx) gw.Fault { return within(limit)(g, c) })
	require.Equal(t, "ok", g.ask(t, "GET", "/", "").body)
	limit = 30 * time.Millisecond
	require.Equal(t, bodyTimeout, g.ask(t, "GET", "/", "").body)
}

// The timer of an earlier request fires in the middle of a later one, which goes on.
func TestTimerFiresEarly(t *testing.T) {
	release := make(chan struct{})
	url := raw(t, each(func(head string) string {
		if strings.Contains(head, "/slow") {
			<-release
		}
		return answer("ok")
	}))
	limit := 40 * time.Millisecond
	g := start(t, gw.REST, to(url), func(g *gateway, c *gw.Ctx) gw.Fault {
		out := c.Outbound("GET", limit)
		out.Literal("/")
		out.Path(c.Tail(0))
		return g.up.Proxy(c, out)
	})
	require.Equal(t, "ok", g.ask(t, "GET", "/quick", "").body)
	limit = patience
	time.AfterFunc(100*time.Millisecond, func() { close(release) })
	require.Equal(t, "ok", g.ask(t, "GET", "/slow", "").body)
	require.Equal(t, 1, g.up.set.Load().targets[0].pool.Open())
}

func TestMalformedAnswers(t *testing.T) {
	var text atomic.Value
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err == nil {
			p.say("%s", text.Load())
		}
	})
	g := start(t, gw.REST, to(url), proxy)
	for _, bad := range []string{
		"", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", 70<<10) + "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\n" + strings.Repeat("X: a\r\n", 300) + "Content-Length: 0\r\n\r\n",
		strings.Repeat("HTTP/1.1 103 Early\r\n\r\n", 20) + answer("x"),
	} {
		text.Store(bad)
		got := g.ask(t, "GET", "/", "")
		require.Equal(t, 504, got.status, "%.80q", bad)
		require.Equal(t, bodyFailure, got.body, "%.80q", bad)
	}
	text.Store("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", 40<<10) + "\r\nContent-Length: 2\r\n\r\nok")
	require.Equal(t, "ok", g.ask(t, "GET", "/", "").body, "a large head is fine")
}

// A body that breaks off is never shown to the client as a whole one.
func TestBrokenBodies(t *testing.T) {
	var text atomic.Value
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err == nil {
			p.say("%s", text.Load())
		}
	})
	for _, style := range []gw.Style{gw.REST, gw.Plain} {
		g := start(t, style, to(url), proxy)
		for _, bad := range []string{
			"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
			"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\nabc",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
		} {
			text.Store(bad)
			require.Error(t, g.ask(t, "GET", "/", "").err, "%q", bad)
		}
		text.Store("HTTP/1.1 200 OK\r\n\r\nuntil the end")
		got := g.ask(t, "GET", "/", "")
		require.NoError(t, got.err)
		require.Equal(t, "until the end", got.body)
	}
}

func TestInvokeBodies(t *testing.T) {
	var text atomic.Value
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err == nil {
			p.say("%s", text.Load())
		}
	})
	g := start(t, gw.REST, to(url), invoke, gw.WithLimits(gw.Limits{ReplyBytes: 100}))
	for head, want := range map[string]string{
		answer("ok"): "ok",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n": "abcde",
		"HTTP/1.1 200 OK\r\n\r\nuntil the end":                                                  "until the end",
		"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + strings.Repeat("x", 100):             strings.Repeat("x", 100),
		"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + strings.Repeat("x", 101):             bodyInternal,
		"HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 101):                                    bodyInternal,
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc":                                       bodyFailure,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n":                    bodyFailure,
	} {
		text.Store(head)
		require.Equal(t, want, g.ask(t, "GET", "/", "").body, "%q", head)
	}
}

// The timeout of an integration that reads the whole answer covers the body too.
func TestInvokeTimeoutInBody(t *testing.T) {
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err == nil {
			p.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")
			_, _ = io.Copy(io.Discard, p)
		}
	})
	g := start(t, gw.REST, to(url), func(g *gateway, c *gw.Ctx) gw.Fault {
		out := c.Outbound("GET", 30*time.Millisecond)
		out.Literal("/")
		_, f := g.up.Invoke(c, out)
		return f
	})
	require.Equal(t, bodyTimeout, g.ask(t, "GET", "/", "").body)
}

func TestMaxConcurrent(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	url := raw(t, each(func(string) string {
		arrived <- struct{}{}
		<-release
		return answer("ok")
	}))
	cfg := to(url)
	cfg.MaxConcurrent = 1
	g := start(t, gw.REST, cfg, proxy)
	p := g.dial(t)
	p.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-arrived
	require.Equal(t, 503, g.ask(t, "GET", "/", "").status)
	close(release)
	require.Equal(t, "ok", p.read(t, "GET").body)
	p.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-arrived
	require.Equal(t, "ok", p.read(t, "GET").body, "the place is free again")
}

// Who finds all connections in use waits for one, in turn.
func TestMaxConnections(t *testing.T) {
	arrived, release := make(chan string, 3), make(chan struct{})
	url := raw(t, each(func(head string) string {
		arrived <- strings.Fields(head)[1]
		<-release
		return answer("ok")
	}))
	cfg := to(url)
	cfg.MaxConnections = 1
	g := start(t, gw.REST, cfg, proxy)
	a, b := g.dial(t), g.dial(t)
	a.say("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
	require.Equal(t, "/a", <-arrived)
	b.say("GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
	release <- struct{}{}
	require.Equal(t, "/b", <-arrived)
	close(release)
	require.Equal(t, "ok", a.read(t, "GET").body)
	require.Equal(t, "ok", b.read(t, "GET").body)
	require.Equal(t, 1, g.up.set.Load().targets[0].pool.Open())
}
