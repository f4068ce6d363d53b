// Package redisserver starts real Redis servers for tests: alone, watched by a sentinel, and as a cluster, each on a free port of
// the loopback, and ends them with the test. It must not know what the tests keep there.
package redisserver

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// Server is a redis-server, or a sentinel, of one test.
type Server struct {
	Addr string // 127.0.0.1:PORT
	Port int
	Dir  string   // its working directory
	Args []string // of its command line, by which Run starts it

	t    testing.TB
	name string
	cmd  *exec.Cmd
}

// Start starts redis-server. Extra arguments are its options.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := New(t)
	s.Args = append([]string{"--port", strconv.Itoa(s.Port), "--bind", "127.0.0.1", "--dir", s.Dir, "--save", "", "--loglevel", "warning"}, args...)
	s.Run()
	return s
}

// New is a redis-server that is still to be given Args and Run.
func New(t testing.TB) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		missing(t, "redis-server is not installed: run `apt-get install redis-server redis-sentinel`")
	}
	port := FreePort(t)
	return &Server{t: t, name: "redis-server", Port: port, Addr: fmt.Sprintf("127.0.0.1:%d", port), Dir: t.TempDir()}
}

// missing skips a test that needs what is not installed; in CI it fails the test.
func missing(t testing.TB, how string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(how)
	}
	t.Skip(how)
}

// FreePort is a port that nobody listened on a moment ago.
func FreePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Run starts the server, again after Kill, and waits until it listens.
func (s *Server) Run() {
	s.t.Helper()
	s.cmd = exec.Command(s.name, s.Args...)
	s.cmd.Stderr = os.Stderr
	require.NoError(s.t, s.cmd.Start())
	cmd := s.cmd
	s.t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed
		}
	})
	Eventually(s.t, "the server listens", func() bool {
		conn, err := net.Dial("tcp", s.Addr)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

func (s *Server) signal(sig syscall.Signal) { require.NoError(s.t, s.cmd.Process.Signal(sig)) }

// Stop has the server stand still.
func (s *Server) Stop() { s.signal(syscall.SIGSTOP) }

// Resume has it go on.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

// Kill ends the server as kill -9 does.
func (s *Server) Kill() {
	s.signal(syscall.SIGKILL)
	_ = s.cmd.Wait() // it was killed
}

// URL is where the server is: redis://127.0.0.1:PORT.
func (s *Server) URL() string { return "redis://" + s.Addr }

// Client is a connection of the test's own.
func (s *Server) Client() *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: s.Addr, DisableIdentity: true})
	s.t.Cleanup(func() { require.NoError(s.t, c.Close()) })
	return c
}

// Follow waits until the server is in step with the master that its Args name.
func (s *Server) Follow() {
	s.t.Helper()
	client := s.Client()
	Eventually(s.t, "the replica follows", func() bool {
		return strings.Contains(client.Info(s.t.Context(), "replication").Val(), "master_link_status:up")
	})
}

// Eventually waits until a condition holds, 20 seconds at most.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); {
		require.True(t, time.Now().Before(end), "it does not happen that %s", what)
		<-time.After(2 * time.Millisecond) // nobody says when it does
	}
}

// file writes a file of the test.
func file(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// FreeAddr is an address where nobody listens.
func FreeAddr(t testing.TB) string {
	t.Helper()
	return fmt.Sprintf("127.0.0.1:%d", FreePort(t))
}
