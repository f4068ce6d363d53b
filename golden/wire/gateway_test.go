package wire

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/integration/httpproxy"
	"github.com/gatewright/gatewright/runtime/server"
)

// asGateway makes the test binary a gateway's program, for tests that need a process of its own.
const asGateway = "GATEWRIGHT_WIRE_TEST_GATEWAY"

func TestMain(m *testing.M) {
	if os.Getenv(asGateway) != "" {
		server.Main(newGateway)
	}
	os.Exit(m.Run())
}

var anything = gw.Route{
	ID: "anything", Method: "ANY", Path: "/{proxy+}", Backend: "http_proxy ANY http://backend/{proxy}",
	Params: []gw.PathParam{{Name: "proxy", Segment: 0, Greedy: true}},
}

var mocked = gw.Route{ID: "mocked", Method: "ANY", Path: "/mock", Backend: "mock"}

var burning = gw.Route{ID: "burning", Method: "ANY", Path: "/burn", Backend: "mock"}

var api = gw.API{
	Title: "Wire", Version: "1", Style: gw.Plain, Routes: []*gw.Route{&anything, &burning, &mocked},
	Stages:  []gw.Stage{{Name: "live", Variables: []gw.StageVariable{{Name: "colour", Value: "blue"}}}},
	Allowed: []string{"wire.yaml#/x: GW0000 taken on purpose"},
}

// gateway is what a generated one would be for a document with three routes: /mock answers with a stage variable,
// /burn after a few milliseconds of computing, everything else goes to the backend.
type gateway struct {
	*gw.Core
	backend *httpproxy.Upstream
}

func newGateway(options ...gw.Option) (*gateway, error) {
	core := gw.NewCore(&api, append([]gw.Option{gw.WithStage("live")}, options...)...)
	g := &gateway{Core: core, backend: httpproxy.NewUpstream(core, httpproxy.Config{
		Name: "backend", Targets: []httpproxy.Target{{URL: "http://127.0.0.1:1"}},
	})}
	if err := core.Start(g.serve); err != nil {
		return nil, err
	}
	return g, nil
}

func (g *gateway) serve(c *gw.Ctx) gw.Fault {
	switch c.Path().Key(0) {
	case "mock":
		c.Enter(&mocked)
		return c.Respond(200).Text(c.StageVariable("colour"))
	case "burn":
		c.Enter(&burning)
		return c.Respond(200).Text(burn())
	}
	c.Enter(&anything)
	out := c.Outbound("ANY", 5*time.Second)
	out.Literal("/")
	out.Path(c.Tail(0))
	return g.backend.Forward(c, out)
}

// backend is a server that counts what reached it whole.
type backend struct {
	*http.Server
	url   string
	begun atomic.Int64 // heads received
	whole atomic.Int64 // requests received to their end
	last  atomic.Pointer[string]
	ended chan struct{} // one for each request that ended, whole or not
}

// startBackend serves answer; nil is an empty 200 after the whole body.
func startBackend(t testing.TB, answer http.HandlerFunc) *backend {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b := &backend{url: "http://" + ln.Addr().String(), ended: make(chan struct{}, 1000)}
	b.Server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.begun.Add(1)
		defer func() {
			select {
			case b.ended <- struct{}{}:
			default:
			}
		}()
		target := r.Method + " " + r.RequestURI
		b.last.Store(&target)
		if answer != nil {
			answer(w, r)
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			b.whole.Add(1)
		}
	})}
	go b.Serve(ln) //nolint:errcheck // it ends with the test
	t.Cleanup(func() { b.Close() })
	return b
}

// running is a gateway that serves in this process.
type running struct {
	t     testing.TB
	addrs map[string]string
	stop  context.CancelFunc
	code  chan int
	lines chan map[string]any // the log from ready on
}

// start runs a gateway on free ports in front of b.
func start(t testing.TB, b *backend, flags ...string) *running {
	t.Helper()
	return startAs(t, newGateway, append([]string{"--upstream", "backend=" + b.url}, flags...)...)
}

// startAs runs the gateway that construct makes on free ports.
func startAs[G server.Gateway](t testing.TB, construct func(...gw.Option) (G, error), flags ...string) *running {
	t.Helper()
	args := append([]string{"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-format", "json"}, flags...)
	ctx, cancel := context.WithCancel(context.Background())
	logs, stderr := io.Pipe()
	r := &running{t: t, stop: cancel, code: make(chan int, 1), lines: make(chan map[string]any, 1000)}
	go func() {
		r.code <- server.Run(ctx, construct, args, func(string) (string, bool) { return "", false }, io.Discard, stderr)
		stderr.Close()
	}()
	ready := make(chan map[string]any, 1)
	go r.read(logs, ready)
	line, ok := <-ready
	require.True(t, ok, "the gateway did not start")
	r.addrs = map[string]string{}
	for _, name := range []string{"listen", "plain_listen", "admin_listen"} {
		r.addrs[name], _ = line[name].(string)
	}
	t.Cleanup(func() { r.end() })
	return r
}

func (r *running) read(logs io.Reader, ready chan<- map[string]any) {
	scanner := bufio.NewScanner(logs)
	for scanner.Scan() {
		var line map[string]any
		if json.Unmarshal(scanner.Bytes(), &line) != nil {
			r.t.Log(scanner.Text())
			continue
		}
		if line["msg"] == "ready" {
			ready <- line
			continue
		}
		if line["level"] == "ERROR" {
			r.t.Log(scanner.Text())
		}
		select {
		case r.lines <- line:
		default:
		}
	}
	close(ready)
}

// end stops the gateway once and returns its exit code.
func (r *running) end() int {
	r.stop()
	code := <-r.code
	r.code <- code
	return code
}

// await returns the next log line with this message.
func (r *running) await(msg string) map[string]any {
	r.t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case line := <-r.lines:
			if line["msg"] == msg {
				return line
			}
		case <-timeout:
			r.t.Fatalf("the log never said %q", msg)
		}
	}
}

// dial opens a connection on which nothing takes longer than the test may.
func dial(t testing.TB, addr string) net.Conn {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	require.NoError(t, nc.SetDeadline(time.Now().Add(30*time.Second)))
	t.Cleanup(func() { nc.Close() })
	return nc
}

// talk sends raw bytes and returns all that comes back until the gateway closes.
func talk(t testing.TB, addr, raw string) string {
	t.Helper()
	nc := dial(t, addr)
	_, err := io.WriteString(nc, raw)
	require.NoError(t, err)
	got, err := io.ReadAll(nc)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		t.Fatalf("%v after %q", err, got)
	}
	return string(got)
}

// statuses are the status codes of the responses in raw, in order. Bodies must not look like responses.
func statuses(raw string) []string {
	var list []string
	for rest := raw; ; {
		_, after, ok := strings.Cut(rest, "HTTP/1.1 ")
		if !ok {
			return list
		}
		list, rest = append(list, after[:3]), after[3:]
	}
}
