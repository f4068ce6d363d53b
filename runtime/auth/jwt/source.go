package jwt

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// fetchTimeout bounds each request for keys, its answer included.
const fetchTimeout = 5 * time.Second

// maxAnswerHeader bounds the header of an answer.
const maxAnswerHeader = 64 << 10

// discoveryPath is where an issuer says where its keys are (OpenID Connect Discovery 4).
const discoveryPath = "/.well-known/openid-configuration"

// webSource fetches keys by HTTP.
type webSource struct {
	issuer string
	url    string // where the keys are; empty until they are discovered
	fixed  bool   // the document says where they are
	client *http.Client
}

func newWebSource(cfg *IssuerConfig) *webSource {
	return &webSource{issuer: cfg.Issuer, url: cfg.JWKSURL, fixed: cfg.JWKSURL != "", client: newClient()}
}

// newClient makes a client that goes where it is told and nowhere else. It keeps no connections: fetches are rare.
func newClient() *http.Client {
	return &http.Client{
		Timeout: fetchTimeout,
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxAnswerHeader,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    fetchTimeout,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// fetch gets the keys. Where discovery said they are is kept while it works, except for the fetches by time.
func (s *webSource) fetch(ctx context.Context, asked bool) ([]byte, error) {
	if !s.fixed && (s.url == "" || !asked) {
		found, err := s.discover(ctx)
		if err != nil {
			return nil, fmt.Errorf("discovery: %w", err)
		}
		s.url = found
	}
	text, err := s.get(ctx, s.url)
	if err != nil && !s.fixed {
		s.url = ""
	}
	return text, err
}

// discover asks the issuer where its keys are. The issuer must call itself by the name that it was asked by (OpenID
// Connect Discovery 4.3).
func (s *webSource) discover(ctx context.Context) (string, error) {
	text, err := s.get(ctx, strings.TrimSuffix(s.issuer, "/")+discoveryPath)
	if err != nil {
		return "", err
	}
	var found struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(text, &found); err != nil {
		return "", errors.New("the answer is no JSON object")
	}
	if found.Issuer != s.issuer {
		return "", errors.New("the answer is of another issuer")
	}
	return found.JWKSURI, checkURL(found.JWKSURI)
}

// get is the body of the answer at address, which must be 200 and not too large.
func (s *webSource) get(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("the address is no URL")
	}
	request.Header.Set("Accept", "application/json, application/jwk-set+json")
	request.Header.Set("User-Agent", "Gatewright")
	answer, err := s.client.Do(request)
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		err = failed.Err // its own text has the query, which may hold a secret
	}
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", request.URL.Host, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered with status %d", request.URL.Host, answer.StatusCode)
	}
	return readBounded(answer.Body)
}

// readBounded reads all of r, unless it is more than a key set may be.
func readBounded(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxKeySet+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxKeySet {
		return nil, fmt.Errorf("more than %d bytes", maxKeySet)
	}
	return text, nil
}

// fileSource reads keys from a file.
type fileSource struct{ path string }

// fetch reads the file.
func (s fileSource) fetch(context.Context, bool) ([]byte, error) {
	info, err := os.Stat(s.path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its writer
		return nil, fmt.Errorf("%s is no file", s.path)
	}
	file, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	defer file.Close() // it was only read
	return readBounded(file)
}
