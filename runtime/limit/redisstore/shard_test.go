package redisstore

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

func TestBackoffGrowsAndSpreads(t *testing.T) {
	b := newBackoff()
	for pause := firstPause; pause < lastPause; pause *= 2 {
		got := b.next()
		require.GreaterOrEqual(t, got, pause/2)
		require.Less(t, got, pause*3/2)
	}
	seen := map[time.Duration]bool{}
	for range 100 {
		got := b.next()
		require.LessOrEqual(t, got, lastPause*3/2)
		seen[got] = true
	}
	require.Greater(t, len(seen), 90)
}

// A server that has just come back gets few calls at a time, and more with each round trip.
func TestServerThatCameBackIsNotRunOver(t *testing.T) {
	redis := startServer(t)
	s := open(t, Config{URL: redis.URL(), Mode: Exact, Wait: 500 * time.Millisecond, Timeout: time.Minute})
	lines := []limit.Shared{quotaOf(s, "q", 1e9)}
	sh := s.all()[0]
	eventually(t, "nothing is under way", func() bool { return !s.pending() })
	sh.mu.Lock()
	sh.window = startWindow
	sh.mu.Unlock()
	redis.Stop()
	var all sync.WaitGroup
	var busy, slow atomic.Int64
	for range 10 * startWindow {
		all.Go(func() {
			_, err := s.Admit(time.Time{}, lines)
			switch err {
			case errBusy:
				busy.Add(1)
			case errSlow:
				slow.Add(1)
			default:
				assert.Fail(t, "neither refused nor waiting", "%v", err)
			}
		})
	}
	all.Wait()
	redis.Resume()
	require.LessOrEqual(t, slow.Load(), int64(startWindow))
	require.GreaterOrEqual(t, busy.Load(), int64(9*startWindow))
	eventually(t, "the window has opened", func() bool {
		_, _ = s.Admit(time.Time{}, lines)
		sh.mu.Lock()
		defer sh.mu.Unlock()
		return sh.window == maxWaiting
	})
}

// blocking is a logger's handler that does not come back from a warning before it is let.
type blocking struct {
	slog.Handler
	reached, proceed chan struct{}
}

func (b blocking) Enabled(context.Context, slog.Level) bool { return true }

func (b blocking) Handle(_ context.Context, r slog.Record) error {
	if r.Level == slog.LevelWarn {
		close(b.reached)
		<-b.proceed
	}
	return nil
}

// A server that answers again while it is still being said that it does not: the calls that waited are refused with the reason.
func TestServerThatComesBackBeforeItsCallsAreRefused(t *testing.T) {
	redis := startServer(t)
	b := blocking{slog.DiscardHandler, make(chan struct{}), make(chan struct{})}
	s := open(t, Config{URL: redis.URL(), Mode: Exact, Logger: slog.New(b)})
	sh := s.all()[0]
	eventually(t, "nothing is under way", func() bool { return !s.pending() })
	waiting := &exact{store: s, refused: -1, done: make(chan struct{}, 1)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		sh.mu.Lock()
		sh.failures, sh.queue, sh.pending = maxFailures, append(sh.queue, waiting), 2 // no worker is told of it
		sh.mu.Unlock()
		sh.outcome(1, errSlow)
	}()
	<-b.reached
	eventually(t, "the server answers again", func() bool { return s.Healthy() == nil })
	close(b.proceed)
	<-ended
	require.ErrorIs(t, waiting.err, ErrUnavailable)
}
