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

	mu           sync.Mutex
	pipes        []*pipe
	second       time.Time // when the present one began
	lines, bytes int       // logged since
	dropped      int       // lines since the log said so
	droppedOf    []byte    // the request of the last of them
	telling      *time.Timer
	closed       bool
}

func newOutput(log *slog.Logger, name string) *output {
	return &output{log: log.With("function", name)}
}

// about says which request the process is about to get: what it prints from now on is about that one.
func (o *output) about(id []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.pipes {
		p.about(id)
	}
}

// open is the ends that the process writes to.
func (o *output) open() (stdout, stderr *os.File, err error) {
	fromOut, stdout, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	fromErr, stderr, err := os.Pipe()
	if err != nil {
		return nil, nil, errors.Join(err, fromOut.Close(), stdout.Close())
	}
	for _, p := range []*pipe{newPipe(o, fromOut, "stdout"), newPipe(o, fromErr, "stderr")} {
		o.add(p)
		o.readers.Go(func() { o.read(p) })
	}
	return stdout, stderr, nil
}

func (o *output) add(p *pipe) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes = append(o.pipes, p)
}

// read reads lines to their end.
func (o *output) read(p *pipe) {
	lines := bufio.NewReaderSize(p, longestLine)
	at := int64(0)
	for {
		line, err := lines.ReadSlice('\n')
		begins := at
		at += int64(len(line))
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			o.write(p, begins, line)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// write logs a line that begins at a place of p's, unless there are too many.
func (o *output) write(p *pipe, begins int64, line []byte) {
	id, ok := o.take(p, begins, len(line))
	if ok {
		o.log.Info(string(line), "requestId", id, "from", p.name)
	}
}

// take reports whether a line of size bytes may be logged, and the request that it is about.
func (o *output) take(p *pipe, begins int64, size int) (id string, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := time.Now(); now.Sub(o.second) >= time.Second {
		o.second, o.lines, o.bytes = now, 0, 0
	}
	about := p.requestAt(begins)
	if o.lines >= linesPerSecond || o.bytes >= bytesPerSecond {
		o.drop(about)
		return "", false
	}
	o.lines++
	o.bytes += size
	return string(about), true
}

// drop counts a line that is dropped. The lock is held.
func (o *output) drop(id []byte) {
	o.dropped++
	o.droppedOf = append(o.droppedOf[:0], id...)
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
	dropped, id := o.dropped, string(o.droppedOf)
	o.dropped = 0
	o.mu.Unlock()
	if dropped > 0 {
		o.log.Warn("lines of a function were dropped", "requestId", id, "lines", dropped)
	}
}

// close ends the reading, once the process has ended: what it left in the pipes is still read, but whoever else holds them is
// not waited for.
func (o *output) close() {
	for _, p := range o.pipes {
		if p.end.SetReadDeadline(time.Now().Add(grace)) != nil { // pipes cannot have one everywhere
			p.end.Close()
		}
	}
	o.readers.Wait()
	for _, p := range o.pipes {
		_ = p.end.Close() // nothing was written
	}
	o.mu.Lock()
	o.closed = true
	if o.telling != nil {
		o.telling.Stop()
	}
	o.mu.Unlock()
	o.tell()
}
