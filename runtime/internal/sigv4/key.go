package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	dateForm  = "20060102T150405Z"
	dayLength = len("20060102")
)

// signingKey is what one identity signs with for a day.
type signingKey struct {
	by   *Credentials
	day  string
	macs sync.Pool // of *mac
}

// mac is HMAC with a signing key.
type mac struct{ h hash.Hash }

func (m *mac) sum(dst, text []byte) []byte {
	m.h.Reset()
	m.h.Write(text)
	return m.h.Sum(dst)
}

// keyFor is the signing key of by for a day. The last one is kept: mostly there is one identity.
func (s *Signer) keyFor(by *Credentials, day string) *signingKey {
	if k := s.key.Load(); k != nil && k.by == by && k.day == day {
		return k
	}
	secret := []byte("AWS4" + by.keys.SecretAccessKey)
	for _, part := range [...]string{day, s.region, s.service, "aws4_request"} {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(part))
		secret = h.Sum(nil)
	}
	k := &signingKey{by: by, day: string([]byte(day))}
	k.macs.New = func() any { return &mac{h: hmac.New(sha256.New, secret)} }
	s.key.Store(k)
	return k
}
