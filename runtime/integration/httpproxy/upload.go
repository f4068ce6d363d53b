package httpproxy

import (
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/gatewright/gatewright/runtime/integration/internal/wire"
)

// upload sends a long body while the answer is awaited: a backend may answer before it has read everything.
type upload struct {
	conn   *wire.Conn
	body   io.Reader
	left   int64 // bytes to come; negative: unknown, sent in chunks
	source interrupter
	done   chan struct{} // closed when nothing is sent any more; nil before the upload has begun

	// For who has seen done closed:
	client   error // the client broke off
	complete bool  // all was sent
}

// interrupter is a request body whose reader can be woken.
type interrupter interface{ Interrupt() }

// earlyGrace is how long a sender may take to notice that its last piece is sent when the answer is here already.
const earlyGrace = 5 * time.Millisecond

// begun reports whether something of the body may have been read or sent.
func (l *upload) begun() bool { return l.done != nil }

// sendLong sends a body that is not sent with the head, and waits for the answer's head.
func (x *exchange) sendLong() error {
	if err := x.conn.Start(x.now, x.deadline); err != nil {
		return err
	}
	l := &x.upload
	l.conn, l.body, l.left, l.done = x.conn, x.stream, x.size, make(chan struct{})
	if x.stream == nil {
		x.memory.Reset(x.whole)
		l.body = &x.memory
	} else {
		l.source, _ = x.c.RequestCtx().RequestBodyStream().(interrupter)
	}
	buffer := x.up.buffers.Get().(*[]byte)
	go func() {
		l.run(*buffer)
		x.up.buffers.Put(buffer)
		close(l.done)
	}()
	if err := x.conn.ReadHead(x.now, x.deadline); err != nil {
		l.stop()
		return err
	}
	l.settle()
	return nil
}

// room is kept free before a piece for a chunk's size, and behind it for its line end.
const (
	room = 8
	tail = 2
)

var errShort = errors.New("the body is shorter than it should be")

// run sends the body piece by piece.
func (l *upload) run(buffer []byte) {
	for {
		piece := buffer[room : len(buffer)-tail]
		if l.left >= 0 && int64(len(piece)) > l.left {
			piece = piece[:l.left]
		}
		if len(piece) == 0 {
			l.complete = true
			return
		}
		n, err := l.body.Read(piece)
		if n > 0 && !l.send(buffer, n) {
			return
		}
		switch {
		case err == nil:
		case err != io.EOF:
			l.breakOff(err)
			return
		case l.left > 0:
			l.breakOff(errShort)
			return
		default:
			l.complete = l.left == 0 || l.deliver([]byte("0\r\n\r\n"))
			return
		}
	}
}

// send sends the n bytes at buffer[room:].
func (l *upload) send(buffer []byte, n int) bool {
	if l.left >= 0 {
		l.left -= int64(n)
		return l.deliver(buffer[room : room+n])
	}
	var size [16]byte
	line := append(strconv.AppendInt(size[:0], int64(n), 16), "\r\n"...)
	start := room - len(line)
	copy(buffer[start:], line)
	copy(buffer[room+n:], "\r\n")
	return l.deliver(buffer[start : room+n+tail])
}

// deliver sends b. When that fails the answer may still tell why.
func (l *upload) deliver(b []byte) bool {
	err := l.conn.Send(b, time.Now().Add(stall))
	if errors.Is(err, wire.ErrTimeout) {
		l.conn.Abort()
	}
	return err == nil
}

// breakOff ends the backend's request without its end, so that it is never taken for whole.
func (l *upload) breakOff(err error) {
	l.client = err
	l.conn.Abort()
}

// settle gives the sender of a body that is answered a moment to come to its end.
func (l *upload) settle() {
	timer := time.NewTimer(earlyGrace)
	defer timer.Stop()
	select {
	case <-l.done:
	case <-timer.C:
	}
}

// early reports whether the answer came before the body was sent.
func (l *upload) early() bool {
	if l.done == nil {
		return false
	}
	select {
	case <-l.done:
		return !l.complete
	default:
		return true
	}
}

// stop ends the sending and waits for its end.
func (l *upload) stop() {
	select {
	case <-l.done:
		return
	default:
	}
	if l.source != nil {
		l.source.Interrupt()
	}
	l.conn.Interrupt()
	<-l.done
}
