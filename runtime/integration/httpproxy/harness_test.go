package httpproxy

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/front/fast"
	"github.com/stretchr/testify/require"
)

// patience bounds waits that end at once when all is well.
const patience = 20 * time.Second

// gateway is a running gateway with one upstream; its route sends requests on as send says.
type gateway struct {
	core *gw.Core
	up   *Upstream
	dyn  *Dynamic
	addr string

	// order counts questions and answers. The front reads and writes by system calls that the race detector does not see:
	// by this it sees that a handler comes behind what the test did before it asked, and before what the test does then.
	order atomic.Int64
}

// start starts a gateway that answers every request with send.
func start(t *testing.T, style gw.Style, cfg Config, send func(g *gateway, c *gw.Ctx) gw.Fault, options ...gw.Option) *gateway {
	t.Helper()
	return startStages(t, nil, style, cfg, send, options...)
}

// startStages is start for an API with stages.
func startStages(t *testing.T, stages []gw.Stage, style gw.Style, cfg Config, send func(g *gateway, c *gw.Ctx) gw.Fault, options ...gw.Option) *gateway {
	t.Helper()
	route := gw.Route{ID: "all", Method: "ANY", Path: "/{proxy+}"}
	api := gw.API{Title: "test", Style: style, ID: "a1b2c3d4e5", Stages: stages, Routes: []*gw.Route{&route}}
	options = append([]gw.Option{gw.WithLogger(slog.New(slog.DiscardHandler))}, options...)
	g := &gateway{core: gw.NewCore(&api, options...)}
	if cfg.Name == "" {
		cfg.Name = "backend"
	}
	if len(cfg.Targets) > 0 {
		g.up = NewUpstream(g.core, cfg)
	}
	g.dyn = NewDynamic(g.core, cfg)
	require.NoError(t, g.core.Start(func(c *gw.Ctx) gw.Fault {
		g.order.Add(1)
		defer g.order.Add(1)
		c.Enter(&route)
		return send(g, c)
	}))
	t.Cleanup(func() { require.NoError(t, g.core.Close()) })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := fast.New(fast.Config{Handler: g.core.Handle})
	done := make(chan error, 1)
	go func() { done <- server.Serve(ln, nil) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-done, fast.ErrClosed)
	})
	g.addr = ln.Addr().String()
	return g
}

// proxy sends on to the client's own path, as HTTP_PROXY or plain forwarding does.
func proxy(g *gateway, c *gw.Ctx) gw.Fault {
	out := c.Outbound("ANY", patience)
	out.Literal("/")
	out.Path(c.Tail(0))
	if c.Core().API().Style == gw.Plain {
		return g.up.Forward(c, out)
	}
	return g.up.Proxy(c, out)
}

// within is proxy with a timeout.
func within(limit time.Duration) func(*gateway, *gw.Ctx) gw.Fault {
	return func(g *gateway, c *gw.Ctx) gw.Fault {
		out := c.Outbound("ANY", limit)
		out.Literal("/")
		return g.up.Proxy(c, out)
	}
}

// invoke sends the client's body as the integration HTTP does, and relays the answer.
func invoke(g *gateway, c *gw.Ctx) gw.Fault {
	out := c.Outbound("ANY", patience)
	out.Literal("/")
	out.Path(c.Tail(0))
	if f := out.PassBody(c, gw.AsIs); f != gw.OK {
		return f
	}
	reply, f := g.up.Invoke(c, out)
	if f != gw.OK {
		return f
	}
	r := c.Respond(reply.Status())
	r.Header("X-From", reply.Header("X-From"))
	return r.Relay(reply, gw.AsIs)
}

func to(urls ...string) Config {
	return Config{Targets: targetsOf(urls)}
}

// peer is one connection of a raw backend.
type peer struct {
	net.Conn
	br    *bufio.Reader
	order *atomic.Int64 // of the gateway, where the peer is its client
}

// head reads a request's head.
func (p *peer) head() (string, error) {
	var b strings.Builder
	for {
		line, err := p.br.ReadString('\n')
		b.WriteString(line)
		if err != nil || line == "\r\n" {
			return b.String(), err
		}
	}
}

// say writes text; a peer that is gone shows elsewhere.
func (p *peer) say(format string, args ...any) {
	_, _ = fmt.Fprintf(p, format, args...)
}

// answer is an answer with body.
func answer(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// raw starts a backend that talks as script does, and returns its URL. Connections are closed when script returns.
func raw(t *testing.T, script func(p *peer)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var all sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	all.Add(1)
	go func() {
		defer all.Done()
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			all.Add(1)
			go func() {
				defer all.Done()
				defer conn.Close()
				script(&peer{Conn: conn, br: bufio.NewReader(conn)})
			}()
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		mu.Lock()
		for _, conn := range open {
			conn.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return "http://" + ln.Addr().String()
}

// each answers every request of a connection with what reply gives; an empty text closes the connection.
func each(reply func(head string) string) func(p *peer) {
	return func(p *peer) {
		for {
			head, err := p.head()
			if err != nil {
				return
			}
			if _, value, ok := strings.Cut(head, "Content-Length: "); ok {
				length, _ := strconv.Atoi(value[:strings.IndexByte(value, '\r')]) // the proxy writes it
				if _, err := p.br.Discard(length); err != nil {
					return
				}
			}
			text := reply(head)
			if text == "" {
				return
			}
			p.say("%s", text)
		}
	}
}

// dial opens a raw connection to the gateway.
func (g *gateway) dial(t *testing.T) *peer {
	t.Helper()
	conn, err := net.Dial("tcp", g.addr)
	require.NoError(t, err)
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	t.Cleanup(func() { conn.Close() })
	return &peer{Conn: conn, br: bufio.NewReader(conn), order: &g.order}
}

// reply is an answer that a client got.
type reply struct {
	status int
	header http.Header
	body   string
	close  bool  // the gateway closes the connection behind it
	err    error // of reading it
}

// ask sends a request on a connection of its own.
func (g *gateway) ask(t *testing.T, method, path, body string, fields ...string) reply {
	t.Helper()
	p := g.dial(t)
	defer p.Close()
	return p.ask(t, method, path, body, fields...)
}

// ask sends a request and reads the answer.
func (p *peer) ask(t *testing.T, method, path, body string, fields ...string) reply {
	t.Helper()
	head := method + " " + path + " HTTP/1.1\r\nHost: gateway.test\r\n"
	for _, f := range fields {
		head += f + "\r\n"
	}
	if body != "" {
		head += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	p.order.Add(1)
	p.say("%s\r\n%s", head, body)
	return p.read(t, method)
}

func (p *peer) read(t *testing.T, method string) reply {
	t.Helper()
	resp, err := http.ReadResponse(p.br, &http.Request{Method: method})
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if p.order != nil {
		p.order.Add(1)
	}
	return reply{status: resp.StatusCode, header: resp.Header, body: string(text), close: resp.Close, err: err}
}

const (
	bodyTimeout  = `{"message": "Endpoint request timed out"}`
	bodyFailure  = `{"message": "Network error communicating with endpoint"}`
	bodyInternal = `{"message": "Internal server error"}`
)

// free is an address where nobody listens.
func free(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, ln.Close())
	return "http://" + ln.Addr().String()
}

// timeNow is the time of the pools, which know no other clock.
func timeNow() time.Time { return time.Now() }

// discard drops what servers in tests have to say.
var discard = log.New(io.Discard, "", 0)
