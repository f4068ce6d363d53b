package wire

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/gatewaytest"
)

// child is a gateway in a process of its own.
type child struct {
	*gatewaytest.Gateway
	t testing.TB
}

// spawn starts the test binary as a gateway and waits until it is ready.
func spawn(t testing.TB, b *backend, flags ...string) *child {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	cmd := gatewaytest.Command(path, append([]string{"--upstream", "backend=" + b.url}, flags...)...)
	cmd.Env = append(os.Environ(), asGateway+"=1")
	return &child{gatewaytest.Run(t, cmd), t}
}

// memory is the resident size of the process.
func (c *child) memory() int64 {
	c.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", c.PID))
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
	group := load(ctx, c.Listen, &away, &served, &failed, func(err error) { t.Error(err) })
	gatewaytest.Until(t, "requests are served", func() bool { return served.Load() > 100 })

	c.Signal(syscall.SIGUSR2)
	next := c.Successor()
	require.Equal(t, c.Listen, next.Listen)
	require.Equal(t, c.Admin, next.Admin)
	t.Cleanup(func() { _ = syscall.Kill(next.PID, syscall.SIGKILL) })
	require.NoError(t, c.Wait())

	before := served.Load()
	gatewaytest.Until(t, "the new process serves", func() bool { return served.Load() > before+100 })
	require.Contains(t, get(t, "http://"+next.Admin+"/readyz"), "ready")
	stop()
	group.Wait()
	require.Zero(t, failed.Load())
	require.NoError(t, syscall.Kill(next.PID, syscall.SIGTERM))
	gatewaytest.Until(t, "the new process has stopped", func() bool { return strings.Count(c.Log(), "msg=stopped") == 2 })
}

func TestFailedHandoverChangesNothing(t *testing.T) {
	b := startBackend(t, nil)
	overrides := filepath.Join(t.TempDir(), "overrides.yaml")
	replace(t, overrides, []byte("x-gateway-stages: {live: {variables: {colour: green}}}\n"))
	c := spawn(t, b, "--overrides", overrides)
	replace(t, overrides, []byte("not: allowed\n")) // fatal at a start, ignored while running
	c.Signal(syscall.SIGUSR2)
	gatewaytest.Until(t, "the gateway says so", func() bool { return strings.Contains(c.Log(), "handing over failed") })
	require.Equal(t, "green", get(t, "http://"+c.Listen+"/mock"))
	c.Signal(syscall.SIGTERM)
	require.NoError(t, c.Wait())
}

func TestSIGHUP(t *testing.T) {
	b := startBackend(t, nil)
	overrides := filepath.Join(t.TempDir(), "overrides.yaml")
	replace(t, overrides, []byte("x-gateway-stages: {live: {variables: {colour: green}}}\n"))
	c := spawn(t, b, "--overrides", overrides)
	require.Equal(t, "green", get(t, "http://"+c.Listen+"/mock"))
	replace(t, overrides, []byte(`{"x-gateway-stages": {"live": {"variables": {"colour": "red"}}}}`))
	c.Signal(syscall.SIGHUP)
	gatewaytest.Until(t, "it is in force", func() bool { return get(t, "http://"+c.Listen+"/mock") == "red" })
	c.Signal(syscall.SIGINT)
	require.NoError(t, c.Wait())
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
	slow := dial(t, c.Listen)
	_, err := io.WriteString(slow, "GET /slow HTTP/1.1\r\n"+host+"\r\n")
	require.NoError(t, err)
	<-entered
	var away atomic.Bool
	group := load(ctx, c.Listen, &away, &served, &failed, func(err error) { t.Error(err) })
	gatewaytest.Until(t, "requests are served", func() bool { return served.Load() > 100 })
	require.Contains(t, get(t, "http://"+c.Admin+"/readyz"), "ready")

	c.Signal(syscall.SIGTERM)
	gatewaytest.Until(t, "readiness fails", func() bool {
		resp, err := http.Get("http://" + c.Admin + "/readyz")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == 503
	})
	away.Store(true)
	gatewaytest.Until(t, "listening ends", func() bool {
		nc, err := net.Dial("tcp", c.Listen)
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
	require.NoError(t, c.Wait())
	stop()
	group.Wait()
	require.Zero(t, failed.Load())
}
