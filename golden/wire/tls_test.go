package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// authority signs certificates.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	dir  string
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a.key = key
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	a.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return a
}

// issue writes a certificate and its key with the given name, replacing files whole as deployments do.
func (a *authority) issue(file, name string) (cert, key string) {
	a.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	require.NoError(a.t, err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &private.PublicKey, a.key)
	require.NoError(a.t, err)
	text, err := x509.MarshalECPrivateKey(private)
	require.NoError(a.t, err)
	cert, key = filepath.Join(a.dir, file+".pem"), filepath.Join(a.dir, file+"-key.pem")
	replace(a.t, key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: text}))
	replace(a.t, cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return cert, key
}

// file writes the authority's own certificate.
func (a *authority) file() string {
	path := filepath.Join(a.dir, "authority.pem")
	replace(a.t, path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
	return path
}

func (a *authority) client(certificates ...tls.Certificate) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{RootCAs: pool, Certificates: certificates}
}

func replace(t testing.TB, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path+".new", content, 0o600))
	require.NoError(t, os.Rename(path+".new", path))
}

// serverName shakes hands and returns the name in the certificate that the gateway shows.
func serverName(t testing.TB, addr string, config *tls.Config) string {
	t.Helper()
	nc := tls.Client(dial(t, addr), withName(config))
	require.NoError(t, nc.Handshake())
	defer nc.Close()
	return nc.ConnectionState().PeerCertificates[0].Subject.CommonName
}

func withName(config *tls.Config) *tls.Config {
	config = config.Clone()
	config.ServerName = "localhost"
	return config
}

func TestTLS(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.issue("server", "first")
	b := startBackend(t, nil)
	r := start(t, b, "--tls-cert", cert, "--tls-key", key, "--plain-listen", "127.0.0.1:0", "--https-redirect")
	_, port, err := net.SplitHostPort(r.addrs["listen"])
	require.NoError(t, err)

	t.Run("HTTP/1.1", func(t *testing.T) {
		nc := tls.Client(dial(t, r.addrs["listen"]), withName(a.client()))
		_, err := io.WriteString(nc, "GET /secret HTTP/1.1\r\n"+host+"Connection: close\r\n\r\n")
		require.NoError(t, err)
		got, err := io.ReadAll(nc)
		require.NoError(t, err)
		require.Equal(t, []string{"200"}, statuses(string(got)))
	})
	t.Run("HTTP/2", func(t *testing.T) {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: a.client(), ForceAttemptHTTP2: true}}
		defer client.CloseIdleConnections()
		resp, err := client.Post("https://"+r.addrs["listen"]+"/over2", "text/plain", strings.NewReader("body"))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 2, resp.ProtoMajor)
		require.Equal(t, 200, resp.StatusCode)
		require.Equal(t, "POST /over2", *b.last.Load())
	})
	t.Run("HTTP/2 that was not agreed on", func(t *testing.T) {
		nc := tls.Client(dial(t, r.addrs["listen"]), withName(a.client()))
		_, err := io.WriteString(nc, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
		require.NoError(t, err)
		got, err := io.ReadAll(nc)
		require.NoError(t, err)
		require.Equal(t, []string{"400"}, statuses(string(got)))
	})
	t.Run("clear text is refused", func(t *testing.T) {
		require.NotContains(t, talk(t, r.addrs["listen"], "GET / HTTP/1.1\r\n"+host+"\r\n"), "200")
	})
	t.Run("old versions are refused", func(t *testing.T) {
		old := withName(a.client())
		old.MaxVersion = tls.VersionTLS11
		require.Error(t, tls.Client(dial(t, r.addrs["listen"]), old).Handshake())
	})
	t.Run("redirect", func(t *testing.T) {
		got := talk(t, r.addrs["plain_listen"], "GET /a?b=c HTTP/1.1\r\nHost: example.org:80\r\nConnection: close\r\n\r\n")
		require.Equal(t, []string{"308"}, statuses(got))
		require.Contains(t, got, "\r\nLocation: https://example.org:"+port+"/a?b=c\r\n")
	})
	t.Run("no redirect to nowhere", func(t *testing.T) {
		got := talk(t, r.addrs["plain_listen"], "GET /a HTTP/1.1\r\nHost: ev/il\r\nConnection: close\r\n\r\n")
		require.Equal(t, []string{"400"}, statuses(got))
	})
	t.Run("a new certificate", func(t *testing.T) {
		require.Equal(t, "first", serverName(t, r.addrs["listen"], a.client()))
		a.issue("server", "second")
		r.await("reloaded")
		require.Equal(t, "second", serverName(t, r.addrs["listen"], a.client()))
	})
	t.Run("a broken certificate changes nothing", func(t *testing.T) {
		replace(t, cert, []byte("nonsense"))
		r.await("reload failed; what was in force stays")
		require.Equal(t, "second", serverName(t, r.addrs["listen"], a.client()))
	})
}

func TestClientCertificates(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	cert, key := a.issue("server", "server")
	b := startBackend(t, nil)
	r := start(t, b, "--tls-cert", cert, "--tls-key", key, "--client-ca", a.file())
	ask := func(with ...tls.Certificate) error {
		nc := tls.Client(dial(t, r.addrs["listen"]), withName(a.client(with...)))
		if _, err := io.WriteString(nc, "GET / HTTP/1.1\r\n"+host+"Connection: close\r\n\r\n"); err != nil {
			return err
		}
		got, err := io.ReadAll(nc) // TLS 1.3 tells a refused client here
		if err == nil && len(statuses(string(got))) != 1 {
			err = fmt.Errorf("answer %q", got)
		}
		return err
	}
	pair := func(from *authority) tls.Certificate {
		pair, err := tls.LoadX509KeyPair(from.issue("client", "client"))
		require.NoError(t, err)
		return pair
	}
	require.NoError(t, ask(pair(a)))
	require.Error(t, ask())
	require.Error(t, ask(pair(stranger)))
}

func TestHTTP2ClearText(t *testing.T) {
	b := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write(text)
	})
	r := start(t, b, "--max-body", "1MiB")
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	client := &http.Client{Transport: &http.Transport{Protocols: protocols}}
	defer client.CloseIdleConnections()
	base := "http://" + r.addrs["listen"]
	t.Run("a body there and back", func(t *testing.T) {
		sent := strings.Repeat("0123456789", 20000)
		resp, err := client.Post(base+"/echo", "text/plain", strings.NewReader(sent))
		require.NoError(t, err)
		got, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, sent, string(got))
		require.Equal(t, 2, resp.ProtoMajor)
	})
	t.Run("too large", func(t *testing.T) {
		before := b.begun.Load()
		resp, err := client.Post(base+"/echo", "text/plain", strings.NewReader(strings.Repeat("x", 2<<20)))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 413, resp.StatusCode)
		require.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"), "the gateway's own form")
		require.Equal(t, before, b.begun.Load())
	})
	t.Run("a huge header", func(t *testing.T) {
		req, err := http.NewRequest("GET", base+"/", nil)
		require.NoError(t, err)
		req.Header.Set("A", strings.Repeat("b", 40000))
		resp, err := client.Do(req)
		if err == nil {
			defer resp.Body.Close()
			require.Equal(t, 431, resp.StatusCode)
		}
	})
	t.Run("dot segments", func(t *testing.T) {
		before := b.begun.Load()
		resp, err := client.Get(base + "/a/..%2fb")
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 400, resp.StatusCode)
		require.Equal(t, before, b.begun.Load())
	})
	t.Run("curl", func(t *testing.T) {
		curl, err := exec.LookPath("curl")
		if err != nil {
			t.Skip("curl is missing: apt-get install curl")
		}
		out, err := exec.Command(curl, "-sS", "--http2-prior-knowledge", "-d", "hello", "-w", " %{http_version} %{http_code}", base+"/echo").CombinedOutput()
		require.NoError(t, err, string(out))
		require.Equal(t, "hello 2 200", string(out))
	})
}
