package transcripts

import (
	"bytes"
	"context"
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
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen"
)

const mutualDocument = `
openapi: 3.0.3
info: {title: Mutual, version: "1"}
x-gateway-stages: {prod: {}}
x-gateway-domains:
  partners.example.com:
    tls: {certFile: gateway.pem, keyFile: gateway.key}
    mutualTls: {truststore: partners.pem, crl: partners.crl}
    mappings: {"(none)": {stage: prod}}
  www.example.com:
    tls: {certFile: gateway.pem, keyFile: gateway.key}
    mappings: {"(none)": {stage: prod}}
components: {securitySchemes: {client: {type: mutualTLS}}}
paths:
  /who:
    get:
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses:
          default: {statusCode: 200, responseTemplates: {application/json: '$context.identity.clientCert.subjectDN|$context.identity.clientCert.issuerDN|$context.identity.clientCert.serialNumber'}}
  /guarded:
    get:
      security: [{client: []}]
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses: {default: {statusCode: 200}}
`

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return authority{cert, key}
}

func (a authority) issue(t *testing.T, name string, serial int64) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"*.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}, a.cert, key.Public(), a.key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestMutualTLS asks a gateway with two domains, of which one wants certificates, over both protocols.
func TestMutualTLS(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a gateway")
	}
	dir := t.TempDir()
	partners, strangers := newAuthority(t, "Partners"), newAuthority(t, "Strangers")
	list, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Minute), NextUpdate: time.Now().Add(time.Hour),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(66), RevocationTime: time.Now().Add(-time.Minute)}},
	}, partners.cert, partners.key)
	require.NoError(t, err)
	server := strangers.issue(t, "gateway", 7)
	key, err := x509.MarshalPKCS8PrivateKey(server.PrivateKey)
	require.NoError(t, err)
	write := func(name, kind string, der []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	}
	write("gateway.pem", "CERTIFICATE", server.Certificate[0])
	write("gateway.key", "PRIVATE KEY", key)
	write("partners.pem", "CERTIFICATE", partners.cert.Raw)
	write("partners.crl", "X509 CRL", list)
	document := filepath.Join(dir, "mutual.yaml")
	require.NoError(t, os.WriteFile(document, []byte(mutualDocument), 0o600))
	built, err := buildFleet(t.TempDir(), map[string]gen.Options{"mutual": {Document: document}})
	require.NoError(t, err)
	g := built.start(t, "mutual", nil)
	defer g.Kill()

	good, revoked, stranger := partners.issue(t, "alice", 5), partners.issue(t, "mallory", 66), strangers.issue(t, "eve", 5)
	const partnersHost, openHost = "partners.example.com", "www.example.com"
	forbidden := `403 {"message":"Forbidden"}`
	for _, c := range []struct {
		name      string
		sni, host string
		path      string
		cert      *tls.Certificate
		want      string
	}{
		{"a partner", partnersHost, partnersHost, "/who", &good, "200 CN=alice|CN=Partners|5"},
		{"nobody", partnersHost, partnersHost, "/who", nil, forbidden},
		{"a stranger", partnersHost, partnersHost, "/who", &stranger, forbidden},
		{"a revoked certificate", partnersHost, partnersHost, "/who", &revoked, forbidden},
		{"a connection for another domain", openHost, partnersHost, "/who", &good, `421 {"message":"Misdirected Request"}`},
		{"an open domain", openHost, openHost, "/who", &good, "200 ||"},
		{"an operation that wants a certificate", partnersHost, partnersHost, "/guarded", &good, "200 "},
		{"the same by the open domain", openHost, openHost, "/guarded", &good, forbidden},
	} {
		for _, http2 := range []bool{false, true} {
			status, body := ask(t, g.Listen, c.sni, c.host, c.path, c.cert, http2)
			require.Equal(t, c.want, status+" "+body, "%s, HTTP/2: %v", c.name, http2)
		}
	}
	_, err = tls.Dial("tcp", g.Listen, &tls.Config{ServerName: "other.example.com", InsecureSkipVerify: true})
	require.Error(t, err, "a name without a certificate")
}

// ask sends one request over a connection of its own.
func ask(t *testing.T, address, sni, host, path string, cert *tls.Certificate, http2 bool) (status, body string) {
	t.Helper()
	secure := &tls.Config{ServerName: sni, InsecureSkipVerify: true} // the gateway's own certificate is not what is tested
	if cert != nil {
		secure.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetHTTP2(http2)
	transport := &http.Transport{TLSClientConfig: secure, Protocols: protocols, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequest(http.MethodGet, "https://"+sni+path, nil)
	require.NoError(t, err)
	request.Host = host
	response, err := (&http.Client{Transport: transport, Timeout: patience}).Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http2, response.ProtoMajor == 2)
	return response.Status[:3], string(bytes.TrimSpace(text))
}
