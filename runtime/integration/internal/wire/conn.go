package wire

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gatewright/gatewright/runtime/integration/internal/http1"
)

// Sizes of a connection's read buffer: the usual one, and the largest head.
const (
	usualBuffer = 4 << 10
	maxHead     = 64 << 10
)

// maxInterim bounds the interim answers before a final one.
const maxInterim = 8

// Conn is a connection to a backend. One goroutine may send while another one reads; nothing else may happen at once.
type Conn struct {
	// Out is the request that Exchange sends. Callers append to Out[:0].
	Out []byte
	// Head is the answer's head; its texts are valid until the next read of the body or the end of the exchange.
	Head http1.Head

	nc   net.Conn
	raw  syscall.RawConn // nil where requests are not sent from inside the wait: TLS, other systems
	sock syscall.RawConn // the socket, to look whether something came unasked; nil on other systems
	step func(fd uintptr) bool
	peek func(fd uintptr) bool
	once func(fd uintptr) bool

	in   []byte // in[r:w] was received and not used yet
	r, w int

	reads, writes limit
	interrupted   atomic.Bool

	pending []byte // what step still sends before it waits
	into    []byte // where step reads to
	stepN   int
	stepErr error

	reused    bool
	check     bool // look before the next request whether the connection still lives
	untouched bool // nothing of the present request was sent
	answered  bool // something of its answer has come
	idleSince time.Time
}

func newConn(nc net.Conn) *Conn {
	c := &Conn{nc: nc, in: make([]byte, usualBuffer), Out: make([]byte, 0, 1024)}
	c.reads.set, c.writes.set = nc.SetReadDeadline, nc.SetWriteDeadline
	c.step, c.peek = c.sendOrRead, c.look
	c.once = func(fd uintptr) bool { return c.sendOrRead(fd) || true }
	c.sock = socket(nc)
	if _, secure := nc.(*tls.Conn); secure {
		c.writes.exact = true // a record cannot be taken up again
	} else {
		c.raw = c.sock
	}
	return c
}

// socket returns the socket below nc, nil when it cannot be used directly.
func socket(nc net.Conn) syscall.RawConn {
	if secure, ok := nc.(*tls.Conn); ok {
		nc = secure.NetConn()
	}
	sc, ok := nc.(syscall.Conn)
	if !ok || !direct {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil // the reads that follow tell why
	}
	return raw
}

// Reused reports whether the connection has served a request before.
func (c *Conn) Reused() bool { return c.reused }

// Untouched reports whether nothing of the request can have reached the backend.
func (c *Conn) Untouched() bool { return c.untouched }

// Answered reports whether something of the answer has come.
func (c *Conn) Answered() bool { return c.answered }

// Verify makes the next exchange look first whether the connection still lives, whatever the time it was idle. It is
// meant for requests that must not be sent twice.
func (c *Conn) Verify() { c.check = c.check || c.reused }

// Exchange sends Out and reads the answer's head. The deadline's zero value is none.
func (c *Conn) Exchange(now, deadline time.Time) error {
	if err := c.begin(now, deadline); err != nil {
		return err
	}
	if err := c.sendOut(deadline); err != nil {
		return err
	}
	return c.readHead()
}

// Start sends Out and leaves the answer to ReadHead, so that a body can be sent with Send.
func (c *Conn) Start(now, deadline time.Time) error {
	if err := c.begin(now, deadline); err != nil {
		return err
	}
	return c.Send(c.Out, deadline)
}

// ReadHead waits for the answer's head. It may run while another goroutine sends.
func (c *Conn) ReadHead(now, deadline time.Time) error {
	if err := c.reads.begin(now, deadline); err != nil {
		return broken(err)
	}
	return c.readHead()
}

// begin prepares a new exchange.
func (c *Conn) begin(now, deadline time.Time) error {
	c.untouched, c.answered = true, false
	c.r, c.w = 0, 0
	if c.check && c.stale() {
		return ErrStale
	}
	c.check = false
	if err := c.reads.begin(now, deadline); err != nil {
		return fmt.Errorf("%w: %w", ErrStale, err)
	}
	return nil
}

// sendOut sends the request. Where the wait for the answer comes with it, it also receives the answer's first bytes.
func (c *Conn) sendOut(deadline time.Time) error {
	if c.raw == nil {
		return c.Send(c.Out, deadline)
	}
	c.pending = c.Out
	n, err := c.waitRaw(c.in)
	rest := c.pending
	c.pending = nil
	if err == nil && len(rest) > 0 { // the socket's buffer is full
		return c.Send(rest, deadline)
	}
	c.w, c.answered = n, n > 0
	return err
}

// Send sends b whole.
func (c *Conn) Send(b []byte, deadline time.Time) error {
	if err := c.writes.begin(time.Now(), deadline); err != nil {
		return broken(err)
	}
	for {
		if c.interrupted.Load() {
			return ErrTimeout
		}
		n, err := c.nc.Write(b)
		if n > 0 {
			c.untouched = false
		}
		if err == nil {
			return nil
		}
		if !isTimeout(err) {
			return broken(err)
		}
		if err := c.writes.again(time.Now()); err != nil {
			return err
		}
		b = b[n:]
	}
}

// Interrupt ends a Send of another goroutine and all later ones. The connection cannot be used for another request.
func (c *Conn) Interrupt() {
	c.interrupted.Store(true)
	_ = c.nc.SetWriteDeadline(time.Unix(1, 0)) // a closed connection needs none
}

// Watch has waits for the answer end when w, who waits for it in the end, is gone; nil: nobody is asked.
func (c *Conn) Watch(w Watcher) { c.reads.watcher = w }

// Abort closes the connection under whoever uses it. It must still be given back.
func (c *Conn) Abort() { _ = c.nc.Close() }

// ReadNow reads what has come already, and returns 0 when nothing has or when this cannot be told.
func (c *Conn) ReadNow(p []byte) (int, error) {
	if c.r < c.w {
		n := copy(p, c.in[c.r:c.w])
		c.r += n
		return n, nil
	}
	if c.raw == nil {
		return 0, nil
	}
	c.into, c.stepN, c.stepErr = p, 0, nil
	if err := c.raw.Read(c.once); err != nil && !isTimeout(err) {
		return 0, broken(err)
	}
	return c.stepN, c.stepErr
}

// readHead reads the final answer's head.
func (c *Conn) readHead() error {
	for interim := 0; ; {
		n, err := c.Head.Parse(c.in[c.r:c.w])
		if errors.Is(err, http1.ErrIncomplete) {
			if err = c.more(); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		c.r += n
		more, err := c.Head.Interim()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		if !more {
			return nil
		}
		if interim++; interim > maxInterim {
			return fmt.Errorf("%w: too many interim answers", ErrMalformed)
		}
	}
}

// more receives more of a head.
func (c *Conn) more() error {
	if c.r > 0 {
		c.w = copy(c.in, c.in[c.r:c.w])
		c.r = 0
	}
	if c.w == len(c.in) {
		if c.w >= maxHead {
			return fmt.Errorf("%w: the head is too large", ErrMalformed)
		}
		grown := make([]byte, min(4*len(c.in), maxHead))
		copy(grown, c.in)
		c.in = grown
	}
	n, err := c.receive(c.in[c.w:])
	c.w += n
	if n > 0 {
		c.answered = true
		return nil
	}
	return err
}

// Buffered returns what was received of the body and not used yet.
func (c *Conn) Buffered() []byte { return c.in[c.r:c.w] }

// Discard takes n bytes of Buffered.
func (c *Conn) Discard(n int) { c.r += n }

// Limit bounds the reads that follow.
func (c *Conn) Limit(now, deadline time.Time) error {
	if err := c.reads.begin(now, deadline); err != nil {
		return broken(err)
	}
	return nil
}

// Read reads what comes next. The end of the connection is io.EOF.
func (c *Conn) Read(p []byte) (int, error) {
	if c.r < c.w {
		n := copy(p, c.in[c.r:c.w])
		c.r += n
		return n, nil
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := c.receive(p)
	if n == 0 && errors.Is(err, errEnd) {
		return 0, io.EOF
	}
	return n, err
}

// Fill receives more of the body into Buffered, which must be used up.
func (c *Conn) Fill() error {
	c.r, c.w = 0, 0
	n, err := c.Read(c.in)
	c.w = n
	return err
}

// errEnd is an orderly end of the connection.
var errEnd = fmt.Errorf("%w: %w", ErrBroken, io.EOF)

// receive waits for something to come.
func (c *Conn) receive(p []byte) (int, error) {
	if c.raw != nil {
		return c.waitRaw(p)
	}
	for {
		n, err := c.nc.Read(p)
		switch {
		case n > 0:
			return n, nil
		case err == nil:
			continue
		case err == io.EOF:
			return 0, errEnd
		case !isTimeout(err):
			return 0, broken(err)
		}
		if err := c.reads.again(time.Now()); err != nil {
			return 0, err
		}
	}
}

// waitRaw sends what is pending and reads into p as soon as something comes. It returns neither bytes nor an error when
// the socket did not take all that was pending.
func (c *Conn) waitRaw(p []byte) (int, error) {
	c.into = p
	for {
		c.stepN, c.stepErr = 0, nil
		err := c.raw.Read(c.step)
		switch {
		case err == nil:
			return c.stepN, c.stepErr
		case !isTimeout(err):
			return 0, broken(err)
		}
		if err := c.reads.again(time.Now()); err != nil {
			return 0, err
		}
	}
}

// stale reports whether the backend has closed the idle connection or has sent something unasked.
func (c *Conn) stale() bool {
	if c.sock == nil {
		return false
	}
	c.stepErr = nil
	err := c.sock.Read(c.peek)
	return (err != nil && !isTimeout(err)) || c.stepErr != nil
}

func broken(err error) error {
	if isTimeout(err) {
		return ErrTimeout
	}
	return fmt.Errorf("%w: %w", ErrBroken, err)
}
