package wire

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// child is a gateway in a process of its own.
type child struct {
	t     testing.TB
	cmd   *exec.Cmd
	addrs map[string]string
	file  string // the ready file
	log   string // a file: a process that takes over writes to it as well
}

// ready is the content of a ready file.
type ready struct {
	PID   int    `json:"pid"`
	Main  string `json:"listen"`
	Admin string `json:"admin_listen"`
}

// spawn starts the test binary as a gateway and waits until it is ready.
func spawn(t testing.TB, b *backend, flags ...string) *child {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	c := &child{t: t, file: filepath.Join(dir, "ready.json"), log: filepath.Join(dir, "log")}
	log, err := os.Create(c.log)
	require.NoError(t, err)
	defer log.Close()
	c.cmd = exec.Command(path, append([]string{
		"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--ready-file", c.file, "--upstream", "backend=" + b.url,
	}, flags...)...)
	c.cmd.Env = append(os.Environ(), asGateway+"=1")
	c.cmd.Stdout, c.cmd.Stderr = log, log
	require.NoError(t, c.cmd.Start())
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill() // it ended before
		_ = c.cmd.Wait()
		if t.Failed() {
			t.Log(c.lines())
		}
	})
	first := c.awaitReady(0)
	c.addrs = map[string]string{"listen": first.Main, "admin_listen": first.Admin}
	return c
}

// awaitReady waits for a ready file of another process than the one given.
func (c *child) awaitReady(but int) ready {
	c.t.Helper()
	var found ready
	c.until("the gateway is ready", func() bool {
		text, err := os.ReadFile(c.file)
		return err == nil && json.Unmarshal(text, &found) == nil && found.PID != but
	})
	return found
}

// lines is the log so far.
func (c *child) lines() string {
	text, err := os.ReadFile(c.log)
	require.NoError(c.t, err)
	return string(text)
}

// until looks again and again, a few hundred times a second.
func (c *child) until(what string, is func() bool) {
	c.t.Helper()
	pace := time.NewTicker(3 * time.Millisecond)
	defer pace.Stop()
	timeout := time.After(30 * time.Second)
	for !is() {
		select {
		case <-pace.C:
		case <-timeout:
			c.t.Fatalf("never: %s\n%s", what, c.lines())
		}
	}
}

func (c *child) signal(s os.Signal) {
	c.t.Helper()
	require.NoError(c.t, c.cmd.Process.Signal(s))
}

// exit waits for the end of the process.
func (c *child) exit() int {
	c.t.Helper()
	err := c.cmd.Wait()
	if failed, ok := err.(*exec.ExitError); ok {
		return failed.ExitCode()
	}
	require.NoError(c.t, err)
	return 0
}

// memory is the resident size of the process.
func (c *child) memory() int64 {
	c.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", c.cmd.Process.Pid))
	if err != nil {
		c.t.Skip("this system does not tell the size of a process")
	}
	var size, resident int64
	_, err = fmt.Sscan(string(text), &size, &resident)
	require.NoError(c.t, err)
	return resident * int64(os.Getpagesize())
}

func get(t testing.TB, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(text)
}

// load keeps asking addr over several connections, each opened anew when the gateway closes it, until ctx ends. As a
// balancer would, it opens none once away is set. An answer that is missing or wrong is a failure.
func load(ctx context.Context, addr string, away *atomic.Bool, served, failed *atomic.Int64, report func(error)) *sync.WaitGroup {
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for ctx.Err() == nil && !away.Load() {
				if err := session(ctx, addr, served); err != nil {
					failed.Add(1)
					report(err)
					return
				}
			}
		})
	}
	return &group
}

// session asks on one connection until the gateway announces its end.
func session(ctx context.Context, addr string, served *atomic.Int64) error {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer nc.Close()
	br := bufio.NewReader(nc)
	for ctx.Err() == nil {
		if _, err := io.WriteString(nc, "GET /mock HTTP/1.1\r\n"+host+"\r\n"); err != nil {
			return fmt.Errorf("asking: %w", err)
		}
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			return fmt.Errorf("no answer: %w", err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
			return fmt.Errorf("status %d: %w", resp.StatusCode, err)
		}
		served.Add(1)
		if resp.Close {
			return nil
		}
	}
	return nil
}

func TestHandover(t *testing.T) {
	b := startBackend(t, nil)
	c := spawn(t, b)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var served, failed atomic.Int64
	var away atomic.Bool
	group := load(ctx, c.addrs["listen"], &away, &served, &failed, func(err error) { t.Error(err) })
	c.until("requests are served", func() bool { return served.Load() > 100 })

	c.signal(syscall.SIGUSR2)
	next := c.awaitReady(c.cmd.Process.Pid)
	require.Equal(t, c.addrs["listen"], next.Main)
	require.Equal(t, c.addrs["admin_listen"], next.Admin)
	t.Cleanup(func() { _ = syscall.Kill(next.PID, syscall.SIGKILL) })
	require.Zero(t, c.exit())

	before := served.Load()
	c.until("the new process serves", func() bool { return served.Load() > before+100 })
	require.Contains(t, get(t, "http://"+next.Admin+"/readyz"), "ready")
	stop()
	group.Wait()
	require.Zero(t, failed.Load())
	require.NoError(t, syscall.Kill(next.PID, syscall.SIGTERM))
	c.until("the new process has stopped", func() bool { return strings.Count(c.lines(), "msg=stopped") == 2 })
}

func TestFailedHandoverChangesNothing(t *testing.T) {
	b := startBackend(t, nil)
	overrides := filepath.Join(t.TempDir(), "overrides.yaml")
	replace(t, overrides, []byte("x-gateway-stages: {live: {variables: {colour: green}}}\n"))
	c := spawn(t, b, "--overrides", overrides)
	replace(t, overrides, []byte("not: allowed\n")) // fatal at a start, ignored while running
	c.signal(syscall.SIGUSR2)
	c.until("the gateway says so", func() bool { return strings.Contains(c.lines(), "handing over failed") })
	require.Equal(t, "green", get(t, "http://"+c.addrs["listen"]+"/mock"))
	c.signal(syscall.SIGTERM)
	require.Zero(t, c.exit())
}

func TestSIGHUP(t *testing.T) {
	b := startBackend(t, nil)
	overrides := filepath.Join(t.TempDir(), "overrides.yaml")
	replace(t, overrides, []byte("x-gateway-stages: {live: {variables: {colour: green}}}\n"))
	c := spawn(t, b, "--overrides", overrides)
	require.Equal(t, "green", get(t, "http://"+c.addrs["listen"]+"/mock"))
	replace(t, overrides, []byte(`{"x-gateway-stages": {"live": {"variables": {"colour": "red"}}}}`))
	c.signal(syscall.SIGHUP)
	c.until("it is in force", func() bool { return get(t, "http://"+c.addrs["listen"]+"/mock") == "red" })
	c.signal(syscall.SIGINT)
	require.Zero(t, c.exit())
}

func TestDrainUnderLoad(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	b := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-leave
		_, _ = io.WriteString(w, "done")
	})
	c := spawn(t, b, "--drain-delay", "1s")
	var served, failed atomic.Int64
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	slow := dial(t, c.addrs["listen"])
	_, err := io.WriteString(slow, "GET /slow HTTP/1.1\r\n"+host+"\r\n")
	require.NoError(t, err)
	<-entered
	var away atomic.Bool
	group := load(ctx, c.addrs["listen"], &away, &served, &failed, func(err error) { t.Error(err) })
	c.until("requests are served", func() bool { return served.Load() > 100 })
	require.Contains(t, get(t, "http://"+c.addrs["admin_listen"]+"/readyz"), "ready")

	c.signal(syscall.SIGTERM)
	c.until("readiness fails", func() bool {
		resp, err := http.Get("http://" + c.addrs["admin_listen"] + "/readyz")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == 503
	})
	away.Store(true)
	c.until("listening ends", func() bool {
		nc, err := net.Dial("tcp", c.addrs["listen"])
		if err == nil {
			nc.Close()
		}
		return err != nil
	})
	close(leave)
	resp, err := http.ReadResponse(bufio.NewReader(slow), nil)
	require.NoError(t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "done", string(text))
	require.True(t, resp.Close)
	require.Zero(t, c.exit())
	stop()
	group.Wait()
	require.Zero(t, failed.Load())
}
