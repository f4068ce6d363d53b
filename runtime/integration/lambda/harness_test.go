package lambda

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// fasthttp keeps the date in a goroutine of its own for ever, regexp2 its clock for some time.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"), goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock"))
}

// testTime is what the clock of test gateways shows.
var testTime = time.Date(2024, 5, 24, 14, 55, 44, 123e6, time.UTC)

// fake is a place and target whose functions do what the test says.
type fake struct {
	invoke func(call *function.Call, answer *function.Answer) error
	stream func(call *function.Call) (io.ReadCloser, error)
	opened []function.Function
	err    error
}

func (f *fake) Open(_ *gw.Core, fn function.Function) (function.Target, error) {
	f.opened = append(f.opened, fn)
	return f, f.err
}

func (f *fake) Invoke(call *function.Call, answer *function.Answer) error {
	return f.invoke(call, answer)
}

func (f *fake) Stream(call *function.Call) (io.ReadCloser, error) { return f.stream(call) }

// returning is a function that returns payload.
func returning(payload string) *fake {
	return &fake{invoke: func(_ *function.Call, answer *function.Answer) error {
		answer.Payload = append(answer.Payload[:0], payload...)
		return nil
	}}
}

// failing is a function whose call fails with err.
func failing(err error) *fake {
	return &fake{
		invoke: func(*function.Call, *function.Answer) error { return err },
		stream: func(*function.Call) (io.ReadCloser, error) { return nil, err },
	}
}

const itemARN = "arn:aws:lambda:eu-west-1:123456789012:function:GetItem"

var itemRoute = gw.Route{ID: "getItem", Method: "ANY", Path: "/items/{id}", ResourceID: "xyz123", Params: []gw.PathParam{{Name: "id", Segment: 1}}}

// itemAPI is the API of rest.md, section 7.1.
func itemAPI() *gw.API {
	return &gw.API{
		Title: "items", ID: "a1b2c3", Account: "123456789012", Region: "eu-west-1", Deployment: "d1e2f3",
		Stages:           []gw.Stage{{Name: "prod", Variables: []gw.StageVariable{{Name: "k", Value: "v"}}}},
		BinaryMediaTypes: []string{"image/png", "application/*"}, Routes: []*gw.Route{&itemRoute},
	}
}

// gateway is a gateway as it is generated for one function.
type gateway struct {
	*gw.Core
	item *Function
	log  *lockedBuffer
}

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

// start makes a gateway for api whose function is at place and whose route does what serve says.
func start(t testing.TB, api *gw.API, place function.Place, serve func(*gateway, *gw.Ctx) gw.Fault, options ...gw.Option) *gateway {
	t.Helper()
	g := &gateway{log: &lockedBuffer{}}
	logger := slog.New(slog.NewTextHandler(g.log, nil))
	options = append([]gw.Option{gw.WithClock(func() time.Time { return testTime }), gw.WithLogger(logger)}, options...)
	g.Core = gw.NewCore(api, options...)
	g.item = NewFunction(g.Core, Config{Name: "GetItem", ARN: itemARN, At: place})
	require.NoError(t, g.Start(func(c *gw.Ctx) gw.Fault {
		c.Enter(&itemRoute)
		return serve(g, c)
	}))
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	return g
}

const patience = 20 * time.Second

func proxying(g *gateway, c *gw.Ctx) gw.Fault  { return g.item.Proxy(c, patience) }
func streaming(g *gateway, c *gw.Ctx) gw.Fault { return g.item.Stream(c, patience) }

// peerConn is a connection from a fixed address.
type peerConn struct {
	net.Conn
	addr net.TCPAddr
}

func (p *peerConn) RemoteAddr() net.Addr { return &p.addr }
func (p *peerConn) LocalAddr() net.Addr  { return &net.TCPAddr{} }

// received is the context of a request that came as raw, the way a server reads it.
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

var (
	dateLine  = regexp.MustCompile(`Date: [^\r]+\r\n`)
	uuidText  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)
	apigwText = regexp.MustCompile(`x-amz-apigw-id: [A-Za-z0-9_-]{15}=\r\n`)
	rootText  = regexp.MustCompile(`Root=1-[0-9a-f]{8}-[0-9a-f]{24}`)
)

// ask is the answer to raw, byte for byte, with what is random put as DATE, UUID, APIGW and TRACE. A body that broke off
// says so at its end.
func (g *gateway) ask(t testing.TB, raw string) string {
	t.Helper()
	rc := received(t, raw)
	g.Handle(rc)
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	err := rc.Response.Write(w)
	if flushed := w.Flush(); flushed != nil {
		err = errors.Join(err, flushed)
	}
	answer := dateLine.ReplaceAllString(out.String(), "Date: DATE\r\n")
	answer = uuidText.ReplaceAllString(answer, "UUID")
	answer = apigwText.ReplaceAllString(answer, "x-amz-apigw-id: APIGW\r\n")
	answer = rootText.ReplaceAllString(answer, "TRACE")
	if err != nil {
		answer += "BROKEN"
	}
	return answer
}

func get(target string, headers ...string) string {
	return strings.Join(append([]string{"GET " + target + " HTTP/1.1", "Host: a1b2c3.execute-api.eu-west-1.amazonaws.com"}, append(headers, "", "")...), "\r\n")
}

func post(target, body string, headers ...string) string {
	headers = append(headers, fmt.Sprintf("Content-Length: %d", len(body)))
	return strings.Join(append([]string{"POST " + target + " HTTP/1.1", "Host: a1b2c3.execute-api.eu-west-1.amazonaws.com"}, append(headers, "", body)...), "\r\n")
}

// answered is an answer of a REST API: status line, header lines between the first ones and the last, and body.
func answered(status, contentType string, lines []string, body string) string {
	b := "HTTP/1.1 " + status + "\r\nDate: DATE\r\nContent-Type: " + contentType + fmt.Sprintf("\r\nContent-Length: %d", len(body)) +
		"\r\nConnection: keep-alive\r\nx-amzn-RequestId: UUID\r\n"
	for _, line := range lines {
		b += line + "\r\n"
	}
	return b + "x-amz-apigw-id: APIGW\r\nX-Amzn-Trace-Id: TRACE\r\n\r\n" + body
}

// refused is the answer to a failure, which has no trace id unless traced.
func refused(status, errorType, body string, traced bool) string {
	b := "HTTP/1.1 " + status + "\r\nDate: DATE\r\nContent-Type: application/json\r\n" + fmt.Sprintf("Content-Length: %d", len(body)) +
		"\r\nConnection: keep-alive\r\nx-amzn-RequestId: UUID\r\nx-amzn-ErrorType: " + errorType + "\r\nx-amz-apigw-id: APIGW\r\n"
	if traced {
		b += "X-Amzn-Trace-Id: TRACE\r\n"
	}
	return b + "\r\n" + body
}

const internalBody = `{"message": "Internal server error"}`

func badGateway() string {
	return refused("502 Bad Gateway", "InternalServerErrorException", internalBody, false)
}

func serverError() string {
	return refused("500 Internal Server Error", "InternalServerErrorException", internalBody, false)
}
