package redisstore

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

// asNode is the variable that turns the test's program into a gateway's process: what it does, as JSON.
const asNode = "GATEWRIGHT_REDISSTORE_NODE"

// nodeTask is what a process does: it takes of a line as fast as it can, and writes one byte for each request that passed.
type nodeTask struct {
	URL     string
	Mode    Mode
	Line    limit.Line
	Workers int
	Seconds float64 // it ends after that
	Until   int     // or after so many refusals of one worker
}

// runNode is the process.
func runNode() int {
	var task nodeTask
	if err := json.Unmarshal([]byte(os.Getenv(asNode)), &task); err != nil {
		panic(err)
	}
	s, err := Open(context.Background(), Config{URL: task.URL, Mode: task.Mode, Wait: time.Second, Timeout: time.Second})
	if err != nil {
		panic(err)
	}
	lines := []limit.Shared{s.Line(task.Line)}
	end := time.Now().Add(time.Duration(task.Seconds * float64(time.Second)))
	var all sync.WaitGroup
	for range task.Workers {
		all.Go(func() {
			for refusals := 0; time.Now().Before(end) && (task.Until == 0 || refusals < task.Until); {
				refused, err := s.Admit(time.Time{}, lines)
				switch {
				case err != nil:
					panic(err)
				case refused >= 0:
					refusals++
					if task.Until > 0 {
						<-time.After(time.Millisecond) // what is leased elsewhere comes back
					}
				default:
					if _, err := os.Stdout.Write([]byte{'.'}); err != nil {
						panic(err)
					}
				}
			}
		})
	}
	all.Wait()
	if err := s.Close(); err != nil {
		panic(err)
	}
	return 0
}

// node is such a process.
type node struct {
	t   testing.TB
	cmd *exec.Cmd
	out *bufio.Reader
}

func startNode(t testing.TB, task nodeTask) *node {
	t.Helper()
	text, err := json.Marshal(task)
	require.NoError(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asNode+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed
		}
	})
	return &node{t: t, cmd: cmd, out: bufio.NewReader(out)}
}

// passed waits for n requests that passed.
func (n *node) passed(count int) {
	n.t.Helper()
	_, err := io.ReadFull(n.out, make([]byte, count))
	require.NoError(n.t, err)
}

// rest is how many more passed until the process ended, by itself or killed.
func (n *node) rest() int {
	n.t.Helper()
	text, err := io.ReadAll(n.out)
	require.NoError(n.t, err)
	_ = n.cmd.Wait() // it may have been killed
	return len(text)
}

func (n *node) signal(sig syscall.Signal) { require.NoError(n.t, n.cmd.Process.Signal(sig)) }
