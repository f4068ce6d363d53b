package httpproxy

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
)

// lookEvery is how often the files of TLS are looked at, before a handshake: a change is in force within 5 seconds
// (decisions.md, Command).
const lookEvery = 2 * time.Second

// secrets is what https targets are spoken to with: what the files of TLS settings hold. Files that have changed are read
// again before the next handshake; as long as they cannot be used, what they held before stays.
type secrets struct {
	core  *gw.Core
	owner string // who is to be told of in the log
	files TLS

	mu      sync.Mutex
	looked  time.Time
	seen    [sha256.Size]byte // of what was read last
	current *tls.Config
}

// newSecrets reads the files for the first time.
func newSecrets(core *gw.Core, owner string, files TLS) (*secrets, error) {
	s := &secrets{core: core, owner: owner, files: files, looked: core.Now()}
	text := readFiles(files)
	s.seen = text.sum()
	var err error
	s.current, err = text.config(files, core.Now)
	return s, err
}

// config is what a handshake is made with now. Another one is returned only when files have changed.
func (s *secrets) config() *tls.Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.core.Now(); now.Sub(s.looked) >= lookEvery {
		s.looked = now
		s.look()
	}
	return s.current
}

// look reads the files again; the lock is held.
func (s *secrets) look() {
	text := readFiles(s.files)
	sum := text.sum()
	if sum == s.seen {
		return
	}
	s.seen = sum
	next, err := text.config(s.files, s.core.Now)
	if err != nil {
		s.core.Logger().Error("files not taken; what was in force stays", "upstream", s.owner, "error", err)
		return
	}
	s.current = next
	s.core.Logger().Info("new files are in force", "upstream", s.owner)
}

// fileTexts is what the files of TLS settings hold.
type fileTexts struct {
	ca, cert, key []byte
	err           error
}

func readFiles(t TLS) (text fileTexts) {
	read := func(what, path string) []byte {
		if path == "" || text.err != nil {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			text.err = fmt.Errorf("%s: %w", what, err)
		}
		return b
	}
	text.ca = read("caFile", t.CAFile)
	text.cert, text.key = read("certFile", t.CertFile), read("keyFile", t.KeyFile)
	return text
}

// sum tells texts apart without keeping a key.
func (f *fileTexts) sum() (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, text := range [][]byte{f.ca, f.cert, f.key, fmt.Append(nil, f.err)} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(text))))
		h.Write(text)
	}
	h.Sum(sum[:0])
	return sum
}

// config is the TLS configuration that the texts make.
func (f *fileTexts) config(t TLS, now func() time.Time) (*tls.Config, error) {
	if f.err != nil {
		return nil, f.err
	}
	cfg := &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: t.ServerName, NextProtos: []string{"http/1.1"}, Time: now,
		InsecureSkipVerify: t.InsecureSkipVerify,
	}
	if t.CAFile != "" {
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(f.ca) {
			return nil, fmt.Errorf("caFile: %s holds no certificate", t.CAFile)
		}
	}
	if t.CertFile != "" || t.KeyFile != "" {
		cert, err := tls.X509KeyPair(f.cert, f.key)
		if err != nil {
			return nil, fmt.Errorf("certFile and keyFile: %w", err)
		}
		cfg.Certificates = []tls.Certificate{cert}
	}
	return cfg, nil
}

// handshakes is how the connections of one pool shake hands with the host name.
type handshakes struct {
	secrets *secrets
	host    string

	mu   sync.Mutex
	from *tls.Config
	made *tls.Config
}

// config is what the next connection shakes hands with. A session that was agreed on with other files is not resumed: the
// backend would go on seeing the certificate of then.
func (h *handshakes) config() *tls.Config {
	from := h.secrets.config()
	h.mu.Lock()
	defer h.mu.Unlock()
	if from != h.from {
		h.from, h.made = from, secureFor(from, h.host)
	}
	return h.made
}

// secureFor is cfg for the host name, with sessions of its own. Where the issuer is not to be checked, what is left of the
// check is done here.
func secureFor(cfg *tls.Config, name string) *tls.Config {
	cfg = cfg.Clone()
	cfg.ClientSessionCache = tls.NewLRUClientSessionCache(64)
	if cfg.ServerName == "" {
		cfg.ServerName = name
	}
	if cfg.InsecureSkipVerify {
		cfg.VerifyConnection = func(state tls.ConnectionState) error {
			return verifyLeaf(state.PeerCertificates, cfg.ServerName, cfg.Time())
		}
	}
	return cfg
}

var errCertificate = errors.New("the certificate is not valid at this time")

// verifyLeaf checks a certificate's dates and name, not who issued it.
func verifyLeaf(chain []*x509.Certificate, name string, now time.Time) error {
	if len(chain) == 0 {
		return errors.New("no certificate")
	}
	leaf := chain[0]
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return errCertificate
	}
	return leaf.VerifyHostname(name)
}
