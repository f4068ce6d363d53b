package jwt

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
)

// Issuer is who signs tokens, with the keys that it has now. It is safe for concurrent use.
type Issuer struct {
	core   *gw.Core
	cfg    IssuerConfig
	source source

	keys    atomic.Pointer[keySet]
	failing atomic.Bool // the last fetch failed
	waiting atomic.Int32

	ctx  context.Context // ends with the gateway
	wake chan struct{}   // holds one: there is a round to be done

	reading sync.Mutex // one reading of a file at a time

	mu      sync.Mutex
	round   *round // asked for or under way
	soonest int64  // Unix nanoseconds: before, neither an unknown key id nor a signal has keys fetched
}

// keySet is the keys of an issuer at a time. It is replaced whole.
type keySet struct {
	keys  map[keyName]*key
	until int64 // Unix nanoseconds; when it could not be renewed for so long, it is not to be trusted
}

// round is one fetch of keys, for which any number of requests may wait.
type round struct {
	done chan struct{}
	err  error // may be read when done is closed
}

// source is where keys come from.
type source interface {
	// fetch returns a JWK set. asked is false for the fetches by time.
	fetch(ctx context.Context, asked bool) ([]byte, error)
}

// Times of an issuer.
const (
	staleFor     = 24 * time.Hour          // keys outlive an outage by so long
	unknownEvery = 10 * time.Second        // decisions.md, Who may call
	longestWait  = 1500 * time.Millisecond // Amazon's own for fetching keys (http-api.md 6.1)
	maxWaiting   = 1024                    // requests that wait for keys at once
	firstRetry   = time.Second
	longestRetry = time.Minute
)

var (
	errClosed   = errors.New("the gateway is closed")
	errTooEarly = errors.New("the keys were asked for less than 10 seconds ago; they are fetched when that time is over")
)

// NewIssuer makes an issuer that ends with core. Keys of a file are read at once, and the file is hot (Core.OnReload);
// others are fetched in the background, so that an issuer that is down holds up no start. What is wrong with cfg or the
// file is said by the core's Start.
func NewIssuer(core *gw.Core, cfg IssuerConfig) *Issuer {
	i := newIssuer(core, cfg)
	if err := i.cfg.check(); err != nil {
		core.Fail(fmt.Errorf("issuer %q: %w", i.cfg.Issuer, err))
		return i
	}
	if i.cfg.JWKSFile != "" {
		i.source = fileSource{path: i.cfg.JWKSFile}
		core.OnReload(fmt.Sprintf("keys of issuer %q", i.cfg.Issuer), []string{i.cfg.JWKSFile}, i.Reload)
		if err := i.Reload(); err != nil {
			core.Fail(fmt.Errorf("issuer %q: %w", i.cfg.Issuer, err))
		}
		return i
	}
	i.source = newWebSource(&i.cfg)
	core.OnReload(fmt.Sprintf("keys of issuer %q, being fetched", i.cfg.Issuer), nil, i.fetchAgain)
	i.ask()
	i.start()
	return i
}

func newIssuer(core *gw.Core, cfg IssuerConfig) *Issuer {
	i := &Issuer{core: core, cfg: cfg.withDefaults(), wake: make(chan struct{}, 1)}
	i.keys.Store(&keySet{})
	i.soonest = -1 << 63
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // until it is started, there is nothing to wait for
	i.ctx = ctx
	return i
}

// start runs the fetches until the gateway ends.
func (i *Issuer) start() {
	ctx, cancel := context.WithCancel(context.Background())
	i.ctx = ctx
	done := make(chan struct{})
	go func() {
		defer close(done)
		i.run()
	}()
	i.core.OnClose(func() {
		cancel()
		<-done
	})
}

// run fetches keys when they are asked for and when it is time.
func (i *Issuer) run() {
	timer := time.NewTimer(i.pause(0))
	defer timer.Stop()
	failures := 0
	for {
		asked := false
		select {
		case <-i.ctx.Done():
			return
		case <-i.wake:
			asked = true
		case <-timer.C:
		}
		err := i.refresh(i.ctx, asked)
		i.endRound(asked, err)
		if failures++; err == nil {
			failures = 0
		} else if i.ctx.Err() == nil {
			i.core.Logger().Warn("keys of an issuer not renewed", "issuer", i.cfg.Issuer, "error", err)
		}
		timer.Reset(i.pause(failures))
	}
}

// pause is how long to wait after so many failures in a row. Keys are renewed ahead of their end, so that requests do
// not feel it.
func (i *Issuer) pause(failures int) time.Duration {
	if failures > 0 {
		return min(firstRetry<<min(failures-1, 10), longestRetry)
	}
	return i.cfg.CacheFor - i.cfg.CacheFor/5
}

// ask has keys fetched, or joins a fetch that is under way.
func (i *Issuer) ask() *round {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.askLocked()
}

func (i *Issuer) askLocked() *round {
	if i.round == nil {
		i.round = &round{done: make(chan struct{})}
		i.wake <- struct{}{} // there is room: a round is only made when none is
	}
	return i.round
}

// endRound tells those who wait. A fetch that nobody asked for leaves a round that was asked for meanwhile to be done.
func (i *Issuer) endRound(asked bool, err error) {
	if !asked {
		return
	}
	i.mu.Lock()
	r := i.round
	i.round = nil
	i.mu.Unlock()
	r.err = err
	close(r.done)
}

// Reload has the keys read or fetched again now, and returns when that is done; the former ones stay on an error.
func (i *Issuer) Reload() error {
	if i.cfg.JWKSFile != "" {
		i.reading.Lock()
		defer i.reading.Unlock()
		return i.refresh(context.Background(), true)
	}
	r := i.ask()
	select {
	case <-r.done:
		return r.err
	case <-i.ctx.Done():
		return errClosed
	}
}

// fetchAgain has keys fetched for an operator who asked for it, without waiting: an issuer that is slow must not hold up
// the other files of a gateway. Asked too early it fails, and is asked again by the next looks.
func (i *Issuer) fetchAgain() error {
	if i.askSparingly() == nil {
		return errTooEarly
	}
	return nil
}

// until is when keys that are had now are no longer to be trusted, in Unix nanoseconds. A file is the operator's word,
// for as long as it says nothing else.
func (i *Issuer) until() int64 {
	if i.cfg.JWKSFile != "" {
		return math.MaxInt64
	}
	return i.core.Now().Add(max(staleFor, 2*i.cfg.CacheFor)).UnixNano()
}

// refresh fetches the keys. asked is false for a fetch by time.
func (i *Issuer) refresh(ctx context.Context, asked bool) error {
	text, err := i.source.fetch(ctx, asked)
	until := i.until()
	var keys map[keyName]*key
	skipped := 0
	if err == nil {
		keys, skipped, err = parseKeys(text)
	}
	i.failing.Store(err != nil)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if skipped > 0 {
		i.core.Logger().Info("keys of an issuer left out", "issuer", i.cfg.Issuer, "count", skipped)
	}
	i.replace(keys, until)
	return nil
}

// replace puts keys in force. Those that stay are the same values as before, so that what was verified with them stays
// good; the others' tokens are refused from now on.
func (i *Issuer) replace(keys map[keyName]*key, until int64) {
	old := i.keys.Load().keys
	for name, k := range keys {
		if was := old[name]; was != nil && was.same(k) {
			keys[name] = was
		}
	}
	i.keys.Store(&keySet{keys: keys, until: until})
	for name, was := range old {
		if keys[name] != was {
			was.gone.Store(true)
		}
	}
}

// trusted reports whether the keys are fresh enough to be used. now is in Unix nanoseconds.
func (i *Issuer) trusted(now int64) bool { return now < i.keys.Load().until }

// key finds a key. One that is not known may be new: then keys are fetched, if that was not done just before.
func (i *Issuer) key(name keyName) (*key, Result) {
	if k := i.known(name); k != nil {
		return k, Valid
	}
	if r := i.askSparingly(); r != nil {
		i.await(r)
	}
	if k := i.known(name); k != nil { // even when it was too early to ask: a fetch may have ended just before
		return k, Valid
	}
	if i.failing.Load() || !i.trusted(i.core.Now().UnixNano()) {
		return nil, Unavailable
	}
	return nil, UnknownKey
}

func (i *Issuer) known(name keyName) *key {
	set := i.keys.Load()
	if i.core.Now().UnixNano() >= set.until {
		return nil
	}
	return set.keys[name]
}

// askSparingly has keys fetched, as for a key that is not known, or joins a fetch; nil when it is too early, and for
// keys of a file, which is watched.
func (i *Issuer) askSparingly() *round {
	if i.cfg.JWKSFile != "" {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.round != nil {
		return i.round
	}
	now := i.core.Now().UnixNano()
	if now < i.soonest {
		return nil
	}
	i.soonest = now + int64(unknownEvery)
	return i.askLocked()
}

// await waits for r, though not long and not with too many others.
func (i *Issuer) await(r *round) {
	defer i.waiting.Add(-1)
	if i.waiting.Add(1) > maxWaiting {
		return
	}
	timer := time.NewTimer(longestWait)
	defer timer.Stop()
	select {
	case <-r.done:
	case <-timer.C:
	case <-i.ctx.Done():
	}
}
