package mtls

import (
	"crypto/tls"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// opensslConfig is what each authority signs by.
const opensslConfig = `
[ca]
default_ca = this
[this]
dir = %s
database = $dir/index.txt
serial = $dir/serial
crlnumber = $dir/crlnumber
new_certs_dir = $dir
certificate = $dir/cert.pem
private_key = $dir/key.pem
default_md = sha256
default_days = 3000
default_crl_days = 30
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = dn
prompt = no
[dn]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[client]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = clientAuth
[server]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = serverAuth
[plain]
basicConstraints = critical,CA:FALSE
`

// party is a certificate with its key, and an authority where it is asked to sign.
type party struct {
	t      testing.TB
	dir    string
	issuer *party
}

// openssl runs the tool.
func openssl(t testing.TB, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("openssl is missing")
		}
		t.Skip("openssl is missing: install it with apt-get install openssl")
	}
	out, err := exec.Command("openssl", args...).CombinedOutput()
	require.NoError(t, err, "openssl %s\n%s", strings.Join(args, " "), out)
	return string(out)
}

var (
	ec      = []string{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"}
	ec521   = []string{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"}
	rsa1024 = []string{"-newkey", "rsa:1024"}
	rsa2048 = []string{"-newkey", "rsa:2048"}
	ed25519 = []string{"-newkey", "ed25519"}
)

// newParty makes the folder and the key of a party, with a request for a certificate.
func newParty(t testing.TB, subject string, key []string) *party {
	t.Helper()
	p := &party{t: t, dir: t.TempDir()}
	for name, text := range map[string]string{
		"config": fmt.Sprintf(opensslConfig, p.dir), "index.txt": "", "serial": "1000\n", "crlnumber": "01\n",
	} {
		require.NoError(t, os.WriteFile(p.path(name), []byte(text), 0o600))
	}
	args := append([]string{"req", "-new", "-nodes", "-utf8", "-config", p.path("config"), "-subj", subject, "-multivalue-rdn"}, key...)
	openssl(t, append(args, "-keyout", p.path("key.pem"), "-out", p.path("request.pem"))...)
	return p
}

func (p *party) path(name string) string { return filepath.Join(p.dir, name) }

func (p *party) pem() string {
	p.t.Helper()
	text, err := os.ReadFile(p.path("cert.pem"))
	require.NoError(p.t, err)
	at := strings.Index(string(text), "-----BEGIN")
	return string(text)[at:]
}

// root is an authority that signed itself.
func root(t testing.TB, name string, args ...string) *party {
	t.Helper()
	p := newParty(t, "/O=Test/CN="+name, ec)
	p.sign(p, "authority", append([]string{"-selfsign"}, args...)...)
	return p
}

// sign gives the request of q a certificate.
func (p *party) sign(q *party, kind string, args ...string) {
	p.t.Helper()
	all := append([]string{"ca", "-batch", "-notext", "-preserveDN", "-config", p.path("config"), "-extensions", kind,
		"-in", q.path("request.pem"), "-out", q.path("cert.pem")}, args...)
	openssl(p.t, all...)
	q.issuer = p
}

// authority is an intermediate authority below p.
func (p *party) authority(name string) *party {
	p.t.Helper()
	q := newParty(p.t, "/O=Test/CN="+name, ec)
	p.sign(q, "authority")
	return q
}

// client is a certificate for a client below p.
func (p *party) client(args ...string) *party {
	p.t.Helper()
	q := newParty(p.t, "/O=Test/CN=client", ec)
	p.sign(q, "client", args...)
	return q
}

func (p *party) revoke(q *party) {
	p.t.Helper()
	openssl(p.t, "ca", "-config", p.path("config"), "-revoke", q.path("cert.pem"))
}

// list is p's revocation list in PEM form.
func (p *party) list(args ...string) string {
	p.t.Helper()
	openssl(p.t, append([]string{"ca", "-config", p.path("config"), "-gencrl", "-out", p.path("crl.pem")}, args...)...)
	text, err := os.ReadFile(p.path("crl.pem"))
	require.NoError(p.t, err)
	return string(text)
}

// pair is what p presents: its certificate, and those of the parties.
func (p *party) pair(with ...*party) *tls.Certificate {
	p.t.Helper()
	text := p.pem()
	for _, q := range with {
		text += q.pem()
	}
	key, err := os.ReadFile(p.path("key.pem"))
	require.NoError(p.t, err)
	pair, err := tls.X509KeyPair([]byte(text), key)
	require.NoError(p.t, err)
	return &pair
}
