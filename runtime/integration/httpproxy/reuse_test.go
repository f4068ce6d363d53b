package httpproxy

import (
	"strings"
	"sync/atomic"
	"testing"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

// A backend may close an idle connection at any time. The request that finds out is sent again on a new one.
func TestStaleConnection(t *testing.T) {
	closed := make(chan struct{}, 16)
	var served atomic.Int32
	url := raw(t, func(p *peer) {
		if _, err := p.head(); err == nil {
			served.Add(1)
			p.say("%s", answer("ok"))
		}
		p.Close()
		closed <- struct{}{}
	})
	g := start(t, gw.REST, to(url), proxy)
	for i, method := range []string{"GET", "GET", "POST", "PATCH", "DELETE"} {
		require.Equal(t, "ok", g.ask(t, method, "/", "").body, method)
		<-closed
		require.Equal(t, int32(i+1), served.Load())
	}
}

// What may not be sent twice is not, once it may have been processed.
func TestNotSentTwice(t *testing.T) {
	var posts atomic.Int32
	url := raw(t, each(func(head string) string {
		if strings.HasPrefix(head, "POST") {
			posts.Add(1)
			return "" // processed, and then the connection is lost
		}
		return answer("ok")
	}))
	cfg := to(url)
	cfg.Retries = Retries{Attempts: 3, Connect: true, Statuses: []int{502}, Budget: -1}
	g := start(t, gw.REST, cfg, proxy)
	require.Equal(t, "ok", g.ask(t, "GET", "/", "").body)
	require.Equal(t, bodyFailure, g.ask(t, "POST", "/", "body").body)
	require.Equal(t, int32(1), posts.Load())
}

// An answer that nobody asked for is never given to the next request.
func TestUnaskedAnswer(t *testing.T) {
	// Two channels: with one, a side could take back what it has just said itself.
	poison, poisoned := make(chan struct{}), make(chan struct{})
	url := raw(t, func(p *peer) {
		for {
			head, err := p.head()
			if err != nil {
				return
			}
			switch {
			case strings.Contains(head, "/twice"): // in one piece, so that the pool sees it
				p.say("%s", answer("first")+answer("poison"))
			case strings.Contains(head, "/later"): // when the connection is idle already
				p.say("%s", answer("first"))
				<-poison
				p.say("%s", answer("poison"))
				poisoned <- struct{}{}
			case strings.HasPrefix(head, "HEAD"):
				p.say("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n")
				<-poison
				p.say("%s", answer("poison"))
				poisoned <- struct{}{}
			default:
				p.say("%s", answer("good"))
			}
		}
	})
	for _, send := range []func(*gateway, *gw.Ctx) gw.Fault{proxy, invoke} {
		g := start(t, gw.REST, to(url), send)
		// On a new connection the first answer is the one asked for; the connection is not used again.
		require.Equal(t, "first", g.ask(t, "GET", "/twice", "").body)
		require.Equal(t, "good", g.ask(t, "GET", "/a", "").body)
		// On one used before, nobody knows which is which.
		require.Equal(t, bodyFailure, g.ask(t, "GET", "/twice", "").body)
		require.Equal(t, "good", g.ask(t, "GET", "/a", "").body)

		for _, method := range []string{"GET", "POST"} {
			require.Equal(t, "first", g.ask(t, "GET", "/later", "").body)
			poison <- struct{}{}
			<-poisoned
			got := g.ask(t, method, "/a", "").body
			require.Contains(t, []string{"good", bodyFailure}, got, method)
		}
		require.Equal(t, 200, g.ask(t, "HEAD", "/", "").status)
		poison <- struct{}{}
		<-poisoned
		require.Equal(t, "good", g.ask(t, "GET", "/a", "").body, "after HEAD the connection is looked at")
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	gone := make(chan struct{})
	url := raw(t, func(p *peer) {
		each(func(string) string { return answer("ok") })(p)
		close(gone)
	})
	g := start(t, gw.REST, to(url), proxy)
	require.Equal(t, "ok", g.ask(t, "GET", "/", "").body)
	pool := g.up.set.Load().targets[0].pool
	pool.Sweep(timeNow().Add(g.up.cfg.IdleTimeout / 2))
	require.Equal(t, 1, pool.Open())
	pool.Sweep(timeNow().Add(g.up.cfg.IdleTimeout))
	require.Equal(t, 0, pool.Open())
	<-gone
}

func TestCloseEndsConnections(t *testing.T) {
	gone := make(chan struct{})
	url := raw(t, func(p *peer) {
		each(func(string) string { return answer("ok") })(p)
		close(gone)
	})
	g := start(t, gw.REST, to(url), proxy)
	require.Equal(t, "ok", g.ask(t, "GET", "/", "").body)
	require.NoError(t, g.core.Close())
	<-gone
	require.Zero(t, g.up.set.Load().targets[0].pool.Open())
}
