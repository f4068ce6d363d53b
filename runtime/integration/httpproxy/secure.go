package httpproxy

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"
)

// secureConfig reads the files that t names.
func secureConfig(t TLS, now func() time.Time) (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName, NextProtos: []string{"http/1.1"}, Time: now}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("tls.caFile: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls.caFile: %s holds no certificate", t.CAFile)
		}
	}
	if t.CertFile != "" || t.KeyFile != "" {
		cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("tls.certFile and tls.keyFile: %w", err)
		}
		cfg.Certificates = []tls.Certificate{cert}
	}
	cfg.InsecureSkipVerify = t.InsecureSkipVerify
	return cfg, nil
}

// secureFor is cfg for the host name. Where the issuer is not to be checked, what is left of the check is done here.
func secureFor(cfg *tls.Config, name string) *tls.Config {
	cfg = cfg.Clone()
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
