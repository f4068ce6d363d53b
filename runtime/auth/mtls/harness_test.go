package mtls

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/front/fast"
	"github.com/gatewright/gatewright/runtime/front/h2"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1")) // one for each process
}

// domain is a gateway that serves a domain with mutual TLS over both protocols.
type domain struct {
	*Truststore
	t     *testing.T
	url   string
	core  *gw.Core
	late  atomic.Int64 // how much the clock is ahead
	paths Config
}

// write replaces a file in one step, as operators do.
func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path+".new", []byte(text), 0o600))
	require.NoError(t, os.Rename(path+".new", path))
}

// build is a domain that is not started; lists are the texts of its revocation lists.
func build(t *testing.T, truststore string, lists ...string) (*domain, *gw.Core) {
	t.Helper()
	dir := t.TempDir()
	cfg := Config{Name: "api.example.com", Truststore: filepath.Join(dir, "truststore.pem")}
	write(t, cfg.Truststore, truststore)
	for i, text := range lists {
		path := filepath.Join(dir, string(rune('a'+i))+".crl")
		write(t, path, text)
		cfg.CRLs = append(cfg.CRLs, path)
	}
	d := &domain{t: t, paths: cfg}
	core := gw.NewCore(&gw.API{Title: "test", Domains: []gw.Domain{{Name: "api.example.com", Mappings: []gw.Mapping{{}}}}}, gw.WithLogger(slog.New(slog.DiscardHandler)),
		gw.WithClock(func() time.Time { return time.Now().Add(time.Duration(d.late.Load())) }))
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	d.core, d.Truststore = core, New(core, cfg)
	return d, core
}

// serve is a domain that serves: its answers have the subject of the certificate that let the request in.
func serve(t *testing.T, truststore string, lists ...string) *domain {
	t.Helper()
	d, core := build(t, truststore, lists...)
	require.NoError(t, core.Start(func(c *gw.Ctx) gw.Fault {
		if f := d.Check(c); f != gw.OK {
			return f
		}
		c.RequestCtx().SetBodyString(c.ClientCertificate().SubjectDN)
		return gw.OK
	}))
	http2 := h2.New(h2.Config{Handler: core})
	front := fast.New(fast.Config{Handler: core.Handle, Refuse: core.Refuse, HTTP2: http2.ServeConn})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	d.url = "https://" + ln.Addr().String()
	server := root(t, "server")
	done := make(chan error, 1)
	base := &tls.Config{Certificates: []tls.Certificate{*server.pair()}, NextProtos: []string{"h2", "http/1.1"}}
	go func() { done <- front.Serve(ln, d.TLS(base)) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(t, http2.Close())
		_ = front.Shutdown(ctx) // clients may still have idle connections
		require.ErrorIs(t, <-done, fast.ErrClosed)
	})
	return d
}

// look has the files looked at, as a server does.
func (d *domain) look() (news bool, err error) { return d.core.HotFiles()[0].Look() }

// connect is a client of the domain; nil: without a certificate.
func (d *domain) connect(cert *tls.Certificate, http2 bool) *http.Client {
	secure := &tls.Config{InsecureSkipVerify: true, ClientSessionCache: tls.NewLRUClientSessionCache(0)} // the server is not what is tested
	if cert != nil {
		secure.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetHTTP2(http2)
	transport := &http.Transport{TLSClientConfig: secure, Protocols: protocols}
	d.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 20 * time.Second}
}

// ask is the status and the body of one answer.
func (d *domain) ask(client *http.Client) (int, string) {
	d.t.Helper()
	resp, err := client.Get(d.url)
	require.NoError(d.t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(d.t, err)
	require.NoError(d.t, resp.Body.Close())
	return resp.StatusCode, string(body)
}

// both asks over both protocols with new connections.
func (d *domain) both(cert *tls.Certificate, status int, body string) {
	d.t.Helper()
	for _, http2 := range []bool{false, true} {
		client := d.connect(cert, http2)
		gotStatus, gotBody := d.ask(client)
		client.CloseIdleConnections()
		require.Equal(d.t, status, gotStatus, "HTTP/2: %v, body %s", http2, gotBody)
		require.Equal(d.t, body, gotBody)
	}
}

const (
	forbidden = `{"message":"Forbidden"}`
	subject   = "CN=client,O=Test"
)
