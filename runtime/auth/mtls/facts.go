package mtls

import (
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
)

// validity is how Amazon writes dates, as OpenSSL does: the day takes two places.
const validity = "Jan _2 15:04:05 2006 GMT"

// Describe is what requests see of a client's certificate (rest.md, section 7.1).
func Describe(cert *x509.Certificate) *gw.ClientCertificate {
	return &gw.ClientCertificate{
		PEM:          string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})),
		SubjectDN:    distinguished(cert.RawSubject),
		IssuerDN:     distinguished(cert.RawIssuer),
		SerialNumber: serialNumber(cert.SerialNumber),
		NotBefore:    dateOf(cert.NotBefore),
		NotAfter:     dateOf(cert.NotAfter),
	}
}

func dateOf(t time.Time) string { return t.UTC().Format(validity) }

// serialNumber is n as Amazon's samples have it, which are OpenSSL's two forms: 1, and a1:a1:… of sixteen bytes.
func serialNumber(n *big.Int) string {
	if n.IsInt64() || n.IsUint64() {
		return n.String()
	}
	const digits = "0123456789abcdef"
	var b strings.Builder
	if n.Sign() < 0 {
		b.WriteByte('-')
	}
	for i, octet := range n.Bytes() {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteByte(digits[octet>>4])
		b.WriteByte(digits[octet&15])
	}
	return b.String()
}
