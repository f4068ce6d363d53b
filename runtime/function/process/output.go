package process

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of what a process may write to the log. What is beyond them is read and dropped, so that the process never waits.
const (
	longestLine    = 8 << 10
	linesPerSecond = 200
)

// output takes what one process prints, line by line, into the gateway's log.
type output struct {
	pool    *pool
	id      atomic.Value // string: the request that the process works on
	readers sync.WaitGroup
	ends    []*os.File

	mu      sync.Mutex
	second  int64 // of lines
	lines   int
	dropped int
}

func newOutput(p *pool) *output {
	o := &output{pool: p}
	o.id.Store("")
	return o
}

// about says which request the process works on; none is empty.
func (o *output) about(id string) {
	o.id.Store(id)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tellDropped()
}

// pipes are the ends that the process writes to.
func (o *output) pipes() (stdout, stderr *os.File, err error) {
	fromOut, stdout, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	fromErr, stderr, err := os.Pipe()
	if err != nil {
		return nil, nil, errors.Join(err, fromOut.Close(), stdout.Close())
	}
	o.ends = []*os.File{fromOut, fromErr}
	o.readers.Go(func() { o.read(fromOut, "stdout") })
	o.readers.Go(func() { o.read(fromErr, "stderr") })
	return stdout, stderr, nil
}

// read reads lines to their end. A line that is too long comes in pieces.
func (o *output) read(from *os.File, name string) {
	lines := bufio.NewReaderSize(from, longestLine)
	for {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 {
			o.write(name, string(line))
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// write logs a line, unless there are too many.
func (o *output) write(name, line string) {
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := time.Now().Unix(); now != o.second {
		o.second, o.lines = now, 0
		o.tellDropped()
	}
	if o.lines++; o.lines > linesPerSecond {
		o.dropped++
		return
	}
	o.pool.core.Logger().Info(line, "function", o.pool.fn.Name, "requestId", o.id.Load(), "from", name)
}

// tellDropped says how many lines were too many.
func (o *output) tellDropped() {
	if o.dropped > 0 {
		o.pool.core.Logger().Warn("lines of a function were dropped", "function", o.pool.fn.Name, "lines", o.dropped)
		o.dropped = 0
	}
}

// close ends the reading, once the process has ended: what it left in the pipes is still read, but whoever else holds them is
// not waited for.
func (o *output) close() {
	for _, end := range o.ends {
		end.SetReadDeadline(time.Now().Add(grace)) // pipes can have one
	}
	o.readers.Wait()
	for _, end := range o.ends {
		io.Closer(end).Close()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tellDropped()
}
