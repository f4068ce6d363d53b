// Package sigv4test checks signatures as a service does, for tests: it signs what has arrived once more with Amazon's
// own signer and compares. It must not share code with what signs.
package sigv4test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Expect is what a request should be signed for.
type Expect struct {
	// Key is whose signature it should be; an empty session token is none.
	Key aws.Credentials
	// Service and Region are the signing name and region.
	Service, Region string
	// At is the server's time; requests are good for five minutes before and after. Zero: now.
	At time.Time
}

// clockWindow is how far a request's time may be from the server's.
const clockWindow = 5 * time.Minute

const timeForm = "20060102T150405Z"

// Verify says what is wrong with the signature of r, as a server of net/http received it with body.
func Verify(r *http.Request, body []byte, want Expect) error {
	at, err := time.Parse(timeForm, r.Header.Get("X-Amz-Date"))
	if err != nil {
		return fmt.Errorf("X-Amz-Date: %w", err)
	}
	now := want.At
	if now.IsZero() {
		now = time.Now()
	}
	if d := now.Sub(at); d > clockWindow || d < -clockWindow {
		return fmt.Errorf("the request's time %s is not the server's %s", at, now)
	}
	if got := r.Header.Values("X-Amz-Security-Token"); strings.Join(got, ",") != want.Key.SessionToken {
		return errors.New("another session token")
	}
	authorization := r.Header.Get("Authorization")
	names, err := signedNames(authorization)
	if err != nil {
		return err
	}
	if err := complete(r, names); err != nil {
		return err
	}
	hash, err := payloadHash(r, body, want.Service)
	if err != nil {
		return err
	}
	for _, again := range rebuild(r, names, want.Service) {
		if again == nil {
			return fmt.Errorf("target %q cannot be parsed", r.RequestURI)
		}
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = want.Service == "s3" })
		if err := signer.SignHTTP(r.Context(), want.Key, again, hash, want.Service, want.Region, at); err != nil {
			return err
		}
		if got := again.Header.Get("Authorization"); got != authorization {
			return fmt.Errorf("signature of %s %s:\n%s\nshould be\n%s", r.Method, r.RequestURI, authorization, got)
		}
	}
	return nil
}

// signedNames are the SignedHeaders.
func signedNames(authorization string) ([]string, error) {
	_, rest, ok := strings.Cut(authorization, "SignedHeaders=")
	list, _, ok2 := strings.Cut(rest, ",")
	if !ok || !ok2 {
		return nil, fmt.Errorf("no signature: %q", authorization)
	}
	names := strings.Split(list, ";")
	if !slices.IsSorted(names) {
		return nil, fmt.Errorf("signed headers are not sorted: %s", list)
	}
	return names, nil
}

// complete asks that everything is signed that must be: Host, Content-Type and all of X-Amz-*.
func complete(r *http.Request, names []string) error {
	must := []string{"host"}
	for name := range r.Header {
		name = strings.ToLower(name)
		if name == "content-type" || strings.HasPrefix(name, "x-amz-") {
			must = append(must, name)
		}
	}
	for _, name := range must {
		if !slices.Contains(names, name) {
			return fmt.Errorf("%s is not signed", name)
		}
	}
	return nil
}

func payloadHash(r *http.Request, body []byte, service string) (string, error) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	if service != "s3" {
		return hash, nil
	}
	switch said := r.Header.Get("X-Amz-Content-Sha256"); said {
	case hash, "UNSIGNED-PAYLOAD":
		return said, nil
	default:
		return "", fmt.Errorf("X-Amz-Content-Sha256 is %q, of the body %q", said, hash)
	}
}

// rebuild makes the request to be signed from what has arrived, in each of the ways in which services read its path:
// as it came, and decoded and encoded again, which S3 does with the whole path and others with its segments. nil stands for a path that cannot be read.
func rebuild(r *http.Request, names []string, service string) []*http.Request {
	raw, query, _ := strings.Cut(r.RequestURI, "?")
	decoded, err := url.PathUnescape(raw)
	if err != nil {
		return []*http.Request{nil}
	}
	paths := []string{encode(decoded)}
	if service != "s3" {
		segments := strings.Split(raw, "/")
		for i, segment := range segments {
			segment, _ = url.PathUnescape(segment) // the whole path was read
			segments[i] = strings.ReplaceAll(encode(segment), "/", "%2F")
		}
		paths = []string{raw, strings.Join(segments, "/")}
	}
	var all []*http.Request
	for _, path := range paths {
		again := &http.Request{Method: r.Method, Host: r.Host, URL: &url.URL{Path: decoded, RawPath: path, RawQuery: query}, Header: http.Header{}}
		if again.URL.EscapedPath() != path {
			return []*http.Request{nil}
		}
		for _, name := range names {
			switch name {
			case "host":
			case "content-length":
				again.ContentLength = r.ContentLength
			default:
				again.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
			}
		}
		all = append(all, again)
	}
	return all
}

// encode is the encoding of paths that S3 documents.
func encode(path string) string {
	var b strings.Builder
	for i := range len(path) {
		if c := path[i]; c == '/' || strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
