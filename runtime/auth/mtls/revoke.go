package mtls

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

var (
	errRevoked = errors.New("the certificate is revoked")
	errNoList  = errors.New("no revocation list of the issuer is in force")
)

// revocations are the revocation lists by the name of their issuer. Nil: nothing is ever revoked.
type revocations map[string][]*revocationList

// revocationList is one list with its serial numbers made easy to find.
type revocationList struct {
	*x509.RevocationList
	serials map[string]struct{}
}

// add takes the lists in text, one in DER form or any number in PEM form.
func (r *revocations) add(text []byte) error {
	if *r == nil {
		*r = make(revocations)
	}
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("-----BEGIN")) && len(text) > 0 && text[0] == 0x30 {
		return r.addList(text)
	}
	found := false
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "X509 CRL" {
			return fmt.Errorf("holds a block of type %q", block.Type)
		}
		if err := r.addList(block.Bytes); err != nil {
			return err
		}
		found = true
	}
	if !found {
		return errors.New("holds no revocation list in PEM or DER form")
	}
	return nil
}

func (r *revocations) addList(der []byte) error {
	parsed, err := x509.ParseRevocationList(der)
	if err != nil {
		return err
	}
	if critical(parsed.Extensions) {
		return errors.New("a partial, indirect or delta list: only complete lists of their issuer are understood")
	}
	list := &revocationList{RevocationList: parsed, serials: make(map[string]struct{}, len(parsed.RevokedCertificateEntries))}
	for i := range parsed.RevokedCertificateEntries {
		entry := &parsed.RevokedCertificateEntries[i]
		if critical(entry.Extensions) {
			return errors.New("an entry has a critical extension that is not understood")
		}
		list.serials[entry.SerialNumber.Text(16)] = struct{}{}
	}
	issuer := string(parsed.RawIssuer)
	(*r)[issuer] = append((*r)[issuer], list)
	return nil
}

// critical reports whether any extension says that who does not know it must not use the rest. Those that are known here
// are never critical.
func critical(extensions []pkix.Extension) bool {
	for i := range extensions {
		if extensions[i].Critical {
			return true
		}
	}
	return false
}

// check says why cert, which issuer signed, is refused at now, and until when the answer holds where it is not. A serial
// number counts as revoked in every list that the issuer signed, also an outdated one; but one of them must be in force.
func (r revocations) check(cert, issuer *x509.Certificate, now time.Time) (until time.Time, err error) {
	serial, inForce := cert.SerialNumber.Text(16), false
	for _, list := range r[string(issuer.RawSubject)] {
		if list.CheckSignatureFrom(issuer) != nil || weakSignature(list.SignatureAlgorithm) {
			continue // another authority of the same name
		}
		if _, revoked := list.serials[serial]; revoked {
			return until, errRevoked
		}
		// A list that does not say when the next one comes never ends (RFC 5280 wants that said, so that few do).
		if now.Before(list.ThisUpdate) || !list.NextUpdate.IsZero() && now.After(list.NextUpdate) {
			continue
		}
		if end := endOf(list.NextUpdate); !inForce || end.After(until) {
			until = end
		}
		inForce = true
	}
	if !inForce {
		return until, errNoList
	}
	return until, nil
}

// endOf is t, or far away where t is zero.
func endOf(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(1<<40, 0)
	}
	return t
}
