// Package gatewaytest builds gateways with the command for tests, and runs their programs on free ports of the loopback until
// the test ends. It must not know what tests ask of them.
package gatewaytest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Build has the command build the gateway of a document, with flags of build, and writes the program to the path binary.
func Build(binary, document string, flags ...string) error {
	words := append([]string{"run", "github.com/gatewright/gatewright/cmd/gatewright", "build", "-o", binary}, flags...)
	if out, err := exec.Command("go", append(words, document)...).CombinedOutput(); err != nil {
		return fmt.Errorf("building the gateway of %s: %w: %s", document, err, out)
	}
	return nil
}

// Command is a gateway's program on free ports, still to be run. The flags stand behind those for the ports, which they may
// replace.
func Command(binary string, flags ...string) *exec.Cmd {
	return exec.Command(binary, append([]string{"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"}, flags...)...)
}

// Ready is a process that serves, as its ready file tells of it.
type Ready struct {
	PID    int    `json:"pid"`
	Listen string `json:"listen"`       // 127.0.0.1:PORT
	Admin  string `json:"admin_listen"` // the same; empty for a gateway without it
}

// Gateway is a gateway that runs in a process of its own.
type Gateway struct {
	Ready

	t         testing.TB
	cmd       *exec.Cmd
	log, file string        // where it logs, and its ready file: a process that takes over has them too
	ended     chan struct{} // closed once err is how it ended
	err       error
}

// Run runs what Command returned, whose words, folder and environment may have been changed, and returns once the gateway
// serves. The gateway is killed when the test ends. A test that has failed shows the end of its log.
func Run(t testing.TB, cmd *exec.Cmd) *Gateway {
	t.Helper()
	dir := t.TempDir()
	g := &Gateway{t: t, cmd: cmd, log: filepath.Join(dir, "log"), file: filepath.Join(dir, "ready.json"), ended: make(chan struct{})}
	log, err := os.Create(g.log)
	require.NoError(t, err)
	defer log.Close()
	cmd.Args = append(cmd.Args, "--ready-file", g.file)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	go func() {
		g.err = cmd.Wait()
		close(g.ended)
	}()
	t.Cleanup(func() {
		g.Kill()
		if t.Failed() {
			text := g.Log()
			t.Log(text[max(0, len(text)-16000):])
		}
	})
	Until(t, "the gateway is ready", func() bool {
		select {
		case <-g.ended:
			require.Fail(t, "the gateway does not become ready", "%v", g.err)
		default:
		}
		g.Ready = g.ready(1)
		return g.PID != 0
	})
	return g
}

// ready is what the ready file says once so many processes have told the log that they are ready: /readyz answers 200 from then
// on, and not yet when the file is written. It is zero before.
func (g *Gateway) ready(processes int) Ready {
	g.t.Helper()
	var r Ready
	if strings.Count(g.Log(), "msg=ready ") >= processes {
		text, err := os.ReadFile(g.file)
		require.NoError(g.t, err)
		require.NoError(g.t, json.Unmarshal(text, &r))
	}
	return r
}

// Successor waits for the first process that takes over from the gateway. It is for the test to end.
func (g *Gateway) Successor() Ready {
	g.t.Helper()
	var next Ready
	Until(g.t, "another process is ready", func() bool {
		next = g.ready(2)
		return next.PID != 0
	})
	require.NotEqual(g.t, g.PID, next.PID)
	return next
}

// Log is what the gateway has printed so far, and the process that has taken over from it.
func (g *Gateway) Log() string {
	g.t.Helper()
	text, err := os.ReadFile(g.log)
	require.NoError(g.t, err)
	return string(text)
}

// Signal sends the gateway a signal.
func (g *Gateway) Signal(s os.Signal) {
	g.t.Helper()
	require.NoError(g.t, g.cmd.Process.Signal(s))
}

// Wait waits for the gateway's end and tells how it ended, as exec.Cmd does.
func (g *Gateway) Wait() error {
	<-g.ended
	return g.err
}

// Kill ends the gateway as kill -9 does. It may have ended.
func (g *Gateway) Kill() {
	_ = g.cmd.Process.Kill()
	<-g.ended
}

// Stop ends the gateway as an operator does. It may have ended.
func (g *Gateway) Stop() {
	_ = g.cmd.Process.Signal(syscall.SIGTERM)
	<-g.ended
}

// Until looks every few milliseconds until something is so, 30 seconds at most.
func Until(t testing.TB, what string, is func() bool) {
	t.Helper()
	pace := time.NewTicker(3 * time.Millisecond)
	defer pace.Stop()
	for ends := time.Now().Add(30 * time.Second); !is(); <-pace.C {
		require.True(t, time.Now().Before(ends), "never: %s", what)
	}
}
