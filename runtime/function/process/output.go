package process

import (
	"bufio"
	"bytes"
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Bounds of what a process may write to the log. What is beyond them is read and dropped, so that the process never waits.
const (
	// longestLine is how long a line may be, in bytes; a longer one comes in pieces.
	longestLine = 8 << 10
	// linesPerSecond and bytesPerSecond are how much of lines is logged, in each second.
	linesPerSecond, bytesPerSecond = 200, 256 << 10
	// toldAfter is when the log says how many lines were dropped.
	toldAfter = time.Second
)

// output takes what one process prints, line by line, into the gateway's log.
type output struct {
	log     *slog.Logger
	readers sync.WaitGroup
	ends    []*os.File

	mu           sync.Mutex
	id           []byte    // of the request that the process works on, or did last
	second       time.Time // when the present one began
	lines, bytes int       // logged since
	dropped      int       // lines since the log said so
	telling      *time.Timer
	closed       bool
}

func newOutput(log *slog.Logger, name string) *output {
	return &output{log: log.With("function", name)}
}

// about says which request the process works on.
func (o *output) about(id []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.id = append(o.id[:0], id...)
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

// read reads lines to their end.
func (o *output) read(from *os.File, name string) {
	lines := bufio.NewReaderSize(from, longestLine)
	for {
		line, err := lines.ReadSlice('\n')
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			o.write(name, line)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// write logs a line, unless there are too many.
func (o *output) write(name string, line []byte) {
	id, ok := o.take(len(line))
	if ok {
		o.log.Info(string(line), "requestId", id, "from", name)
	}
}

// take reports whether a line of size bytes may be logged, and the request that it is about.
func (o *output) take(size int) (id string, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := time.Now(); now.Sub(o.second) >= time.Second {
		o.second, o.lines, o.bytes = now, 0, 0
	}
	if o.lines >= linesPerSecond || o.bytes >= bytesPerSecond {
		o.drop()
		return "", false
	}
	o.lines++
	o.bytes += size
	return string(o.id), true
}

// drop counts a line that is dropped. The lock is held.
func (o *output) drop() {
	o.dropped++
	switch {
	case o.dropped > 1 || o.closed:
	case o.telling == nil:
		o.telling = time.AfterFunc(toldAfter, o.tell)
	default:
		o.telling.Reset(toldAfter)
	}
}

// tell says how many lines were too many.
func (o *output) tell() {
	o.mu.Lock()
	dropped, id := o.dropped, string(o.id)
	o.dropped = 0
	o.mu.Unlock()
	if dropped > 0 {
		o.log.Warn("lines of a function were dropped", "requestId", id, "lines", dropped)
	}
}

// close ends the reading, once the process has ended: what it left in the pipes is still read, but whoever else holds them is
// not waited for.
func (o *output) close() {
	for _, end := range o.ends {
		if end.SetReadDeadline(time.Now().Add(grace)) != nil { // pipes cannot have one everywhere
			end.Close()
		}
	}
	o.readers.Wait()
	for _, end := range o.ends {
		_ = end.Close() // nothing was written
	}
	o.mu.Lock()
	o.closed = true
	if o.telling != nil {
		o.telling.Stop()
	}
	o.mu.Unlock()
	o.tell()
}
