package fast

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/runtime/front/h2"
	"github.com/gatewright/gatewright/runtime/internal/proxyproto"
)

// local takes every peer for a balancer.
func local(net.Addr) bool { return true }

// introduction is a balancer's header, version 2, for a client at 203.0.113.7 that came through a VPC endpoint.
func introduction(endpoint string) string {
	block := append([]byte{203, 0, 113, 7, 10, 0, 0, 1, 0x12, 0x67, 0x01, 0xbb, 0xea, 0, byte(1 + len(endpoint)), 1}, endpoint...)
	b := append([]byte("\r\n\r\n\x00\r\nQUIT\n\x21\x11"), 0, 0)
	binary.BigEndian.PutUint16(b[14:], uint16(len(block)))
	return string(append(b, block...))
}

// tells answers with who has asked.
func tells(ctx *fasthttp.RequestCtx) {
	text := ctx.RemoteAddr().String()
	if header := proxyproto.Of(ctx.Conn()); header != nil {
		text += " " + header.VPCEndpoint
	}
	ctx.Response.SetBodyString(text)
}

func TestIntroducedClients(t *testing.T) {
	b := serve(t, Config{Handler: tells, Balancer: local})
	for _, c := range []struct{ header, want string }{
		{introduction("vpce-1a2b"), "203.0.113.7:4711 vpce-1a2b"},
		{"PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n", "[2001:db8::7]:4711 "},
		{"PROXY UNKNOWN\r\n", ""},
	} {
		client := b.dial()
		want := c.want
		if want == "" {
			want = client.LocalAddr().String() + " "
		}
		client.send(c.header + "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n") // in one packet
		for range 2 {
			_, text := client.answer("")
			require.Equal(t, want, text)
		}
		client.send("GET /3 HTTP/1.1\r\nHost: x\r\n\r\n")
		_, text := client.answer("")
		require.Equal(t, want, text)
	}
	require.Zero(t, b.Unproven())
	slow := b.dial()
	for _, piece := range strings.Split(introduction("vpce-1a2b")+"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "") {
		slow.send(piece)
	}
	_, text := slow.answer("")
	require.Equal(t, "203.0.113.7:4711 vpce-1a2b", text)
}

func TestNotIntroduced(t *testing.T) {
	b := serve(t, Config{Handler: tells, Balancer: local})
	for i, text := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"PROXY TCP4 203.0.113.7 10.0.0.1 4711\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
		introduction("vpce 1") + "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"\r\n\r\n\x00\r\nQUIT\n\x21\x11\xff\xff",
	} {
		c := b.dial()
		c.send(text)
		c.closed()
		require.Equal(t, int64(i+1), b.Unproven(), "%q", text)
	}
	c := b.dial()
	c.send(introduction("vpce-1a2b") + introduction("vpce-2") + "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	resp, _ := c.answer("")
	require.Equal(t, http.StatusBadRequest, resp.StatusCode, "a second header is the client's own, and no request")

	looks := b.dial()
	b.await(phaseProxy)
	require.NoError(t, looks.Close())
	b.until("the connection is gone", func() bool { return b.Open() <= 1 })
	require.Equal(t, int64(4), b.Unproven(), "a balancer may look whether somebody listens")
}

func TestOnlyBalancers(t *testing.T) {
	b := serve(t, Config{Handler: tells, Balancer: func(peer net.Addr) bool {
		require.True(t, peer.(*net.TCPAddr).IP.IsLoopback())
		return false
	}})
	b.dial().closed()
	require.Equal(t, int64(1), b.Unproven())
	require.Zero(t, b.Open())
}

// TestHeaderOff holds that a server without balancers believes no header.
func TestHeaderOff(t *testing.T) {
	for _, header := range []string{introduction("vpce-1a2b"), "PROXY TCP4 203.0.113.7 10.0.0.1 4711 443\r\n"} {
		c := serve(t, Config{Handler: tells}).dial()
		c.send(header + "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		resp, _ := c.answer("")
		require.Equal(t, http.StatusBadRequest, resp.StatusCode)
	}
}

func TestSlowHeader(t *testing.T) {
	b := serve(t, Config{Handler: tells, Balancer: local, Limits: Limits{HeadTime: 10 * time.Second}})
	for _, part := range []string{"", introduction("vpce-1a2b")[:20], "PROXY TCP4 203.0.113.7 "} {
		c := b.dial()
		b.await(phaseProxy)
		c.send(part)
		b.pass(9 * time.Second)
		b.await(phaseProxy)
		b.pass(time.Second)
		c.closed()
		b.until("the connection is gone", func() bool { return b.Open() == 0 })
	}
	require.Equal(t, int64(3), b.Unproven())
}

// TestHeaderWhileDraining holds that a connection whose header does not come keeps nobody from ending.
func TestHeaderWhileDraining(t *testing.T) {
	b := serve(t, Config{Handler: tells, Balancer: local})
	c := b.dial()
	b.await(phaseProxy)
	done := make(chan error, 1)
	go func() { done <- b.Shutdown(context.Background()) }()
	b.until("draining", b.draining.Load)
	b.pass(DefaultLimits().DrainIdle)
	require.NoError(t, <-done)
	c.closed()
}

// balancer is a client's connection whose server hears of the client by a header.
func balancer(addr string) (net.Conn, error) {
	nc, err := net.Dial("tcp", addr)
	if err == nil {
		_, err = io.WriteString(nc, introduction("vpce-1a2b"))
	}
	return nc, err
}

// certificate is one that nobody has to trust.
func certificate() tls.Certificate {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	return s.TLS.Certificates[0]
}

// TestIntroducedProtocols asks over everything that a connection can go on with.
func TestIntroducedProtocols(t *testing.T) {
	two := h2.New(h2.Config{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header, _ := r.Context().Value(proxyproto.Key{}).(*proxyproto.Header)
		_, _ = io.WriteString(w, r.RemoteAddr+" "+header.VPCEndpoint)
	})})
	t.Cleanup(func() { require.NoError(t, two.Close()) })
	s := New(Config{Handler: tells, Balancer: local, HTTP2: two.ServeConn})
	ended := make(chan error, 2)
	listen := func(cfg *tls.Config) string {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		go func() { ended <- s.Serve(ln, cfg) }()
		return ln.Addr().String()
	}
	plain, secure := listen(nil), listen(&tls.Config{Certificates: []tls.Certificate{certificate()}, NextProtos: []string{"h2", "http/1.1"}})
	for _, c := range []struct {
		url   string
		setup func(*http.Protocols)
		want  int
	}{
		{"http://" + plain, func(p *http.Protocols) { p.SetHTTP1(true) }, 1},
		{"http://" + plain, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }, 2},
		{"https://" + secure, func(p *http.Protocols) { p.SetHTTP1(true) }, 1},
		{"https://" + secure, func(p *http.Protocols) { p.SetHTTP2(true) }, 2},
	} {
		transport := &http.Transport{
			Protocols: new(http.Protocols), TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
			DialContext: func(_ context.Context, _, addr string) (net.Conn, error) { return balancer(addr) },
		}
		c.setup(transport.Protocols)
		client := &http.Client{Transport: transport, Timeout: 20 * time.Second}
		for range 2 {
			resp, err := client.Get(c.url)
			require.NoError(t, err)
			text, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, "203.0.113.7:4711 vpce-1a2b", string(text), c.url)
			require.Equal(t, c.want, resp.ProtoMajor)
		}
		client.CloseIdleConnections()
	}
	require.NoError(t, s.Close())
	for range 2 {
		require.ErrorIs(t, <-ended, ErrClosed)
	}
}
