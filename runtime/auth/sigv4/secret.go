package sigv4

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
)

// secrets are what a principal signs with. They are replaced whole, and never logged.
type secrets struct {
	key    string
	token  string // empty: none
	former string // the token before this one: signatures with it have expired
	days   [cachedDays]atomic.Pointer[dayKey]
}

// current is the secrets in force.
type current struct{ p atomic.Pointer[secrets] }

func (c *current) get() *secrets  { return c.p.Load() }
func (c *current) set(s *secrets) { c.p.Store(s) }

// tokenState is what a session token is to a principal.
type tokenState uint8

const (
	goodToken tokenState = iota
	badToken
	oldToken
)

// check compares the token that came with a request, empty for none.
func (s *secrets) check(token string) tokenState {
	good := same(token, s.token)
	former := s.former != "" && same(token, s.former)
	switch {
	case good:
		return goodToken
	case former:
		return oldToken
	default:
		return badToken
	}
}

// same compares in a time that tells no more than the lengths.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Forms of a secret source (extensions.md).
const (
	envPrefix  = "env:"
	filePrefix = "file:"
)

// maxSecret is the longest secret or session token, in bytes.
const maxSecret = 16 << 10

// read reads the principal's secrets from where they are.
func (p *principal) read() (*secrets, error) {
	key, err := readSource(p.secret)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	s := &secrets{key: key}
	if p.token != "" {
		if s.token, err = readSource(p.token); err != nil {
			return nil, fmt.Errorf("session token: %w", err)
		}
	}
	return s, nil
}

// readSource is the secret that source names. Errors do not show it.
func readSource(source string) (string, error) {
	if name, ok := strings.CutPrefix(source, envPrefix); ok && name != "" {
		return checked(os.Getenv(name), "the environment variable "+name)
	}
	path, ok := strings.CutPrefix(source, filePrefix)
	if !ok || path == "" {
		return "", errors.New("a secret source is env:NAME or file:PATH") // source may be the secret itself
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+2))
	if err != nil {
		return "", err
	}
	return checked(strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), path)
}

// checked is secret when it can be one; where says whence it came.
func checked(secret, where string) (string, error) {
	switch {
	case secret == "":
		return "", fmt.Errorf("%s is empty", where)
	case len(secret) > maxSecret:
		return "", fmt.Errorf("%s has more than %d bytes", where, maxSecret)
	}
	return secret, nil
}
