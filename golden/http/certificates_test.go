package transcripts

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
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen"
)

const certificatesDocument = `
openapi: 3.0.3
info: {title: Certificates, version: "1"}
x-gateway-stages:
  prod: {clientCertificate: {certFile: prod.pem, keyFile: prod.key}}
  beta: {clientCertificate: {certFile: beta.pem, keyFile: beta.key}}
  test: {}
x-gateway-upstreams:
  stages: {targets: ["BACKEND"], tls: {caFile: backend.pem}}
  own: {targets: ["BACKEND"], tls: {caFile: backend.pem, certFile: own.pem, keyFile: own.key}}
paths:
  /stages:
    get:
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: "https://127.0.0.1/", connectionType: VPC_LINK, connectionId: stages}
  /own:
    get:
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: "https://127.0.0.1/", connectionType: VPC_LINK, connectionId: own}
  /mapped:
    get:
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration: {type: http, httpMethod: GET, uri: "https://127.0.0.1/", connectionType: VPC_LINK, connectionId: stages, responses: {default: {statusCode: 200}}}
`

// certify writes a certificate that signs itself, NAME.pem and NAME.key, and returns it.
func certify(t *testing.T, dir, file, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	require.NoError(t, os.WriteFile(filepath.Join(dir, file+".key"), keyPEM, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, file+".pem"), certPEM, 0o600))
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	require.NoError(t, err)
	return pair
}

// TestCertificatesOfStages has a backend ask for certificates, and tell which it saw.
func TestCertificatesOfStages(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a gateway")
	}
	dir := t.TempDir()
	backend := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := "nobody"
		if len(r.TLS.PeerCertificates) > 0 {
			name = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		_, _ = io.WriteString(w, r.Proto+" "+name)
	}))
	backend.TLS = &tls.Config{Certificates: []tls.Certificate{certify(t, dir, "backend", "backend")}, ClientAuth: tls.RequestClientCert}
	backend.StartTLS()
	defer backend.Close()
	for _, name := range []string{"prod", "beta", "own"} {
		certify(t, dir, name, name)
	}
	document := filepath.Join(dir, "openapi.yaml")
	require.NoError(t, os.WriteFile(document, []byte(strings.ReplaceAll(certificatesDocument, "BACKEND", backend.URL)), 0o644))
	gateways, err := buildFleet(dir, map[string]gen.Options{"certificates": {Document: document}})
	require.NoError(t, err)
	g := gateways.start(t, "certificates", nil)
	defer g.Kill()
	ask := func(path string) string {
		t.Helper()
		resp, err := http.Get("http://" + g.Listen + path)
		require.NoError(t, err)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return string(text)
	}
	for range 3 {
		for path, want := range map[string]string{
			"/prod/stages": "prod", "/beta/stages": "beta", "/test/stages": "nobody", "/prod/mapped": "prod", "/beta/mapped": "beta",
			"/prod/own": "own", "/beta/own": "own", "/test/own": "own",
		} {
			require.Equal(t, "HTTP/1.1 "+want, ask(path), path)
		}
	}

	backend.Config.SetKeepAlivesEnabled(false) // so that every request from here on needs a handshake
	ask("/prod/stages")
	ask("/beta/stages")
	certify(t, dir, "prod", "renewed")
	for end := time.Now().Add(patience); ask("/prod/stages") != "HTTP/1.1 renewed"; {
		require.True(t, time.Now().Before(end), "the renewed certificate is not shown: %s", g.Log())
	}
	require.Equal(t, "HTTP/1.1 beta", ask("/beta/stages"))
}
