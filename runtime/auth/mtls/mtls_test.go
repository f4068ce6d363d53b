package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// certificate is p's, read.
func (p *party) certificate() *x509.Certificate {
	block, _ := pem.Decode([]byte(p.pem()))
	cert, err := x509.ParseCertificate(block.Bytes)
	require.NoError(p.t, err)
	return cert
}

func TestChains(t *testing.T) {
	top := root(t, "root")
	middle := top.authority("middle")
	low := middle.authority("low")
	lowest := low.authority("lowest")
	d := serve(t, top.pem()+middle.pem())
	selfSigned := newParty(t, "/CN=self", ec)
	selfSigned.sign(selfSigned, "client", "-selfsign")
	kind := func(kind string, key []string, args ...string) *tls.Certificate {
		q := newParty(t, "/O=Test/CN=client", key)
		middle.sign(q, kind, args...)
		return q.pair()
	}
	imposter := root(t, "root").client()
	for _, c := range []struct {
		name string
		cert *tls.Certificate
		why  string // empty: let in
	}{
		{"of the root", top.client().pair(), ""},
		{"of an intermediate in the truststore", middle.client().pair(), ""},
		{"of an intermediate that is presented", low.client().pair(low), ""},
		{"with its root", top.client().pair(top), ""},
		{"RSA of 2048 bits", kind("client", rsa2048), ""},
		{"any use", kind("plain", ec), ""},
		{"none", nil, ""},
		{"an intermediate is missing", low.client().pair(), "unknown authority"},
		{"depth 5", lowest.client().pair(lowest, low), "at most 4"},
		{"5 presented", top.client().pair(top, top, top, top), "at most 4"},
		{"expired", top.client("-startdate", "20200101000000Z", "-enddate", "20210101000000Z").pair(), "expired"},
		{"not yet valid", top.client("-startdate", "20900101000000Z", "-enddate", "20910101000000Z").pair(), "not yet valid"},
		{"self-signed", selfSigned.pair(), "unknown authority"},
		{"wrong root of the same name", imposter.pair(imposter.issuer), "unknown authority"},
		{"for servers only", kind("server", ec), "incompatible key usage"},
		{"RSA of 1024 bits", kind("client", rsa1024), "at least 2048 bits"},
		{"P-521", kind("client", ec521), "P-256 and P-384"},
		{"Ed25519", kind("client", ed25519), "RSA or ECDSA"},
		{"SHA-1", kind("client", ec, "-md", "sha1"), "insecure algorithm"},
	} {
		t.Run(c.name, func(t *testing.T) {
			switch {
			case c.cert == nil:
				d.both(nil, http.StatusForbidden, forbidden)
			case c.why == "":
				d.both(c.cert, http.StatusOK, subject)
			default:
				d.both(c.cert, http.StatusForbidden, forbidden)
				require.ErrorContains(t, d.judge(c.cert).err, c.why)
			}
		})
	}
}

// judge is what the truststore finds for what cert has a client present.
func (d *domain) judge(cert *tls.Certificate) *verdict {
	var presented []*x509.Certificate
	for _, der := range cert.Certificate {
		parsed, err := x509.ParseCertificate(der)
		require.NoError(d.t, err)
		presented = append(presented, parsed)
	}
	return d.current.Load().verdict(presented, d.core.Now())
}

func TestClearTextIsRefused(t *testing.T) {
	d, core := build(t, root(t, "root").pem())
	require.NoError(t, core.Start(d.Check))
	recorder := newRecorder()
	core.ServeHTTP(recorder, recorder.request)
	require.Equal(t, http.StatusForbidden, recorder.Code)
}

func TestConfigurations(t *testing.T) {
	d, core := build(t, root(t, "root").pem())
	require.NoError(t, core.Start(d.Check))
	chosen := &tls.Config{ServerName: "chosen", MinVersion: tls.VersionTLS10}
	var refuse error
	base := &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if hello.ServerName == "" {
			return nil, refuse
		}
		return chosen, refuse
	}}
	of := func(name string) *tls.Config {
		t.Helper()
		got, err := d.TLS(base).GetConfigForClient(&tls.ClientHelloInfo{ServerName: name})
		require.NoError(t, err)
		require.Equal(t, tls.RequestClientCert, got.ClientAuth)
		require.Equal(t, uint16(tls.VersionTLS12), got.MinVersion)
		require.True(t, got.SessionTicketsDisabled)
		require.True(t, d.current.Load().roots.Equal(got.ClientCAs))
		return got
	}
	require.Equal(t, "chosen", of("x").ServerName)
	require.Empty(t, of("").ServerName)
	write(t, d.paths.Truststore, root(t, "other").pem())
	require.NoError(t, d.Reload())
	of("x")
	refuse = errNoList
	_, err := d.TLS(base).GetConfigForClient(&tls.ClientHelloInfo{})
	require.ErrorIs(t, err, errNoList)

	kept := d.TLS(chosen)
	first, _ := kept.GetConfigForClient(&tls.ClientHelloInfo{})
	again, _ := kept.GetConfigForClient(&tls.ClientHelloInfo{})
	require.Same(t, first, again, "made once")
	require.NoError(t, d.Reload())
	again, _ = kept.GetConfigForClient(&tls.ClientHelloInfo{})
	require.NotSame(t, first, again, "made again for another truststore")
}

func TestRevocation(t *testing.T) {
	top := root(t, "root")
	middle := top.authority("middle")
	good, bad, ofRoot := middle.client(), middle.client(), top.client()
	middle.revoke(bad)
	trusted := top.pem() + middle.pem()

	both := serve(t, trusted, top.list()+middle.list())
	both.both(good.pair(), http.StatusOK, subject)
	both.both(ofRoot.pair(), http.StatusOK, subject)
	both.both(bad.pair(), http.StatusForbidden, forbidden)
	require.ErrorIs(t, both.judge(bad.pair()).err, errRevoked)

	noMiddle := serve(t, trusted, top.list())
	noMiddle.both(good.pair(), http.StatusForbidden, forbidden)
	require.ErrorIs(t, noMiddle.judge(good.pair()).err, errNoList)
	require.NoError(t, noMiddle.judge(ofRoot.pair()).err)

	block, _ := pem.Decode([]byte(middle.list()))
	top.revoke(middle)
	noIssuer := serve(t, trusted, top.list(), string(block.Bytes))
	noIssuer.both(good.pair(), http.StatusForbidden, forbidden)
	require.ErrorIs(t, noIssuer.judge(good.pair()).err, errRevoked, "its issuer")
	noIssuer.both(ofRoot.pair(), http.StatusOK, subject)

	stranger := root(t, "root")
	forged := serve(t, top.pem(), stranger.list())
	forged.both(ofRoot.pair(), http.StatusForbidden, forbidden)
	require.ErrorIs(t, forged.judge(ofRoot.pair()).err, errNoList, "a list by another authority of that name")

	weak := serve(t, top.pem(), top.list("-md", "sha1"))
	require.ErrorIs(t, weak.judge(ofRoot.pair()).err, errNoList)
}

func TestOutdatedLists(t *testing.T) {
	top := root(t, "root")
	good, bad := top.client(), top.client()
	top.revoke(bad)
	d := serve(t, top.pem(), top.list())
	client := d.connect(good.pair(), false)
	status, _ := d.ask(client)
	require.Equal(t, http.StatusOK, status)
	d.late.Store(int64(31 * 24 * time.Hour))
	status, body := d.ask(client)
	require.Equal(t, http.StatusForbidden, status, "on the connection that was let in before")
	require.Equal(t, forbidden, body)
	require.ErrorIs(t, d.judge(good.pair()).err, errNoList)
	require.ErrorIs(t, d.judge(bad.pair()).err, errRevoked)
	d.late.Store(0)
	status, _ = d.ask(client)
	require.Equal(t, http.StatusOK, status, "a refusal is remembered for a short time only")
}

func TestExpiryOnAnOpenConnection(t *testing.T) {
	top := root(t, "root")
	d := serve(t, top.pem())
	client := d.connect(top.client("-days", "10").pair(), true)
	status, _ := d.ask(client)
	require.Equal(t, http.StatusOK, status)
	d.late.Store(int64(11 * 24 * time.Hour))
	status, _ = d.ask(client)
	require.Equal(t, http.StatusForbidden, status)
}

func TestReload(t *testing.T) {
	a, b := root(t, "a"), root(t, "b")
	ofA, ofB := a.client(), b.client()
	d := serve(t, a.pem())
	clientA, clientB := d.connect(ofA.pair(), false), d.connect(ofB.pair(), true)
	expect := func(wantA, wantB int) {
		t.Helper()
		gotA, _ := d.ask(clientA)
		gotB, _ := d.ask(clientB)
		require.Equal(t, []int{wantA, wantB}, []int{gotA, gotB})
	}
	look := func(wantNews, good bool) {
		t.Helper()
		news, err := d.look()
		require.Equal(t, wantNews, news)
		require.Equal(t, good, err == nil, "%v", err)
	}
	expect(200, 403)
	write(t, d.paths.Truststore, b.pem())
	look(true, true)
	expect(403, 200)
	write(t, d.paths.Truststore, "half a file")
	look(true, false)
	look(false, false)
	expect(403, 200)
	require.Error(t, d.Reload())
	require.NoError(t, os.Remove(d.paths.Truststore))
	look(true, false)
	expect(403, 200)
	write(t, d.paths.Truststore, a.pem()+b.pem())
	look(true, true)
	expect(200, 200)
	look(false, true)
	require.Equal(t, int64(4), d.Failures())
}

func TestReloadWhileClientsConnect(t *testing.T) {
	top := root(t, "root")
	steady, revoked := top.client(), top.client()
	d := serve(t, top.pem(), top.list())
	stop := make(chan struct{})
	var clients sync.WaitGroup
	pair := steady.pair()
	for _, http2 := range []bool{false, true} {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				client := d.connect(pair, http2)
				resp, err := client.Get(d.url)
				if err != nil || resp.StatusCode != http.StatusOK {
					t.Errorf("a client that stays trusted was refused: %v %v", resp, err)
					return
				}
				_ = resp.Body.Close()
				client.CloseIdleConnections()
			}
		})
	}
	for range 20 {
		require.NoError(t, d.Reload())
	}
	d.both(revoked.pair(), http.StatusOK, subject)
	top.revoke(revoked)
	write(t, d.paths.CRLs[0], top.list())
	_, err := d.look()
	require.NoError(t, err)
	d.both(revoked.pair(), http.StatusForbidden, forbidden)
	close(stop)
	clients.Wait()
}

func TestStartErrors(t *testing.T) {
	top := root(t, "root")
	weak := newParty(t, "/CN=weak", rsa1024)
	weak.sign(weak, "authority", "-selfsign")
	old := root(t, "old", "-md", "sha1")
	key, err := os.ReadFile(top.path("key.pem"))
	require.NoError(t, err)
	for _, c := range []struct {
		want, truststore string
		lists            []string
	}{
		{"no root certificate", "", nil},
		{"no root certificate", top.authority("middle").pem(), nil},
		{`block of type "PRIVATE KEY"`, top.pem() + string(key), nil},
		{"at least 2048 bits", weak.pem(), nil},
		{"SHA-256 or stronger", old.pem(), nil},
		{"malformed", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", nil},
		{"holds no revocation list", top.pem(), []string{""}},
		{`block of type "CERTIFICATE"`, top.pem(), []string{top.pem()}},
		{"malformed tbs crl", top.pem(), []string{"0\x00"}},
		{"too large", top.pem() + strings.Repeat("\n", maxTruststore), nil},
	} {
		d, core := build(t, c.truststore, c.lists...)
		err := core.Start(d.Check)
		require.ErrorContains(t, err, c.want)
		require.ErrorContains(t, err, "api.example.com")
		require.NotContains(t, err.Error(), "BEGIN")
		require.Error(t, d.judge(top.client().pair()).err, "nobody is let in")
	}
}

func TestFacts(t *testing.T) {
	top := root(t, "root")
	for _, name := range []string{
		"/C=US/ST=Washington/L=Seattle/O=Amazon Web Services/OU=Security/CN=My Client",
		`/O=a, b \+ c; "d" <e>\\f/CN=#hash `,
		"/CN= leading/emailAddress=a@example.com/UID=u1",
		"/DC=com/DC=example/CN=Jürgen",
		"/O=Test/CN=one+UID=two",
	} {
		q := newParty(t, name, ec)
		top.sign(q, "client", "-startdate", "20190528123002Z", "-enddate", "20400805002821Z")
		facts := Describe(q.certificate())
		want := openssl(t, "x509", "-in", q.path("cert.pem"), "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb,utf8")
		require.Equal(t, strings.TrimSuffix(strings.TrimPrefix(want, "subject="), "\n"), facts.SubjectDN)
		require.Equal(t, "CN=root,O=Test", facts.IssuerDN)
		require.Equal(t, "May 28 12:30:02 2019 GMT", facts.NotBefore)
		require.Equal(t, "Aug  5 00:28:21 2040 GMT", facts.NotAfter)
		require.Equal(t, q.certificate().SerialNumber.String(), facts.SerialNumber)
		require.Equal(t, q.pem(), facts.PEM)
	}
	require.Equal(t, "1", serialNumber(big.NewInt(1)))
	require.Equal(t, strings.TrimSuffix(strings.Repeat("a1:", 16), ":"),
		serialNumber(new(big.Int).SetBytes([]byte(strings.Repeat("\xa1", 16)))))
}
