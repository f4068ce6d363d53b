package redisstore

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

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
type server struct {
	t    testing.TB
	name string
	args []string
	port int
	addr string
	dir  string
	cmd  *exec.Cmd
}

// startServer starts redis-server on a free port. Extra arguments are its options.
func startServer(t testing.TB, args ...string) *server {
	t.Helper()
	s := newServer(t)
	s.args = append([]string{"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.dir, "--save", "", "--loglevel", "warning"}, args...)
	s.start()
	return s
}

func newServer(t testing.TB) *server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		missing(t, "redis-server is not installed: run `apt-get install redis-server redis-sentinel`")
	}
	port := freePort(t)
	return &server{t: t, name: "redis-server", port: port, addr: fmt.Sprintf("127.0.0.1:%d", port), dir: t.TempDir()}
}

// missing skips a test that needs what is not installed; in CI it fails the test.
func missing(t testing.TB, how string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(how)
	}
	t.Skip(how)
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// start starts the server, again after kill, and waits until it listens.
func (s *server) start() {
	s.t.Helper()
	s.cmd = exec.Command(s.name, s.args...)
	s.cmd.Stderr = os.Stderr
	require.NoError(s.t, s.cmd.Start())
	cmd := s.cmd
	s.t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed
		}
	})
	eventually(s.t, "the server listens", func() bool {
		conn, err := net.Dial("tcp", s.addr)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

func (s *server) signal(sig syscall.Signal) { require.NoError(s.t, s.cmd.Process.Signal(sig)) }
func (s *server) stop()                     { s.signal(syscall.SIGSTOP) }
func (s *server) resume()                   { s.signal(syscall.SIGCONT) }

// kill ends the server as kill -9 does.
func (s *server) kill() {
	s.signal(syscall.SIGKILL)
	_ = s.cmd.Wait() // it was killed
}

func (s *server) url() string { return "redis://" + s.addr }

// client is a connection beside the store.
func (s *server) client() *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: s.addr, DisableIdentity: true})
	s.t.Cleanup(func() { require.NoError(s.t, c.Close()) })
	return c
}

// eventually waits until a condition holds, 20 seconds at most.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); {
		require.True(t, time.Now().Before(end), "it does not happen that %s", what)
		<-time.After(2 * time.Millisecond) // nobody says when it does
	}
}

// open opens a store that is closed with the test.
func open(t testing.TB, c Config) *Store {
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
