package inproc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/integration/lambda"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// fasthttp keeps the date in a goroutine of its own for ever.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"))
}

const (
	arn      = "arn:aws:lambda:eu-west-1:123456789012:function:GetItem"
	patience = 20 * time.Second
)

var route = gw.Route{ID: "getItem", Method: "ANY", Path: "/items/{id}/{rest+}", ResourceID: "xyz123",
	Params: []gw.PathParam{{Name: "id", Segment: 1}, {Name: "rest", Segment: 2, Greedy: true}}}

// lockedBuffer is where the log goes.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// gateway is a gateway as it is generated for one function that is linked in.
type gateway struct {
	*gw.Core
	item *lambda.Function
	log  *lockedBuffer
}

func api() *gw.API {
	return &gw.API{
		Title: "items", ID: "a1b2c3", Account: "123456789012", Region: "eu-west-1", Deployment: "d1e2f3",
		Stages:           []gw.Stage{{Name: "prod", Variables: []gw.StageVariable{{Name: "k", Value: "v"}}}},
		BinaryMediaTypes: []string{"image/png"}, Routes: []*gw.Route{&route},
	}
}

// start makes a gateway whose function is handler and whose route does what serve says.
func start(t testing.TB, handler any, serve func(*gateway, *gw.Ctx) gw.Fault) *gateway {
	t.Helper()
	g := &gateway{log: &lockedBuffer{}}
	g.Core = gw.NewCore(api(), gw.WithLogger(slog.New(slog.NewTextHandler(g.log, nil))))
	g.item = lambda.NewFunction(g.Core, lambda.Config{Name: "GetItem", ARN: arn, At: Func(handler)})
	require.NoError(t, g.Start(func(c *gw.Ctx) gw.Fault {
		c.Enter(&route)
		return serve(g, c)
	}))
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	return g
}

func proxying(g *gateway, c *gw.Ctx) gw.Fault  { return g.item.Proxy(c, patience) }
func streaming(g *gateway, c *gw.Ctx) gw.Fault { return g.item.Stream(c, patience) }

// within is a proxy integration with a timeout.
func within(limit time.Duration) func(*gateway, *gw.Ctx) gw.Fault {
	return func(g *gateway, c *gw.Ctx) gw.Fault { return g.item.Proxy(c, limit) }
}

// peerConn is a connection from a fixed address.
type peerConn struct {
	net.Conn
	addr net.TCPAddr
}

func (p *peerConn) RemoteAddr() net.Addr { return &p.addr }
func (p *peerConn) LocalAddr() net.Addr  { return &net.TCPAddr{} }

// received is the context of a request that came as raw.
func received(t testing.TB, raw string) *fasthttp.RequestCtx {
	t.Helper()
	rc := new(fasthttp.RequestCtx)
	rc.Init2(&peerConn{addr: net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 4711}}, nil, false)
	rc.Request.Header.DisableNormalizing()
	r := bufio.NewReaderSize(strings.NewReader(raw), 1<<20)
	require.NoError(t, rc.Request.Header.Read(r))
	require.NoError(t, rc.Request.ContinueReadBody(r, 0, false))
	return rc
}

// ask is status and body of the answer to raw; a body that broke off says so at its end.
func (g *gateway) ask(t testing.TB, raw string) (int, string) {
	t.Helper()
	rc := received(t, raw)
	g.Handle(rc)
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	err := errors.Join(rc.Response.Write(w), w.Flush())
	_, body, _ := strings.Cut(out.String(), "\r\n\r\n")
	if err != nil {
		body += "BROKEN"
	}
	return rc.Response.StatusCode(), body
}

func post(path, body string, headers ...string) string {
	headers = append(headers, fmt.Sprintf("Content-Length: %d", len(body)))
	return strings.Join(append([]string{"POST " + path + " HTTP/1.1", "Host: a1b2c3.execute-api.eu-west-1.amazonaws.com"}, append(headers, "", body)...), "\r\n")
}

const (
	itemPath     = "/prod/items/7/a"
	internalBody = `{"message": "Internal server error"}`
	timeoutBody  = `{"message": "Endpoint request timed out"}`
)
