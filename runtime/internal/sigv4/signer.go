package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// Signer signs requests to one service in one region. It is safe for concurrent use.
type Signer struct {
	service, region string
	storage         bool // S3: paths are encoded once, and the body's hash is a field
	now             func() time.Time
	key             atomic.Pointer[signingKey]
	idle            sync.Pool // of *work
}

// NewSigner is a Signer for the signing name of a service, such as s3.
func NewSigner(service, region string, now func() time.Time) *Signer {
	s := &Signer{service: service, region: region, storage: service == "s3", now: now}
	s.idle.New = func() any { return new(work) }
	return s
}

var errHead = errors.New("the request to be signed is malformed")

// Signed reports whether name is one of a field that Sign adds. A request that has one already is not signed.
func Signed(name string) bool {
	switch len(name) {
	case len("x-amz-date"):
		return equalFold(name, "x-amz-date")
	case len("authorization"):
		return equalFold(name, "authorization")
	case len("x-amz-security-token"):
		return equalFold(name, "x-amz-security-token") || equalFold(name, "x-amz-content-sha256")
	}
	return false
}

func equalFold(name, lower string) bool {
	for i := range len(lower) {
		if lowered(name[i]) != lower[i] {
			return false
		}
	}
	return true
}

func lowered(c byte) byte {
	if c-'A' <= 'Z'-'A' {
		c |= 0x20
	}
	return c
}

// Sign appends to head the fields that sign the request: Authorization, X-Amz-Date, X-Amz-Security-Token and, for S3,
// X-Amz-Content-Sha256. The head is that of the request as it is sent, up to the last field: its path and query come from
// AppendPath and AppendQuery. body is the request's; with stream set it is not at hand and not signed.
//
// It gives what the SDK's signer gives, which takes four times as long and allocates; tests compare the two.
func (s *Signer) Sign(head, body []byte, stream bool, by *Credentials) ([]byte, error) {
	w := s.idle.Get().(*work)
	defer s.put(w)
	if err := w.read(head); err != nil {
		return nil, err
	}
	w.date = s.now().UTC().AppendFormat(w.date[:0], dateForm)
	w.hashBody(body, stream)
	if s.storage {
		w.add("x-amz-content-sha256", w.hash)
	}
	if by.keys.SessionToken != "" {
		w.add("x-amz-security-token", bytesOf(by.keys.SessionToken))
	}
	w.add("x-amz-date", w.date)
	signature := s.signature(w, by)

	if s.storage {
		head = appendField(head, "X-Amz-Content-Sha256: ", text(w.hash))
	}
	if by.keys.SessionToken != "" {
		head = appendField(head, "X-Amz-Security-Token: ", by.keys.SessionToken)
	}
	head = appendField(head, "X-Amz-Date: ", text(w.date))
	head = append(append(head, "Authorization: "+algorithm+" Credential="...), by.keys.AccessKeyID...)
	head = s.appendScope(append(head, '/'), w)
	head = w.appendNames(append(head, ", SignedHeaders="...))
	head = hex.AppendEncode(append(head, ", Signature="...), signature)
	return append(head, "\r\n"...), nil
}

func appendField(b []byte, name, value string) []byte {
	return append(append(append(b, name...), value...), "\r\n"...)
}

// signature is the signature of the canonical request.
func (s *Signer) signature(w *work, by *Credentials) []byte {
	w.canonical = w.appendCanonical(w.canonical[:0], s.storage)
	sum := sha256.Sum256(w.canonical)
	b := append(w.canonical[:0], algorithm+"\n"...)
	b = append(append(b, w.date...), '\n')
	b = append(s.appendScope(b, w), '\n')
	b = hex.AppendEncode(b, sum[:])
	w.canonical = b
	key := s.keyFor(by, text(w.date[:dayLength]))
	mac := key.macs.Get().(*mac)
	defer key.macs.Put(mac)
	w.sum = mac.sum(w.sum[:0], b)
	return w.sum
}

// appendScope appends what the signature is good for: 20260524/eu-west-1/s3/aws4_request.
func (s *Signer) appendScope(b []byte, w *work) []byte {
	b = append(append(b, w.date[:dayLength]...), '/')
	b = append(append(b, s.region...), '/')
	return append(append(b, s.service...), "/aws4_request"...)
}

// SignHTTP is Sign for requests of net/http, whose RequestURI is encoded as AppendPath and AppendQuery do; body is r's.
func (s *Signer) SignHTTP(r *http.Request, body []byte, by *Credentials) error {
	head := make([]byte, 0, usualHead)
	head = append(append(append(head, r.Method...), ' '), r.URL.RequestURI()...)
	head = appendField(append(head, " HTTP/1.1\r\n"...), "Host: ", r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			head = appendField(append(head, name...), ": ", value)
		}
	}
	head = append(strconv.AppendInt(append(head, "Content-Length: "...), int64(len(body)), 10), lineEnd...)
	start := len(head)
	head, err := s.Sign(head, body, false, by)
	if err != nil {
		return err
	}
	for rest := string(head[start:]); rest != ""; {
		var line string
		line, rest, _ = strings.Cut(rest, "\r\n")
		name, value, _ := strings.Cut(line, ": ")
		r.Header[name] = []string{value}
	}
	return nil
}

// usualHead is more than most heads need.
const usualHead = 2048

// text is b without a copy, for as long as b stays as it is.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// bytesOf is s without a copy, for reading only.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
