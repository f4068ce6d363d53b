package sigv4

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
)

const (
	// fetchTime bounds one try to get credentials.
	fetchTime = 30 * time.Second
	// pauseAfter is how long nothing is tried after a failure, so that a service that is down is not asked by everybody.
	pauseAfter = time.Second
)

// source is where the credentials of one identity come from. There is at most one fetch at a time.
type source struct {
	chain   *Chain
	role    string
	current atomic.Pointer[Credentials]

	mu       sync.Mutex
	provider aws.CredentialsProvider
	fetching chan struct{} // closed when the fetch under way has ended; nil: none is
	failed   error         // of the last fetch
	until    time.Time     // when the pause after it ends
}

// get is the credentials in force. Fresh ones are fetched ahead of their end while the old ones still sign.
func (s *source) get(deadline time.Time) (*Credentials, error) {
	now := s.chain.core.Now()
	c := s.current.Load()
	if c.alive(now) {
		if c.aging(now) {
			_, _ = s.fetch(now) // a failure is logged; c is good still
		}
		return c, nil
	}
	done, err := s.fetch(now)
	if err != nil {
		return nil, err
	}
	if !await(done, deadline) {
		return nil, ErrLate
	}
	now = s.chain.core.Now()
	if c = s.current.Load(); c.alive(now) {
		return c, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		return nil, fmt.Errorf("%w: they were fetched and have ended", ErrNone)
	}
	return nil, s.failed
}

// fetch begins to fetch credentials, unless it is being done, and returns what is closed in the end. In the pause after
// a failure it returns that failure.
func (s *source) fetch(now time.Time) (<-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fetching != nil {
		return s.fetching, nil
	}
	if s.failed != nil && now.Before(s.until) {
		return nil, s.failed
	}
	done := make(chan struct{})
	s.fetching = done
	if !s.chain.spawn(func() { s.run(done) }) {
		s.fetching = nil
		return nil, errClosed
	}
	return done, nil
}

// run fetches credentials and tells those who wait.
func (s *source) run(done chan struct{}) {
	c, err := s.ask()
	if err == nil {
		s.current.Store(c)
	} else {
		s.chain.core.Logger().Error("no AWS credentials", "role", s.role, "error", err)
	}
	s.mu.Lock()
	s.failed, s.until, s.fetching = err, s.chain.core.Now().Add(pauseAfter), nil
	s.mu.Unlock()
	close(done)
}

// ask asks the SDK for credentials that are new: what it kept of the last ones is put away.
func (s *source) ask() (*Credentials, error) {
	ctx, cancel := context.WithTimeout(s.chain.ctx, fetchTime)
	defer cancel()
	deadline, _ := ctx.Deadline()
	if err := s.chain.ready(deadline); err != nil {
		return nil, err
	}
	if s.provider == nil { // only the fetch under way comes here
		s.provider = s.chain.provider(s.role)
	}
	if s.provider == nil {
		return nil, ErrNone
	}
	if kept, ok := s.provider.(*aws.CredentialsCache); ok {
		kept.Invalidate()
	}
	keys, err := s.provider.Retrieve(ctx)
	if err != nil {
		return nil, said(err)
	}
	now := s.chain.core.Now()
	c := newCredentials(keys, now)
	switch {
	case !keys.HasKeys():
		return nil, fmt.Errorf("%w: the source gave no keys", ErrNone)
	case !c.alive(now):
		return nil, fmt.Errorf("%w: those of %s ended at %s", ErrNone, keys.Source, c.expires.UTC().Format(time.RFC3339))
	}
	return c, nil
}

// said is err in words that hold no secret: a credential_process that is not understood would be quoted with what it
// printed.
func said(err error) error {
	var process *processcreds.ProviderError
	switch {
	case errors.As(err, &process):
		return fmt.Errorf("%w: credential_process failed or printed what is not understood", ErrNone)
	case errors.Is(err, ErrNone), errors.Is(err, ErrLate):
		return err
	default:
		return fmt.Errorf("%w: %w", ErrNone, err)
	}
}
