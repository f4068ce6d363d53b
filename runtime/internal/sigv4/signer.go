package sigv4

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"sync"
	"time"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Signer signs requests to one service in one region. It is safe for concurrent use.
type Signer struct {
	service, region string
	storage         bool // S3: paths are encoded once, and the body's hash is a field
	now             func() time.Time
	signer          *v4.Signer
	idle            sync.Pool // of *work
}

// NewSigner is a Signer for the signing name of a service, such as s3.
func NewSigner(service, region string, now func() time.Time) *Signer {
	storage := service == "s3"
	s := &Signer{service: service, region: region, storage: storage, now: now}
	s.signer = v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = storage })
	s.idle.New = func() any { return newWork() }
	return s
}

// unsigned is the hash of a body that is not known when the request is signed.
const unsigned = "UNSIGNED-PAYLOAD"

// work is the memory of signing one request.
type work struct {
	request http.Request
	url     url.URL
	header  http.Header
	values  []string // of header
	sum     [2 * sha256.Size]byte
}

func newWork() *work {
	w := &work{header: make(http.Header, 16), values: make([]string, 0, 32)}
	w.request.URL, w.request.Header = &w.url, w.header
	return w
}

// keptFields bounds what a pooled work keeps.
const keptFields = 64

func (s *Signer) put(w *work) {
	if len(w.header) > keptFields {
		return
	}
	clear(w.header)
	clear(w.values)
	w.values, w.url = w.values[:0], url.URL{}
	w.request = http.Request{URL: &w.url, Header: w.header}
	s.idle.Put(w)
}

var errHead = errors.New("the request to be signed is malformed")

// Signed are names of fields, in lower case, that a request must not have when it comes to Sign, which adds them.
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
		c := name[i]
		if c-'A' <= 'Z'-'A' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// Sign appends to head the fields that sign the request: Authorization, X-Amz-Date, X-Amz-Security-Token and, for S3,
// X-Amz-Content-Sha256. The head is that of the request as it is sent, up to the last field: its path and query come from
// AppendPath and AppendQuery. body is the request's; with stream set it is not at hand and not signed.
func (s *Signer) Sign(head, body []byte, stream bool, by *Credentials) ([]byte, error) {
	w := s.idle.Get().(*work)
	defer s.put(w)
	if err := w.read(head); err != nil {
		return nil, err
	}
	hash := unsigned
	if !stream {
		sum := sha256.Sum256(body)
		hex.Encode(w.sum[:], sum[:])
		hash = text(w.sum[:])
	}
	if s.storage {
		w.add("X-Amz-Content-Sha256", hash)
	}
	err := s.signer.SignHTTP(context.Background(), by.keys, &w.request, hash, s.service, s.region, s.now())
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	for _, name := range [...]string{"X-Amz-Content-Sha256", "X-Amz-Security-Token", "X-Amz-Date", "Authorization"} {
		if v := w.header[name]; len(v) == 1 {
			head = append(append(append(append(head, name...), ": "...), v[0]...), "\r\n"...)
		}
	}
	return head, nil
}

// SignHTTP is Sign for requests of net/http; body is r's.
func (s *Signer) SignHTTP(r *http.Request, body []byte, by *Credentials) error {
	sum := sha256.Sum256(body)
	err := s.signer.SignHTTP(r.Context(), by.keys, r, hex.EncodeToString(sum[:]), s.service, s.region, s.now())
	if err != nil {
		return fmt.Errorf("signing: %w", err)
	}
	return nil
}

// read takes a head apart. Its texts stay the head's.
func (w *work) read(head []byte) error {
	line, rest, ok := bytes.Cut(head, []byte("\r\n"))
	method, line, ok2 := bytes.Cut(line, []byte{' '})
	target, _, ok3 := bytes.Cut(line, []byte{' '})
	if !ok || !ok2 || !ok3 || len(target) == 0 || target[0] != '/' {
		return errHead
	}
	path, query, _ := bytes.Cut(target, []byte{'?'})
	w.request.Method = text(method)
	w.url.Opaque, w.url.RawQuery = "//h"+text(path), text(query) // the SDK takes an opaque path as it is
	for len(rest) > 0 {
		line, rest, ok = bytes.Cut(rest, []byte("\r\n"))
		name, value, ok2 := bytes.Cut(line, []byte(": "))
		if !ok || !ok2 || len(name) == 0 {
			return errHead
		}
		switch key := textproto.CanonicalMIMEHeaderKey(text(name)); key {
		case "Host":
			w.request.Host = text(value)
		case "Content-Length":
			n, err := strconv.ParseInt(text(value), 10, 64)
			if err != nil {
				return errHead
			}
			w.request.ContentLength = n
		default:
			if Signed(key) {
				return errHead
			}
			w.add(key, text(value))
		}
	}
	return nil
}

func (w *work) add(key, value string) {
	if had, ok := w.header[key]; ok {
		w.header[key] = append(had, value)
		return
	}
	n := len(w.values)
	w.values = append(w.values, value)
	w.header[key] = w.values[n : n+1 : n+1]
}

var _ aws.CredentialsProvider = base{}

// text is b without a copy, for as long as b stays as it is.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
