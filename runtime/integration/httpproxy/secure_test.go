package httpproxy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

// identity is a certificate that signs itself, as files.
type identity struct {
	cert, key string
	pair      tls.Certificate
	leaf      *x509.Certificate
}

func newIdentity(t *testing.T, name string, until time.Time) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Unix(0, 0), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	if !strings.HasPrefix(name, "ip") {
		template.IPAddresses = nil
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	id := identity{cert: filepath.Join(t.TempDir(), "cert.pem"), key: filepath.Join(t.TempDir(), "key.pem")}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	require.NoError(t, os.WriteFile(id.cert, certPEM, 0o600))
	require.NoError(t, os.WriteFile(id.key, keyPEM, 0o600))
	id.pair, err = tls.X509KeyPair(certPEM, keyPEM)
	require.NoError(t, err)
	id.leaf, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return id
}

// secureBackend answers with what it knows of the connection.
func secureBackend(t *testing.T, id identity, clients *x509.CertPool) (url string, resumed *atomic.Int32) {
	t.Helper()
	resumed = new(atomic.Int32)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS.DidResume {
			resumed.Add(1)
		}
		w.Header().Set("X-Name", r.TLS.ServerName)
		if len(r.TLS.PeerCertificates) > 0 {
			w.Header().Set("X-Client", r.TLS.PeerCertificates[0].Subject.CommonName)
		}
		n, _ := io.Copy(io.Discard, r.Body) // the client is told how much came
		w.Header().Set("X-Length", http.StatusText(int(n)))
		_, _ = w.Write(make([]byte, 100_000))
	}))
	server.Config.ErrorLog = discard
	server.TLS = &tls.Config{Certificates: []tls.Certificate{id.pair}}
	if clients != nil {
		server.TLS.ClientAuth, server.TLS.ClientCAs = tls.RequireAndVerifyClientCert, clients
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, resumed
}

func TestSecureTargets(t *testing.T) {
	ip, named := newIdentity(t, "ip", time.Now().Add(time.Hour)), newIdentity(t, "backend.test", time.Now().Add(time.Hour))
	old, client := newIdentity(t, "ip", time.Unix(1, 0)), newIdentity(t, "client", time.Now().Add(time.Hour))
	clients := x509.NewCertPool()
	clients.AddCert(client.leaf)
	for _, c := range []struct {
		name   string
		id     identity
		pool   *x509.CertPool
		tls    TLS
		status int
		header [2]string
	}{
		{"trusted", ip, nil, TLS{CAFile: ip.cert}, 200, [2]string{}},
		{"untrusted", ip, nil, TLS{}, 504, [2]string{}},
		{"wrong name", named, nil, TLS{CAFile: named.cert}, 504, [2]string{}},
		{"server name", named, nil, TLS{CAFile: named.cert, ServerName: "backend.test"}, 200, [2]string{"X-Name", "backend.test"}},
		{"insecure", ip, nil, TLS{InsecureSkipVerify: true}, 200, [2]string{}},
		{"insecure, wrong name", named, nil, TLS{InsecureSkipVerify: true}, 504, [2]string{}},
		{"insecure, expired", old, nil, TLS{InsecureSkipVerify: true}, 504, [2]string{}},
		{"client certificate", ip, clients, TLS{CAFile: ip.cert, CertFile: client.cert, KeyFile: client.key}, 200, [2]string{"X-Client", "client"}},
		{"no client certificate", ip, clients, TLS{CAFile: ip.cert}, 504, [2]string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, _ := secureBackend(t, c.id, c.pool)
			cfg := to(url)
			cfg.TLS = c.tls
			g := start(t, gw.REST, cfg, proxy)
			got := g.ask(t, "GET", "/", "")
			require.Equal(t, c.status, got.status)
			if c.status == 200 {
				require.Len(t, got.body, 100_000)
			} else {
				require.Equal(t, bodyFailure, got.body)
			}
			if c.header[0] != "" {
				require.Equal(t, c.header[1], got.header.Get(c.header[0]))
			}
		})
	}
}

func TestSecureReuse(t *testing.T) {
	id := newIdentity(t, "ip", time.Now().Add(time.Hour))
	url, resumed := secureBackend(t, id, nil)
	cfg := to(url)
	cfg.TLS.CAFile = id.cert
	g := start(t, gw.REST, cfg, proxy)
	pool := g.up.set.Load().targets[0].pool
	for _, size := range []int{0, 10, 200_000, 10} {
		require.Equal(t, 200, g.ask(t, "POST", "/", strings.Repeat("x", size)).status)
		require.Equal(t, 1, pool.Open())
	}
	require.Zero(t, resumed.Load())
	pool.Sweep(time.Now().Add(time.Hour))
	require.Equal(t, 200, g.ask(t, "GET", "/", "").status)
	require.Equal(t, int32(1), resumed.Load(), "a new connection resumes the session")
}
