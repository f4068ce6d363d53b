package runtime

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/internal/proxyproto"
)

// relayedConn is a connection that a balancer at 192.0.2.1 has passed on with header.
type relayedConn struct {
	net.Conn
	header *proxyproto.Header
}

func (r *relayedConn) RemoteAddr() net.Addr {
	if r.header.Client != nil {
		return r.header.Client
	}
	return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 4711}
}
func (r *relayedConn) LocalAddr() net.Addr             { return &net.TCPAddr{} }
func (r *relayedConn) ProxyHeader() *proxyproto.Header { return r.header }

// told is what a gateway makes of a request: the client, the VPC endpoint, the VPC, whether the peer's word counts, and
// the headers that go on.
func told(c *Ctx) string {
	var on []string
	for i := range c.Fields() {
		if f := &c.Fields()[i]; c.ToBackend(f) {
			on = append(on, f.Name+"="+f.Value)
		}
		if f := &c.Fields()[i]; c.ToBackend(f) != c.ToEvent(f) && f.kind != fieldHost {
			on = append(on, f.Name+" differs")
		}
	}
	word := "nobody"
	if c.PeerTrusted() {
		word = "trusted"
	}
	return strings.Join([]string{
		c.ClientAddr(), c.VPCEndpoint(), c.VPC(), word, strings.Join(on, ","),
		c.Header("X-Amzn-Vpce-Id"), c.HeaderFolded("x-amzn-vpce-id"), c.HeaderValues("X-Amzn-Vpce-Id"),
	}, "|")
}

// TestVPCEndpoints says who may tell of VPCs.
func TestVPCEndpoints(t *testing.T) {
	trusted := WithTrustedProxies(prefixes("192.0.2.0/24", "10.0.0.0/8"))
	client := &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7), Port: 4711}
	balancer := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 9), Port: 4711} // one that speaks HTTP, behind one that does not
	said := []string{"X-Forwarded-For: 198.51.100.9", "x-amzn-vpce-id: vpce-2", "X-Amzn-Vpce-Id: vpce-3", "X-Amzn-Vpc-Id: vpc-3"}
	all := "X-Forwarded-For=198.51.100.9,x-amzn-vpce-id=vpce-2,X-Amzn-Vpce-Id=vpce-3,X-Amzn-Vpc-Id=vpc-3|vpce-3|vpce-3|vpce-3"
	for _, c := range []struct {
		name    string
		header  *proxyproto.Header
		options []Option
		want    string
	}{
		{"nobody is trusted", nil, nil, "192.0.2.1|||nobody|X-Forwarded-For=198.51.100.9|||"},
		{"a client", nil, []Option{WithTrustedProxies(prefixes("10.0.0.0/8"))}, "192.0.2.1|||nobody|X-Forwarded-For=198.51.100.9|||"},
		{"a trusted proxy", nil, []Option{trusted}, "198.51.100.9|vpce-3|vpc-3|trusted|" + all},
		{"a client behind a balancer", &proxyproto.Header{Client: client}, []Option{trusted}, "203.0.113.7|||nobody|X-Forwarded-For=198.51.100.9|||"},
		{"a client behind an endpoint", &proxyproto.Header{Client: client, VPCEndpoint: "vpce-1"}, []Option{trusted}, "203.0.113.7|vpce-1||nobody|X-Forwarded-For=198.51.100.9|||"},
		{"a trusted proxy behind a balancer", &proxyproto.Header{Client: balancer}, []Option{trusted}, "198.51.100.9|vpce-3|vpc-3|trusted|" + all},
		{"a trusted proxy behind an endpoint", &proxyproto.Header{Client: balancer, VPCEndpoint: "vpce-1"}, []Option{trusted}, "198.51.100.9|vpce-1|vpc-3|trusted|" + all},
		{"the balancer itself", &proxyproto.Header{Own: true}, []Option{trusted}, "198.51.100.9|vpce-3|vpc-3|trusted|" + all},
		{"a client that the balancer does not know", &proxyproto.Header{}, []Option{trusted}, "192.0.2.1|||nobody|X-Forwarded-For=198.51.100.9|||"},
	} {
		for _, style := range []Style{REST, Plain} {
			var got string
			core := newTestCore(t, &API{Style: style}, func(c *Ctx) Fault {
				got = strings.Clone(told(c))
				return c.Respond(200).Empty()
			}, c.options...)
			rc := received(t, get("/", said...))
			if c.header != nil {
				rc.Init2(&relayedConn{header: c.header}, nil, false)
			}
			core.Handle(rc)
			require.Equal(t, c.want, got, c.name)

			r := httptest.NewRequest(http.MethodGet, "http://api.example.com/", nil)
			r.RemoteAddr = "192.0.2.1:4711"
			if c.header != nil {
				r.RemoteAddr = (&relayedConn{header: c.header}).RemoteAddr().String()
				r = r.WithContext(context.WithValue(r.Context(), proxyproto.Key{}, c.header))
			}
			for _, line := range said {
				name, value, _ := strings.Cut(line, ": ")
				r.Header.Add(name, value)
			}
			got = ""
			core.ServeHTTP(httptest.NewRecorder(), r)
			parts, want := strings.Split(got, "|"), strings.Split(c.want, "|")
			require.Equal(t, want[:4], parts[:4], "%s over net/http", c.name)
			require.Equal(t, strings.Contains(c.want, "vpce-3"), strings.Contains(got, "vpce-3"), "%s over net/http", c.name)
			require.False(t, strings.Contains(got, "differs"))
		}
	}
}

// TestNamedByConnection holds that a client cannot take a proxy's word away.
func TestNamedByConnection(t *testing.T) {
	trusted := WithTrustedProxies(prefixes("192.0.2.0/24"))
	require.Equal(t, "vpce-1", reads(t, get("/", "Connection: X-Amzn-Vpce-Id", "X-Amzn-Vpce-Id: vpce-1"), func(c *Ctx) string { return c.Var(IdentityVPCEndpoint) }, trusted))
	require.Equal(t, "vpc-1", reads(t, get("/", "X-Amzn-Vpc-Id: vpc-1"), func(c *Ctx) string { return c.Var(IdentityVPC) }, trusted))
}

// TestForgedManyTimes sends a header more often than counters of fields count.
func TestForgedManyTimes(t *testing.T) {
	headers := make([]string, 256)
	for i := range headers {
		headers[i] = "X-Amzn-Vpce-Id: vpce-1"
	}
	require.Equal(t, "192.0.2.1|||nobody||||", reads(t, get("/", headers...), told))
}

// TestPrivateAPI refuses what did not come through the endpoints before anything else is looked at.
func TestPrivateAPI(t *testing.T) {
	var log bytes.Buffer
	logger := WithLogger(slog.New(slog.NewTextHandler(&log, nil)))
	api := &API{Title: "Private", VPCEndpoints: []string{"vpce-1", "vpce-2"}, Stages: []Stage{{Name: "prod"}}}
	served := 0
	core := newTestCore(t, api, func(c *Ctx) Fault { served++; return c.Respond(200).Empty() }, logger, WithTrustedProxies(prefixes("192.0.2.0/24")))
	require.Empty(t, log.String())
	for _, raw := range []string{
		get("/prod/pets"), get("/prod/pets", "X-Amzn-Vpce-Id: vpce-3"), get("/prod/pets", "X-Amzn-Vpce-Id: VPCE-1"), get("/prod/pets", "X-Amzn-Vpce-Id:"),
		get("/prod/pets", "X-Amzn-Vpce-Id: vpce-1", "X-Amzn-Vpce-Id: vpce-3"), get("/nowhere"), get("http://api.example.com/prod/pets"),
		lines("OPTIONS * HTTP/1.1", "Host: api.example.com", "", ""), get("/prod/pets", "X-HTTP-Method-Override: DELETE"),
	} {
		answer := exchange(t, core, raw)
		require.True(t, strings.HasPrefix(answer, "HTTP/1.1 403 Forbidden\r\n"), answer)
		require.Contains(t, answer, "x-amzn-ErrorType: ForbiddenException\r\n")
		require.True(t, strings.HasSuffix(answer, "\r\n\r\n{\"message\":\"Forbidden\"}"), answer)
	}
	require.Zero(t, served)
	for i, endpoint := range api.VPCEndpoints {
		require.Contains(t, exchange(t, core, get("/prod/pets", "X-Amzn-Vpce-Id: "+endpoint)), "200 OK")
		require.Equal(t, i+1, served)
	}
	lonely := newTestCore(t, api, func(c *Ctx) Fault { served++; return c.Respond(200).Empty() }, logger)
	require.Contains(t, log.String(), "all are refused")
	require.Contains(t, exchange(t, lonely, get("/prod/pets", "X-Amzn-Vpce-Id: vpce-1")), "403 Forbidden")
	require.Equal(t, 2, served)
}
