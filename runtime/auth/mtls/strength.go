package mtls

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
)

// minRSA is the least size of an RSA key in bits (rest.md, section 15).
const minRSA = 2048

var (
	errSignature = errors.New("signatures are SHA-256 or stronger, with RSA or ECDSA")
	errCurve     = errors.New("ECDSA keys are of the curves P-256 and P-384")
	errKeyKind   = errors.New("keys are RSA or ECDSA")
)

// strong says why a certificate is weaker than Amazon takes (rest.md, section 15; http-api.md, section 13).
func strong(cert *x509.Certificate) error {
	if weakSignature(cert.SignatureAlgorithm) {
		return errSignature
	}
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		if size := key.N.BitLen(); size < minRSA {
			return fmt.Errorf("RSA keys have at least %d bits, not %d", minRSA, size)
		}
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() && key.Curve != elliptic.P384() {
			return errCurve
		}
	default:
		return errKeyKind
	}
	return nil
}

// weakSignature reports whether an algorithm is weaker than SHA-256 with RSA or ECDSA.
func weakSignature(algorithm x509.SignatureAlgorithm) bool {
	switch algorithm {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
		x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512:
		return false
	default:
		return true
	}
}
