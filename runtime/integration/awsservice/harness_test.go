package awsservice

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/gatewright/gatewright/golden/sigv4test"
	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/front/fast"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"), // it belongs to the process
		goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))                 // backends of tests, which end soon
}

// patience bounds waits that end at once when all is well.
const patience = 20 * time.Second

var key = aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret", SessionToken: "token"}

// environment has the SDK find key, and nothing of the machine's.
func environment(t testing.TB) {
	t.Setenv("AWS_ACCESS_KEY_ID", key.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", key.SecretAccessKey)
	t.Setenv("AWS_SESSION_TOKEN", key.SessionToken)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

// backend is a service. It notes what arrives and whether it is signed well.
type backend struct {
	url    string
	answer http.HandlerFunc // nil: 200 with the body that came

	mu   sync.Mutex
	seen arrival
}

// arrival is the request that came last.
type arrival struct {
	asked  int // requests up to here
	target string
	header http.Header
	body   string
	host   string
	err    error // of the signature
}

func (b *backend) last() arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen
}

// start starts the backend for requests that are signed as want says.
func (b *backend) start(t testing.TB, want sigv4test.Expect) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = sigv4test.Verify(r, body, want)
		}
		b.mu.Lock()
		b.seen = arrival{b.seen.asked + 1, r.RequestURI, r.Header, string(body), r.Host, err}
		b.mu.Unlock()
		if b.answer != nil {
			b.answer(w, r)
			return
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	b.url = server.URL
}

// gateway is a running gateway.
type gateway struct {
	core *gw.Core
	addr string
}

// start starts a gateway whose service is cfg, and which answers with serve.
func start(t testing.TB, cfg Config, serve func(s *Service, c *gw.Ctx) gw.Fault, options ...gw.Option) *gateway {
	t.Helper()
	return startAPI(t, gw.API{ID: "a1b2c3d4e5", BinaryMediaTypes: []string{"application/octet-stream"}}, cfg, serve, options...)
}

func startAPI(t testing.TB, api gw.API, cfg Config, serve func(s *Service, c *gw.Ctx) gw.Fault, options ...gw.Option) *gateway {
	t.Helper()
	route := gw.Route{ID: "all", Method: "ANY", Path: "/{proxy+}"}
	api.Title, api.Style, api.Routes = "test", gw.REST, []*gw.Route{&route}
	options = append([]gw.Option{gw.WithLogger(slog.New(slog.DiscardHandler))}, options...)
	g := &gateway{core: gw.NewCore(&api, options...)}
	service := New(g.core, cfg)
	require.NoError(t, g.core.Start(func(c *gw.Ctx) gw.Fault {
		c.Enter(&route)
		return serve(service, c)
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

// reply is an answer that a client got.
type reply struct {
	status int
	header http.Header
	body   string
	err    error // of reading it
}

// ask sends a request on a connection of its own; fields are name and value in turn.
func (g *gateway) ask(t testing.TB, method, target, body string, fields ...string) reply {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true, ResponseHeaderTimeout: patience}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequest(method, "http://"+g.addr+"/", strings.NewReader(body))
	require.NoError(t, err)
	r.URL.Opaque = target
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return reply{status: resp.StatusCode, header: resp.Header, body: string(text), err: err}
}

// send passes path, query, body and some headers of the client to the service.
func send(c *gw.Ctx) *gw.Outbound {
	out := c.Outbound("ANY", patience)
	out.Literal("/")
	out.Path(c.Tail(0))
	if q := c.RawQuery(); q != "" {
		out.Literal("?")
		out.Raw(q)
	}
	out.Header("X-Amz-Target", c.Header("X-Amz-Target"))
	out.Header("x-amz-meta-a", c.Header("X-Amz-Meta-A"))
	return out
}

// invoke sends the body read whole and relays the whole answer.
func invoke(s *Service, c *gw.Ctx) gw.Fault {
	out := send(c)
	if f := out.PassBody(c, gw.AsIs); f != gw.OK {
		return f
	}
	r, f := s.Invoke(c, out)
	if f != gw.OK {
		return f
	}
	return c.Respond(r.Status()).Relay(r, gw.AsIs)
}

// open streams both ways where it can.
func open(s *Service, c *gw.Ctx) gw.Fault {
	out := send(c)
	if f := out.PassThrough(c, gw.AsIs); f != gw.OK {
		return f
	}
	r, f := s.Open(c, out)
	if f != gw.OK {
		return f
	}
	return c.Respond(r.Status()).Relay(r, gw.AsIs)
}

const (
	bodyTimeout  = `{"message": "Endpoint request timed out"}`
	bodyFailure  = `{"message": "Network error communicating with endpoint"}`
	bodyInternal = `{"message": "Internal server error"}`
)
