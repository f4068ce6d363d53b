package mtls

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
)

// maxDepth is how many certificates a chain has at most, the client's and the root included (rest.md, section 15).
const maxDepth = 4

// maxPresented bounds what a client may present in bytes, so that looking at it stays cheap.
const maxPresented = 64 << 10

var (
	errTooLong = fmt.Errorf("chains have at most %d certificates, root included", maxDepth)
	errTooBig  = fmt.Errorf("the certificates have more than %d bytes", maxPresented)
)

// verdict is what was found for a chain, and the time during which it holds.
type verdict struct {
	facts       *gw.ClientCertificate
	err         error
	from, until time.Time
}

func (v *verdict) holds(now time.Time) bool {
	return v != nil && !now.Before(v.from) && !now.After(v.until)
}

// refusedFor is how long a refusal is remembered: a certificate may become valid.
const refusedFor = 5 * time.Second

// verdict is what is found for the certificates that a client presented, its own first.
func (t *trust) verdict(presented []*x509.Certificate, now time.Time) *verdict {
	size := 0
	for _, cert := range presented {
		size += len(cert.Raw)
	}
	switch {
	case len(presented) > maxDepth:
		return &verdict{err: errTooLong}
	case size > maxPresented:
		return &verdict{err: errTooBig}
	}
	var key chain
	copy(key[:], presented)
	if v := t.good.find(&key); v.holds(now) {
		return v
	}
	if v := t.bad.find(&key); v.holds(now) {
		return v
	}
	v := t.verify(presented, now)
	if v.err != nil {
		v.from, v.until = now, now.Add(refusedFor)
		t.bad.keep(&key, size, v)
		return v
	}
	v.facts = Describe(presented[0])
	t.good.keep(&key, size, v)
	return v
}

// verify looks for a chain to a root that is strong enough and not revoked. Names, dates, uses and constraints are
// checked by the library; its effort for one call is bounded.
func (t *trust) verify(presented []*x509.Certificate, now time.Time) *verdict {
	options := x509.VerifyOptions{
		Roots: t.roots, Intermediates: t.intermediates.Clone(), CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for _, cert := range presented[1:] {
		options.Intermediates.AddCert(cert)
	}
	chains, err := presented[0].Verify(options)
	if err != nil {
		return &verdict{err: err}
	}
	var reasons []error
	for _, found := range chains {
		v := t.acceptable(found, now)
		if v.err == nil {
			return v
		}
		reasons = append(reasons, v.err)
	}
	return &verdict{err: errors.Join(reasons...)}
}

// acceptable checks what the library does not: length, strength and revocation.
func (t *trust) acceptable(found []*x509.Certificate, now time.Time) *verdict {
	if len(found) > maxDepth {
		return &verdict{err: errTooLong}
	}
	v := &verdict{until: found[0].NotAfter}
	for i, cert := range found {
		if err := strong(cert); err != nil {
			return &verdict{err: fmt.Errorf("the certificate of %q: %w", distinguished(cert.RawSubject), err)}
		}
		v.from, v.until = later(v.from, cert.NotBefore), earlier(v.until, cert.NotAfter)
		if t.revoked == nil || i == len(found)-1 { // a root is revoked by taking it out of the truststore
			continue
		}
		until, err := t.revoked.check(cert, found[i+1], now)
		if err != nil {
			return &verdict{err: fmt.Errorf("the certificate of %q: %w", distinguished(cert.RawSubject), err)}
		}
		v.until = earlier(v.until, until)
	}
	return v
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
