package server

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"

	gw "github.com/gatewright/gatewright/runtime"
)

// certificates is the TLS configuration of the listeners; it can be read again while connections are served.
type certificates struct {
	cert, key, clientCA string
	domains             []gw.Domain
	guard               func(domain string, base *tls.Config) *tls.Config
	current             atomic.Pointer[configurations]
}

// configurations are what is in force: one for each domain with a certificate, and one for all other names.
type configurations struct {
	byName map[string]*tls.Config // wildcards with their star
	others *tls.Config            // nil: other names are refused
}

// secure reports whether there is any certificate.
func secure(s *settings, domains []gw.Domain) bool {
	if s.tlsCert != "" {
		return true
	}
	for i := range domains {
		if domains[i].CertFile != "" {
			return true
		}
	}
	return false
}

// load reads the files and puts what they hold in force, or changes nothing.
func (c *certificates) load() error {
	next := &configurations{byName: make(map[string]*tls.Config, len(c.domains))}
	base, err := c.base()
	if err != nil {
		return err
	}
	if c.cert != "" {
		pair, err := tls.LoadX509KeyPair(c.cert, c.key)
		if err != nil {
			return fmt.Errorf("--tls-cert, --tls-key: %w", err)
		}
		base.Certificates = []tls.Certificate{pair}
		next.others = base
	}
	for i := range c.domains {
		d := &c.domains[i]
		own := base.Clone()
		if d.CertFile != "" {
			pair, err := tls.LoadX509KeyPair(d.CertFile, d.KeyFile)
			if err != nil {
				return fmt.Errorf("domain %q: %w", d.Name, err)
			}
			own.Certificates = []tls.Certificate{pair}
		}
		if len(own.Certificates) == 0 {
			continue // served in clear text, or as other names are
		}
		if d.TLS13 {
			own.MinVersion = tls.VersionTLS13
		}
		next.byName[d.Name] = c.guard(d.Name, own)
	}
	c.current.Store(next)
	return nil
}

// base is what all configurations have.
func (c *certificates) base() (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	if c.clientCA != "" {
		pool, err := readPool(c.clientCA)
		if err != nil {
			return nil, fmt.Errorf("--client-ca: %w", err)
		}
		cfg.ClientCAs, cfg.ClientAuth = pool, tls.RequireAndVerifyClientCert
	}
	return cfg, nil
}

// config is what listeners hold: each handshake takes what is in force then. A session of the configuration before
// cannot be resumed, so that a client whose authority was withdrawn is asked again.
func (c *certificates) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			cfg := c.current.Load().find(hello.ServerName)
			if cfg == nil {
				return nil, fmt.Errorf("no certificate for %q", hello.ServerName)
			}
			if cfg.GetConfigForClient != nil {
				return cfg.GetConfigForClient(hello)
			}
			return cfg, nil
		},
	}
}

// find is the configuration for the name that a client asks for; nil: there is none.
func (c *configurations) find(name string) *tls.Config {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if cfg := c.byName[name]; cfg != nil {
		return cfg
	}
	if dot := strings.IndexByte(name, '.'); dot > 0 {
		if cfg := c.byName["*"+name[dot:]]; cfg != nil {
			return cfg
		}
	}
	return c.others
}

func (c *certificates) files() []string {
	var files []string
	add := func(paths ...string) {
		for _, path := range paths {
			if path != "" {
				files = append(files, path)
			}
		}
	}
	add(c.cert, c.key, c.clientCA)
	for i := range c.domains {
		add(c.domains[i].CertFile, c.domains[i].KeyFile)
	}
	return files
}

func readPool(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New(path + " holds no certificate in PEM form")
	}
	return pool, nil
}
