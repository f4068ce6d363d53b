package mtls

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"

	"github.com/gatewright/gatewright/runtime/auth/internal/files"
)

// Bounds of what is read.
const (
	maxTruststore = 4 << 20
	maxCRL        = 64 << 20
)

// trust is what the files held at one time. It never changes but for what it remembers of clients.
type trust struct {
	roots         *x509.CertPool
	intermediates *x509.CertPool
	revoked       revocations
	good, bad     memory
}

// emptyTrust lets nobody in.
func emptyTrust() *trust { return &trust{roots: x509.NewCertPool(), intermediates: x509.NewCertPool()} }

// readTrust reads the files that cfg names.
func readTrust(cfg Config) (*trust, error) {
	text, err := files.Read(cfg.Truststore, maxTruststore)
	if err != nil {
		return nil, fmt.Errorf("truststore: %w", err)
	}
	t, err := parseTruststore(text)
	if err != nil {
		return nil, fmt.Errorf("truststore %s: %w", cfg.Truststore, err)
	}
	for _, path := range cfg.CRLs {
		list, err := files.Read(path, maxCRL)
		if err != nil {
			return nil, fmt.Errorf("crl: %w", err)
		}
		if err := t.revoked.add(list); err != nil {
			return nil, fmt.Errorf("crl %s: %w", path, err)
		}
	}
	return t, nil
}

// parseTruststore reads certificates in PEM form. One that no client could be let in by is an error, as whoever wrote it
// there believes otherwise.
func parseTruststore(text []byte) (*trust, error) {
	t, roots := emptyTrust(), 0
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("holds a block of type %q", block.Type)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		if err := strong(cert); err != nil {
			return nil, fmt.Errorf("the certificate of %s: %w", distinguished(cert.RawSubject), err)
		}
		if selfSigned(cert) {
			t.roots.AddCert(cert)
			roots++
		} else {
			t.intermediates.AddCert(cert)
		}
	}
	if roots == 0 {
		return nil, errors.New("holds no root certificate in PEM form; chains must be complete up to a root")
	}
	return t, nil
}

// selfSigned reports whether cert is its own issuer. Its signature proves nothing, but a name alone could be chance.
func selfSigned(cert *x509.Certificate) bool {
	return slices.Equal(cert.RawSubject, cert.RawIssuer) &&
		cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil
}
