package runtime

import (
	"bufio"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
)

// testTime is what the clock of test gateways shows.
var testTime = time.Date(2024, 5, 24, 14, 55, 44, 123e6, time.UTC)

// newTestCore is a started gateway for api.
func newTestCore(t testing.TB, api *API, serve func(*Ctx) Fault, options ...Option) *Core {
	t.Helper()
	options = append([]Option{WithClock(func() time.Time { return testTime })}, options...)
	core := NewCore(api, options...)
	require.NoError(t, core.Start(serve))
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	return core
}

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
	r := bufio.NewReaderSize(strings.NewReader(raw), 32<<10)
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

// exchange is the answer to raw, byte for byte, with what is random put as DATE, UUID, APIGW and TRACE.
func exchange(t testing.TB, core *Core, raw string) string {
	t.Helper()
	rc := received(t, raw)
	core.Handle(rc)
	if rc.IsHead() {
		rc.Response.SkipBody = true
	}
	var out strings.Builder
	w := bufio.NewWriter(&out)
	require.NoError(t, rc.Response.Write(w))
	require.NoError(t, w.Flush())
	answer := dateLine.ReplaceAllString(out.String(), "Date: DATE\r\n")
	answer = uuidText.ReplaceAllString(answer, "UUID")
	answer = apigwText.ReplaceAllString(answer, "x-amz-apigw-id: APIGW\r\n")
	return rootText.ReplaceAllString(answer, "TRACE")
}

// lines is an HTTP message of these lines; the last is the body.
func lines(text ...string) string { return strings.Join(text, "\r\n") }

// get is a GET request for target with more header lines.
func get(target string, headers ...string) string {
	return lines(append([]string{"GET " + target + " HTTP/1.1", "Host: api.example.com"}, append(headers, "", "")...)...)
}

// post is a POST request with a body.
func post(target, body string, headers ...string) string {
	return lines(append([]string{"POST " + target + " HTTP/1.1", "Host: api.example.com"}, append(headers, "", body)...)...)
}

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}
