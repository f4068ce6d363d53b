package fast

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// phase is what a connection waits for, and so which limit holds.
type phase uint8

const (
	phaseFree      phase = iota // no limit of ours: handlers at work, or HTTP/2 with limits of its own
	phaseHandshake              // TLS handshake, from its first byte to its last
	phaseNew                    // the first byte on a fresh connection
	phaseHead                   // a request's head, from its first byte to its last
	phaseIdle                   // the next request on a connection that was used
	phaseParked                 // the same, holding no buffers
	phaseBody                   // more of a body, since the last piece
	phaseWrite                  // room to write, since the last piece was taken
	phaseLinger                 // what a client still sends after the last answer
	phases
)

// writePiece bounds one write, so that a large answer shows progress while it goes out.
const writePiece = 64 << 10

// sock is the TCP connection below everything. Its waits are bounded without timers: whoever waits notes the phase and
// the coarse time; the server's sweeper looks at all of them a few times in the longest limit and interrupts the wait
// that took too long by a deadline in the past. A request that is served in time costs a few stores.
type sock struct {
	net.Conn
	srv *Server

	state atomic.Int64 // milliseconds of the coarse clock << 8 | phase

	// Only the goroutine that reads the body uses these.
	bodyWaited int64 // milliseconds that the body's reader waited for the client
	bodyBytes  int64

	released   bool  // HTTP/2 owns the connection and its deadlines
	prev, next *sock // the server's list, under its lock
}

// timeout ends a wait that took longer than its limit. It is a net.Error so that TLS keeps its state.
type timeout struct{ park bool }

func (t *timeout) Error() string {
	if t.park {
		return "connection is idle"
	}
	return "client is too slow"
}

// Timeout implements net.Error.
func (t *timeout) Timeout() bool { return true }

// Temporary implements net.Error: a TLS connection goes on after it.
func (t *timeout) Temporary() bool { return true }

var (
	errSlow = &timeout{}
	errPark = &timeout{park: true}

	_ net.Error = errSlow
)

func isTimeout(err error) bool {
	var t *timeout
	return errors.As(err, &t)
}

// enter notes that p begins now.
func (s *sock) enter(p phase) { s.state.Store(s.srv.coarse.Load()<<8 | int64(p)) }

// become changes the phase and leaves the time at which the wait began.
func (s *sock) become(p phase) { s.state.Store(s.state.Load()&^0xff | int64(p)) }

// now returns the phase and how long it has lasted.
func (s *sock) now() (phase, time.Duration) {
	state := s.state.Load()
	return phase(state & 0xff), time.Duration(s.srv.coarse.Load()-state>>8) * time.Millisecond
}

// overdue returns the error that ends the current wait, nil when it may go on.
func (s *sock) overdue() error {
	p, age := s.now()
	limit := s.srv.limit(p)
	switch {
	case limit > 0 && age >= limit:
		return errSlow
	case p == phaseIdle && age >= s.srv.parkAfter():
		return errPark
	default:
		return nil
	}
}

// Read implements net.Conn.
func (s *sock) Read(b []byte) (int, error) {
	p, _ := s.now()
	if p != phaseFree {
		return s.read(b)
	}
	if s.released {
		return s.Conn.Read(b)
	}
	// A handler reads the body.
	s.enter(phaseBody)
	n, err := s.read(b)
	_, waited := s.now()
	s.bodyWaited += waited.Milliseconds()
	s.bodyBytes += int64(n)
	s.enter(phaseFree)
	if err == nil && s.crawls() {
		err = errSlow
	}
	return n, err
}

// read reads under the limit of the current phase.
func (s *sock) read(b []byte) (int, error) {
	for {
		n, err := s.Conn.Read(b)
		if n > 0 || err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if late := s.overdue(); late != nil {
			return 0, late
		}
		// The sweeper meant an earlier wait.
		if err := s.SetReadDeadline(time.Time{}); err != nil {
			return 0, err
		}
	}
}

// crawls says that the body comes below the least rate after its time of grace.
func (s *sock) crawls() bool {
	least := s.srv.cfg.Limits.BodyRate
	if least <= 0 || s.bodyWaited < s.srv.cfg.Limits.BodyGrace.Milliseconds() {
		return false
	}
	return s.bodyBytes*1000 < least*s.bodyWaited
}

// Write implements net.Conn.
func (s *sock) Write(b []byte) (int, error) {
	if s.released {
		return s.Conn.Write(b)
	}
	before := s.state.Load()
	if phase(before&0xff) == phaseHandshake {
		return s.write(b) // part of one wait that the handshake's limit bounds
	}
	written := 0
	for {
		s.enter(phaseWrite)
		n, err := s.write(b[:min(len(b), writePiece)])
		written += n
		b = b[n:]
		if err != nil || len(b) == 0 {
			s.state.Store(before)
			return written, err
		}
	}
}

// write writes b whole or until no byte was taken for as long as the limit allows.
func (s *sock) write(b []byte) (int, error) {
	written := 0
	for {
		n, err := s.Conn.Write(b[written:])
		written += n
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return written, err
		}
		if n > 0 {
			s.enter(phaseWrite)
		} else if late := s.overdue(); late != nil {
			return written, late
		}
		if err := s.SetWriteDeadline(time.Time{}); err != nil {
			return written, err
		}
	}
}

// past is a deadline that interrupts whoever waits.
var past = time.Unix(1, 0)

// interrupt wakes the wait of phase p so that it looks at its limits.
func (s *sock) interrupt(p phase) {
	// An error means that the connection is closed already, which ends the wait as well.
	switch p {
	case phaseWrite:
		_ = s.SetWriteDeadline(past)
	case phaseHandshake:
		_ = s.SetDeadline(past)
	default:
		_ = s.SetReadDeadline(past)
	}
}
