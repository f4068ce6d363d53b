package process

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"syscall"
)

// readBuffer is how much of requests is read at once.
const readBuffer = 8 << 10

// conn is a connection of a process to its API. One goroutine reads it; whoever has something for the process writes it.
type conn struct {
	i     *instance
	c     net.Conn
	raw   syscall.RawConn // nil: writes may block
	lines lines
	head  head
	body  body

	writing sync.Mutex
	out     []byte

	attempt func(fd uintptr) bool // writes what it can of out
	wrote   int
	failed  error
}

func newConn(i *instance, c net.Conn) *conn {
	k := &conn{i: i, c: c, lines: lines{r: bufio.NewReaderSize(c, readBuffer)}}
	if s, ok := c.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			k.raw = raw
		}
	}
	k.attempt = k.try
	return k
}

// serve answers requests until the connection ends.
func (k *conn) serve() {
	p := k.i.pool
	for k.request() {
	}
	k.c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(k.i.conns, k)
	k.i.unask(k)
}

// request answers one request and reports whether there may be another one.
func (k *conn) request() bool {
	_, err := k.lines.r.Peek(1)
	if err != nil || k.stillAsks() {
		return false
	}
	if err = k.head.read(&k.lines); err == nil {
		k.body.open(&k.head, &k.lines)
		return k.route() && !k.head.closes && k.rest()
	}
	switch {
	case errors.Is(err, errHeadLong):
		k.refuse(431, "RequestHeaderFieldsTooLarge", err.Error())
	case errors.Is(err, errMalformed):
		k.refuse(400, "InvalidRequest", err.Error())
	}
	return false
}

// stillAsks reports whether the process sends a further request before it has the answer to the one for work: what is
// its answer could not be told.
func (k *conn) stillAsks() bool {
	k.i.pool.mu.Lock()
	defer k.i.pool.mu.Unlock()
	return k.i.asker == k
}

// maxRest is how much of a body is read that nobody wants: so much more, the connection breaks.
const maxRest = 1 << 30

// rest reads what is left of a body, so that its sender gets to see the answer, and reports whether that was all.
func (k *conn) rest() bool {
	if k.body.end != nil {
		return k.body.end == io.EOF
	}
	var room [4 << 10]byte
	for read := int64(0); read < maxRest; {
		n, err := k.body.Read(room[:])
		if err != nil {
			return err == io.EOF
		}
		read += int64(n)
	}
	return false
}

// hand writes v to the process on behalf of its caller, who must not wait for a process that does not read: what cannot be
// written at once a goroutine writes.
func (k *conn) hand(v *invocation) {
	if !k.writing.TryLock() {
		k.later(func() {
			k.writing.Lock()
			k.out = v.appendTo(k.out[:0])
			k.flush(v, k.out)
		}, v)
		return
	}
	k.out = v.appendTo(k.out[:0])
	n, err := k.now()
	if err == nil && n < len(k.out) {
		if !k.later(func() { k.flush(v, k.out[n:]) }, v) {
			k.release()
		}
		return
	}
	k.release()
	if err != nil {
		k.lose(v)
	}
}

// later has f run beside the caller, and reports false when the process has ended, which ends v. The memory of v is not used
// again afterwards, as f may outlive it.
func (k *conn) later(f func(), v *invocation) bool {
	p := k.i.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	v.kept = true
	if k.i.closed {
		return false
	}
	k.i.tasks.Go(f) // accept is one of them until closed is set
	return true
}

// flush writes text, waiting for the process to read, and gives the right to write back.
func (k *conn) flush(v *invocation, text []byte) {
	_, err := k.c.Write(text)
	k.release()
	if err != nil {
		k.lose(v)
	}
}

// lose gives v back, which could not be written, and hands it to another process that waits for work, if there is one.
func (k *conn) lose(v *invocation) {
	k.c.Close()
	p := k.i.pool
	p.mu.Lock()
	other := k.i.giveBack(v)
	p.mu.Unlock()
	if other != nil {
		other.hand(v)
	}
}

// release gives the right to write back.
func (k *conn) release() {
	if cap(k.out) > keptMemory {
		k.out = nil
	}
	k.writing.Unlock()
}

// now writes what can be written of out without waiting. k.writing is held.
func (k *conn) now() (int, error) {
	if k.raw == nil {
		return 0, nil
	}
	k.wrote, k.failed = 0, nil
	if err := k.raw.Write(k.attempt); err != nil {
		return 0, err
	}
	return k.wrote, k.failed
}

func (k *conn) try(fd uintptr) bool {
	k.wrote, k.failed = writeNow(fd, k.out)
	return true
}

// write writes an answer.
func (k *conn) write(text []byte) bool {
	k.writing.Lock()
	_, err := k.c.Write(text)
	k.release()
	return err == nil
}

// appendTo appends the answer to a process that asks for work.
func (v *invocation) appendTo(b []byte) []byte {
	b = append(b, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: "...)
	b = append(b, v.id...)
	b = append(b, "\r\nLambda-Runtime-Deadline-Ms: "...)
	b = strconv.AppendInt(b, v.expires.UnixMilli(), 10)
	b = append(b, "\r\nLambda-Runtime-Invoked-Function-Arn: "...)
	b = append(b, v.arn...)
	if len(v.trace) > 0 {
		b = append(b, "\r\nLambda-Runtime-Trace-Id: "...)
		b = append(b, v.trace...)
	}
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(v.payload)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, v.payload...)
}
