package redisstore

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
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
	Paced   bool    // it takes 20 in a millisecond, until it has been stopped
	Failing bool    // it goes on when the store does not know
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
			paced := task.Paced
			for refusals := 0; time.Now().Before(end) && (task.Until == 0 || refusals < task.Until); {
				paced = paced && pace()
				refused, err := s.Admit(time.Time{}, lines)
				switch {
				case err != nil && task.Failing:
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

// pace waits for 50 µs, and says whether it was no longer.
func pace() bool {
	start := time.Now()
	for time.Since(start) < 50*time.Microsecond {
		runtime.Gosched()
	}
	return time.Since(start) < time.Second
}

// node is such a process.
type node struct {
	t     testing.TB
	cmd   *exec.Cmd
	count atomic.Int64 // requests that passed
	ended chan struct{}
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
	n := &node{t: t, cmd: cmd, ended: make(chan struct{})}
	go n.read(out)
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-n.ended
	})
	return n
}

// read counts until the process has ended.
func (n *node) read(out io.Reader) {
	defer close(n.ended)
	buffer := make([]byte, 4096)
	for {
		got, err := out.Read(buffer)
		n.count.Add(int64(got))
		if err != nil {
			_ = n.cmd.Wait() // it may have been killed
			return
		}
	}
}

// passed waits until so many requests have passed.
func (n *node) passed(count int64) {
	n.t.Helper()
	eventually(n.t, "requests of the process pass", func() bool { return n.count.Load() >= count })
}

// rest is how many have passed when the process has ended, by itself or killed.
func (n *node) rest() int {
	<-n.ended
	return int(n.count.Load())
}

func (n *node) signal(sig syscall.Signal) { require.NoError(n.t, n.cmd.Process.Signal(sig)) }
