package redisstore

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gatewright/gatewright/golden/peers/redisserver"
	"github.com/gatewright/gatewright/runtime/limit"
)

func TestMain(m *testing.M) {
	LogClient(slog.New(slog.DiscardHandler))
	if os.Getenv(asNode) != "" {
		os.Exit(runNode())
	}
	goleak.VerifyTestMain(m)
}

// server is a redis-server, or a sentinel, of one test.
type server = redisserver.Server

func startServer(t testing.TB, args ...string) *server { return redisserver.Start(t, args...) }

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	redisserver.Eventually(t, what, holds)
}

// open opens a store that is closed with the test. Where the test says nothing else, it waits for Redis as long as a busy
// machine may need.
func open(t testing.TB, c Config) *Store {
	t.Helper()
	if c.Wait == 0 && c.Timeout == 0 {
		c.Wait, c.Timeout = time.Second, time.Second
	}
	return openAsSet(t, c)
}

// openAsSet is open with the Config's own defaults.
func openAsSet(t testing.TB, c Config) *Store {
	t.Helper()
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s, err := Open(context.Background(), c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func bucketOf(s *Store, name string, rate float64, burst int64) limit.Shared {
	return s.Line(limit.Line{Name: name, Tag: "client", Rate: limit.Rate{PerSecond: rate, Burst: burst}})
}

func quotaOf(s *Store, name string, most int64) limit.Shared {
	return s.Line(limit.Line{Name: name, Tag: "client", Quota: limit.Quota{Limit: most, Period: limit.Month}})
}

// admit takes of lines, with much time.
func admit(t testing.TB, s *Store, lines ...limit.Shared) int {
	t.Helper()
	refused, err := s.Admit(time.Now().Add(time.Minute), lines)
	require.NoError(t, err)
	return refused
}

// passes is how many of n requests pass.
func passes(t testing.TB, s *Store, n int, lines ...limit.Shared) (passed int) {
	t.Helper()
	for range n {
		if admit(t, s, lines...) < 0 {
			passed++
		}
	}
	return passed
}

// file writes a file of the test.
func file(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}
