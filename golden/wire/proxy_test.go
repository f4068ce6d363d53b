package wire

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
)

// private is an API behind a VPC endpoint; open is the same without one.
var (
	private = gw.API{Title: "Private", Routes: []*gw.Route{&mocked}, VPCEndpoints: []string{"vpce-1a"}}
	open    = gw.API{Title: "Open", Routes: []*gw.Route{&mocked}}
)

// telling makes a gateway for an API that tells who it takes the client for.
func telling(api *gw.API) func(...gw.Option) (*gw.Core, error) {
	return func(options ...gw.Option) (*gw.Core, error) {
		core := gw.NewCore(api, options...)
		return core, core.Start(func(c *gw.Ctx) gw.Fault {
			c.Enter(&mocked)
			return c.Respond(200).Text(fmt.Sprintf("%s %q %s", c.ClientAddr(), c.VPCEndpoint(), c.Scheme()))
		})
	}
}

// introduced is what Amazon's network balancer says of a client at 203.0.113.7 that came through a VPC endpoint.
func introduced(endpoint string) string {
	block := []byte{203, 0, 113, 7, 10, 0, 0, 1, 0x12, 0x67, 0x01, 0xbb}
	if endpoint != "" {
		block = append(append(block, 0xea, 0, byte(1+len(endpoint)), 1), endpoint...)
	}
	b := append([]byte("\r\n\r\n\x00\r\nQUIT\n\x21\x11"), 0, 0)
	binary.BigEndian.PutUint16(b[14:], uint16(len(block)))
	return string(append(b, block...))
}

// dialer makes connections.
type dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// from dials from an address of this machine's own.
func from(ip string) dialer {
	return (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}).DialContext
}

// saying dials as a balancer does that begins with header.
func saying(header string) dialer {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		nc, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err == nil {
			_, err = io.WriteString(nc, header)
		}
		return nc, err
	}
}

// fetch asks once, on a connection of its own.
func fetch(t *testing.T, url string, dial dialer, secure *tls.Config, protocol func(*http.Protocols), fields ...string) string {
	t.Helper()
	transport := &http.Transport{Protocols: new(http.Protocols), TLSClientConfig: secure, DialContext: dial}
	protocol(transport.Protocols)
	client := &http.Client{Transport: transport, Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	require.NoError(t, err)
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	resp, err := client.Do(r)
	require.NoError(t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return fmt.Sprintf("%d %d %s", resp.ProtoMajor, resp.StatusCode, text)
}

func one(p *http.Protocols)      { p.SetHTTP1(true) }
func two(p *http.Protocols)      { p.SetHTTP2(true) }
func twoClear(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }

const forbidden = `403 {"message":"Forbidden"}`

func TestProxyProtocol(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.issue("server", "server")
	r := startAs(t, telling(&private), "--proxy-protocol", "--trusted-proxies", "127.0.0.0/8", "--tls-cert", cert, "--tls-key", key, "--plain-listen", "127.0.0.1:0")
	plain, secure := "http://"+r.addrs["plain_listen"]+"/", "https://"+r.addrs["listen"]+"/"
	came := saying(introduced("vpce-1a"))
	require.Equal(t, `1 200 203.0.113.7 "vpce-1a" http`, fetch(t, plain, came, nil, one))
	require.Equal(t, `2 200 203.0.113.7 "vpce-1a" http`, fetch(t, plain, came, nil, twoClear))
	require.Equal(t, `1 200 203.0.113.7 "vpce-1a" https`, fetch(t, secure, came, a.client(), one))
	require.Equal(t, `2 200 203.0.113.7 "vpce-1a" https`, fetch(t, secure, came, a.client(), two))
	for i, protocol := range []func(*http.Protocols){one, two} {
		proto := fmt.Sprint(i+1, " ")
		require.Equal(t, proto+forbidden, fetch(t, secure, saying(introduced("vpce-2b")), a.client(), protocol), "another endpoint")
		require.Equal(t, proto+forbidden, fetch(t, secure, saying(introduced("")), a.client(), protocol, "X-Amzn-Vpce-Id", "vpce-1a"), "a client's own word")
		require.Equal(t, proto+forbidden, fetch(t, secure, saying(introduced("vpce-2b")), a.client(), protocol, "X-Amzn-Vpce-Id", "vpce-1a"), "a client's own word")
		require.Equal(t, proto+forbidden, fetch(t, secure, saying("PROXY UNKNOWN\r\n"), a.client(), protocol, "X-Amzn-Vpce-Id", "vpce-1a", "X-Forwarded-For", "10.0.0.1"), "nobody's word")
		require.Equal(t, proto+`200 198.51.100.9 "vpce-1a" https`, fetch(t, secure, saying("PROXY TCP4 127.0.0.9 127.0.0.1 4711 443\r\n"), a.client(), protocol,
			"X-Amzn-Vpce-Id", "vpce-1a", "X-Forwarded-For", "203.0.113.7, 198.51.100.9"), "a trusted proxy behind the balancer")
	}
	require.NotContains(t, talk(t, r.addrs["plain_listen"], "GET / HTTP/1.1\r\n"+host+"\r\n"), "HTTP")
	nc := tls.Client(dial(t, r.addrs["listen"]), withName(a.client()))
	require.Error(t, nc.Handshake(), "a handshake is no header")
	require.Contains(t, get(t, "http://"+r.addrs["admin_listen"]+"/metrics"), "gatewright_connections_unproven_total 2\n")
}

// TestOnlyTrustedBalancers connects from where no balancer is.
func TestOnlyTrustedBalancers(t *testing.T) {
	r := startAs(t, telling(&open), "--proxy-protocol", "--trusted-proxies", "10.0.0.0/8")
	require.Empty(t, talk(t, r.addrs["listen"], ""))
	require.Contains(t, get(t, "http://"+r.addrs["admin_listen"]+"/metrics"), "gatewright_connections_unproven_total 1\n")
}

// TestHAProxy has HAProxy tell of clients.
func TestHAProxy(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems have one address in 127.0.0.0/8 only")
	}
	haproxy, err := exec.LookPath("haproxy")
	if err != nil {
		t.Skip("haproxy is missing: apt-get install haproxy")
	}
	a := newAuthority(t)
	cert, key := a.issue("server", "server")
	r := startAs(t, telling(&open), "--proxy-protocol", "--trusted-proxies", "127.0.0.1", "--tls-cert", cert, "--tls-key", key)
	for _, send := range []string{"send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id"} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		socket, err := ln.(*net.TCPListener).File()
		require.NoError(t, err)
		config := filepath.Join(t.TempDir(), "haproxy.cfg")
		require.NoError(t, os.WriteFile(config, []byte(`
defaults
  mode tcp
  timeout connect 5s
  timeout client 20s
  timeout server 20s
frontend in
  bind fd@3
  unique-id-format %ci:%cp
  default_backend out
backend out
  server gateway `+r.addrs["listen"]+` `+send+"\n"), 0o600))
		cmd := exec.Command(haproxy, "-db", "-f", config)
		cmd.ExtraFiles = []*os.File{socket}
		var said strings.Builder
		cmd.Stdout, cmd.Stderr = &said, &said
		require.NoError(t, cmd.Start())
		for _, protocol := range []func(*http.Protocols){one, two} {
			got := fetch(t, "https://"+ln.Addr().String()+"/", from("127.0.0.2"), a.client(), protocol, "X-Forwarded-For", "203.0.113.7")
			require.Contains(t, got, ` 200 127.0.0.2 "" https`, send)
		}
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait() // it was killed
		require.NoError(t, socket.Close())
		require.NoError(t, ln.Close())
	}
	require.Contains(t, get(t, "http://"+r.addrs["admin_listen"]+"/metrics"), "gatewright_connections_unproven_total 0\n")
}
