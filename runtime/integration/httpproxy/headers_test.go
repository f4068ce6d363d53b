package httpproxy

import (
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

// seen starts a backend that answers each request and tells its head.
func seen(t *testing.T, text string) (url string, heads chan string) {
	heads = make(chan string, 16)
	return raw(t, each(func(head string) string {
		heads <- head
		return text
	})), heads
}

// lines are the lines of a request's head, trace ids and the backend's address made fix.
func lines(head, url string) []string {
	head = strings.ReplaceAll(head, strings.TrimPrefix(url, "http://"), "BACKEND")
	head = regexp.MustCompile(`Root=1-[0-9a-f]{8}-[0-9a-f]{24}`).ReplaceAllString(head, "ROOT")
	return strings.Split(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n")
}

var clientFields = []string{
	"User-Agent: test/1", "Accept: text/html", "accept-ENCODING: br", "Authorization: Bearer x", "Date: today",
	"X-One: 1", "X-One: 2", "Content-Type: text/plain",
	// Fields of rest.md, section 4.2, and of 4.4.
	"Connection: X-Named", "X-Named: 1", "Content-MD5: x", "Max-Forwards: 1", "Proxy-Authenticate: x", "Server: x", "TE: trailers",
	"Trailer: x", "Upgrade: h2c", "WWW-Authenticate: x", "Via: 1.1 x",
}

func TestProxyRequestHeaders(t *testing.T) {
	url, heads := seen(t, answer("ok"))
	g := start(t, gw.REST, to(url), proxy)
	require.Equal(t, "ok", g.ask(t, "POST", "/a%20b?x=1;y&x=2", "body", clientFields...).body)
	require.Equal(t, []string{
		"POST /a%20b?x=1;y&x=2 HTTP/1.1", "Host: BACKEND",
		"User-Agent: test/1", "Accept: text/html", "accept-ENCODING: br", "Authorization: Bearer x", "Date: today",
		"X-One: 1", "X-One: 2", "Content-Type: text/plain",
		"X-Amzn-Apigateway-Api-Id: a1b2c3d4e5", "X-Amzn-Trace-Id: ROOT", "Content-Length: 4",
	}, lines(<-heads, url))
}

func TestInvokeRequestHeaders(t *testing.T) {
	url, heads := seen(t, "HTTP/1.1 201 OK\r\nX-From: there\r\nX-Other: y\r\nContent-Length: 2\r\n\r\nok")
	g := start(t, gw.REST, to(url), invoke)
	got := g.ask(t, "POST", "/a?x=1", "body", clientFields...)
	require.Equal(t, 201, got.status)
	require.Equal(t, "ok", got.body)
	require.Equal(t, "there", got.header.Get("X-From"))
	require.Empty(t, got.header.Get("X-Other"))
	require.Equal(t, []string{
		"POST /a HTTP/1.1", "Host: BACKEND", "Accept: application/json", "User-Agent: AmazonAPIGateway_a1b2c3d4e5",
		"Content-Type: text/plain", "X-Amzn-Apigateway-Api-Id: a1b2c3d4e5", "X-Amzn-Trace-Id: ROOT", "Content-Length: 4",
	}, lines(<-heads, url))
	g.ask(t, "GET", "/a", "body", "X-One: 1") // no body goes with GET
	require.Equal(t, []string{
		"GET /a HTTP/1.1", "Host: BACKEND", "Accept: application/json", "User-Agent: AmazonAPIGateway_a1b2c3d4e5",
		"X-Amzn-Apigateway-Api-Id: a1b2c3d4e5", "X-Amzn-Trace-Id: ROOT",
	}, lines(<-heads, url))
}

func TestForwardRequestHeaders(t *testing.T) {
	url, heads := seen(t, answer("ok"))
	g := start(t, gw.Plain, to(url+"/base/"), proxy)
	fields := append(clientFields[:len(clientFields):len(clientFields)],
		"X-Forwarded-For: 6.6.6.6", "x-forwarded-proto: https", "X-Forwarded-Host: evil", "X-Forwarded-Port: 666", "Forwarded: for=6.6.6.6", "Content-Encoding: x")
	require.Equal(t, "ok", g.ask(t, "DELETE", "/a?q", "body", fields...).body)
	require.Equal(t, []string{
		"DELETE /base/a?q HTTP/1.1", "Host: BACKEND",
		"User-Agent: test/1", "Accept: text/html", "accept-ENCODING: br", "Authorization: Bearer x", "Date: today",
		"X-One: 1", "X-One: 2", "Content-Type: text/plain", "Content-MD5: x", "Max-Forwards: 1", "Server: x",
		"WWW-Authenticate: x", "Via: 1.1 x", "Content-Encoding: x",
		"X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http", "X-Forwarded-Host: gateway.test", "Content-Length: 4",
	}, lines(<-heads, url))
}

// What a trusted proxy says of the scheme, host and port that the client asked for goes on.
func TestForwardBehindTrustedProxy(t *testing.T) {
	url, heads := seen(t, answer("ok"))
	g := start(t, gw.Plain, to(url), proxy, gw.WithTrustedProxies([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}))
	g.ask(t, "GET", "/", "", "X-Forwarded-For: 192.0.2.7, 127.0.0.9", "x-forwarded-proto: https", "X-Forwarded-Host: shop.test", "X-Forwarded-Port: 443")
	require.Equal(t, []string{
		"GET / HTTP/1.1", "Host: BACKEND", "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https", "X-Forwarded-Host: shop.test",
		"X-Forwarded-Port: 443",
	}, lines(<-heads, url))
	g.ask(t, "GET", "/", "", "X-Forwarded-Proto:")
	require.Equal(t, []string{
		"GET / HTTP/1.1", "Host: BACKEND", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http", "X-Forwarded-Host: gateway.test",
	}, lines(<-heads, url))
}

// What the uri, the client and the mapping say of the query adds up; a mapped header replaces the client's (rest.md,
// section 8).
func TestMapping(t *testing.T) {
	url, heads := seen(t, answer("ok"))
	g := start(t, gw.REST, to(url), func(g *gateway, c *gw.Ctx) gw.Fault {
		out := c.Outbound("PUT", patience)
		out.Literal("/x?testVar=")
		out.QueryPart("foo&bar")
		out.Query("mapped", "a b")
		out.Header("Host", "other.test:81")
		out.Header("x-one", "mine")
		return g.up.Proxy(c, out)
	})
	g.ask(t, "POST", "/?testVar=bar", "", "X-One: 1", "X-Two: 2", "X-ONE: 3")
	require.Equal(t, []string{
		"PUT /x?testVar=foo%26bar&testVar=bar&mapped=a%20b HTTP/1.1", "Host: other.test:81", "x-one: mine", "X-Two: 2",
		"X-Amzn-Apigateway-Api-Id: a1b2c3d4e5", "X-Amzn-Trace-Id: ROOT", "Content-Length: 0",
	}, lines(<-heads, url))
}

func TestMappingRefused(t *testing.T) {
	url, heads := seen(t, answer("ok"))
	for name, want := range map[string]int{"Content-Length": 500, "X-Amzn-Trace-Id": 500, "X-Ok": 400} {
		g := start(t, gw.REST, to(url), func(g *gateway, c *gw.Ctx) gw.Fault {
			out := c.Outbound("GET", patience)
			out.Literal("/")
			out.Header(name, "1\r\nX-Injected: 1")
			return g.up.Proxy(c, out)
		})
		require.Equal(t, want, g.ask(t, "GET", "/", "").status, name)
	}
	require.Empty(t, heads)
}

const backendHead = "HTTP/1.1 200 OK\r\nDate: then\r\nServer: srv\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n" +
	"X-Multi: a\r\nSet-Cookie: a=1, 2\r\nx-multi: b\r\nSet-Cookie: b=2\r\nX-MULTI: c\r\nx-amzn-RequestId: theirs\r\n" +
	"Via: 1.1 x\r\nUser-Agent: ua\r\nTE: x\r\nContent-Type: text/plain; charset=x\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nok"

func TestProxyResponseHeaders(t *testing.T) {
	url, _ := seen(t, backendHead)
	g := start(t, gw.REST, to(url), proxy)
	h := g.ask(t, "GET", "/", "").header
	require.Equal(t, []string{"a,b,c"}, h.Values("X-Multi"))
	require.Equal(t, []string{"a=1, 2", "b=2"}, h.Values("Set-Cookie"))
	require.Equal(t, []string{"text/plain; charset=x"}, h.Values("Content-Type"))
	require.Equal(t, "1", h.Get("X-Hop"))
	require.Equal(t, "x", h.Get("TE"))
	for name, value := range map[string]string{
		"Date": "then", "Server": "srv", "Connection": "keep-alive, X-Hop", "Content-Length": "2", "User-Agent": "ua", "x-amzn-RequestId": "theirs",
	} {
		require.Equal(t, []string{value}, h.Values("x-amzn-Remapped-"+name), name)
		require.NotEqual(t, value+"!", h.Get(name))
	}
	require.Len(t, h.Values("x-amzn-RequestId"), 1)
	require.NotEqual(t, "theirs", h.Get("x-amzn-RequestId"))
	require.Empty(t, h.Values("Via"))
	require.Empty(t, h.Values("Server"))
	require.Empty(t, h.Values("X-Amzn-Trace-Id"))
	require.Equal(t, []string{"2"}, h.Values("Content-Length"))
}

func TestProxyDefaultType(t *testing.T) {
	url, _ := seen(t, answer("ok"))
	rest, plain := start(t, gw.REST, to(url), proxy), start(t, gw.Plain, to(url), proxy)
	require.Equal(t, "application/json", rest.ask(t, "GET", "/", "").header.Get("Content-Type"))
	require.Empty(t, plain.ask(t, "GET", "/", "").header.Values("Content-Type"))
}

func TestForwardResponseHeaders(t *testing.T) {
	url, _ := seen(t, backendHead)
	g := start(t, gw.Plain, to(url), proxy)
	h := g.ask(t, "GET", "/", "").header
	require.Equal(t, []string{"a", "b", "c"}, h.Values("X-Multi"))
	require.Equal(t, []string{"a=1, 2", "b=2"}, h.Values("Set-Cookie"))
	require.Equal(t, "srv", h.Get("Server"))
	require.Equal(t, "1.1 x", h.Get("Via"))
	require.Equal(t, "theirs", h.Get("x-amzn-RequestId"))
	for _, name := range []string{"X-Hop", "Connection", "Keep-Alive", "TE"} {
		require.Empty(t, h.Values(name), name)
	}
}

func TestMethodsAndStatuses(t *testing.T) {
	url := raw(t, each(func(head string) string {
		switch {
		case strings.HasPrefix(head, "HEAD"):
			return "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"
		case strings.Contains(head, "/204"):
			return "HTTP/1.1 204 No Content\r\n\r\n"
		case strings.Contains(head, "/304"):
			return "HTTP/1.1 304 Not Modified\r\nETag: x\r\nContent-Length: 99\r\n\r\n"
		case strings.Contains(head, "/early"):
			return "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer("late")
		default:
			return "HTTP/1.1 404 Nope\r\nContent-Length: 0\r\n\r\n"
		}
	}))
	for _, style := range []gw.Style{gw.REST, gw.Plain} {
		g := start(t, style, to(url), proxy)
		p := g.dial(t) // one connection: framing errors would show in the next answer
		for range 2 {
			head := p.ask(t, "HEAD", "/x", "")
			require.Equal(t, "1234", head.header.Get("Content-Length"))
			require.Equal(t, 204, p.ask(t, "GET", "/204", "").status)
			require.Equal(t, http.StatusNotModified, p.ask(t, "GET", "/304", "").status)
			require.Equal(t, "late", p.ask(t, "GET", "/early", "").body)
			require.Equal(t, 404, p.ask(t, "GET", "/none", "").status)
		}
		require.Equal(t, 1, g.up.set.Load().targets[0].pool.Open(), "connections are used again")
	}
}
