package fast

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/gatewright/gatewright/runtime/internal/proxyproto"
	"github.com/gatewright/gatewright/runtime/internal/whole"
)

// phase is what a connection waits for, and so which limit holds.
type phase uint8

const (
	phaseFree      phase = iota // no limit of ours: handlers at work, or HTTP/2 with limits of its own
	phaseHandshake              // TLS handshake, from its first byte to its last
	phaseProxy                  // a balancer's header, before everything else
	phaseNew                    // the first byte on a fresh connection
	phaseHead                   // a request's head, from its first byte to its last
	phaseIdle                   // the next request on a connection that was used
	phaseParked                 // the same, holding no buffers
	phaseBody                   // more of a body, since the last piece
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
	srv    *Server
	direct direct // reads and writes Conn

	state       atomic.Int64 // milliseconds of the coarse clock << 8 | phase
	writing     atomic.Int64 // milliseconds of the coarse clock + 1 while a write waits, else 0
	interrupted atomic.Bool  // the body's reader was told to stop

	// Only the goroutine that serves the connection uses these. Inside burst a read never waits: it gives errAgain.
	inside  bool
	drained bool // the last read took all there was

	worker *worker // that serves the connection now

	// Only the goroutine that reads the body uses these.
	bodyWaited int64 // milliseconds that the body's reader waited for the client
	bodyBytes  int64

	header *proxyproto.Header // of the balancer that passed the connection on; nil: the client's own

	released   bool         // HTTP/2 owns the connection and its deadlines
	stamped    *stamped     // what HTTP/2 reads through; nil: Conn
	arrived    atomic.Int64 // when what HTTP/2 read last had come, by the watch's clock
	prev, next *sock        // the server's list, under its lock
	listed     bool         // under the server's lock as well
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
	errSlow        = &timeout{}
	errPark        = &timeout{park: true}
	errInterrupted = errors.New("reading was interrupted")
	errAgain       = errors.New("nothing to read yet")

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
		return s.readReleased(b)
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
	if s.inside {
		n, err := s.direct.readNow(b)
		s.drained = n < len(b)
		return n, err
	}
	for {
		n, err := s.direct.read(b)
		if n > 0 || err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if s.interrupted.Load() {
			return 0, errInterrupted
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

// interrupt ends the reading of a body, from any goroutine.
func (s *sock) interrupt() {
	s.interrupted.Store(true)
	s.wake()
}

// wake lets a read look at its limits.
func (s *sock) wake() {
	_ = s.SetReadDeadline(past) // an error means that the connection is closed, which ends the wait as well
}

// DirectAnswer implements whole.Front. Over TLS handlers see another type, whose answers take the longer way.
func (s *sock) DirectAnswer() *whole.Answer {
	if s.worker == nil {
		return nil
	}
	return &s.worker.direct
}

var _ whole.Front = (*sock)(nil)

// Close implements net.Conn, and takes the connection off the server's list.
func (s *sock) Close() error {
	err := s.Conn.Close()
	s.srv.remove(s)
	return err
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
	written := 0
	for {
		n, err := s.write(b[:min(len(b), writePiece)])
		written += n
		b = b[n:]
		if err != nil || len(b) == 0 {
			s.writing.Store(0)
			return written, err
		}
	}
}

// write writes b whole or until no byte was taken for as long as the limit allows.
func (s *sock) write(b []byte) (int, error) {
	written := 0
	for {
		s.writing.Store(s.srv.coarse.Load() + 1)
		n, err := s.direct.write(b[written:])
		written += n
		for err != nil && n == 0 && errors.Is(err, os.ErrDeadlineExceeded) && !s.stuck() {
			// The sweeper meant an earlier wait.
			if err = s.SetWriteDeadline(time.Time{}); err == nil {
				n, err = s.direct.write(b[written:])
				written += n
			}
		}
		if err == nil || n == 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return written, stalled(err)
		}
		if err := s.SetWriteDeadline(time.Time{}); err != nil {
			return written, err
		}
	}
}

// stuck says that the current write has taken nothing for too long.
func (s *sock) stuck() bool {
	since := s.writing.Load()
	limit := s.srv.cfg.Limits.WriteTime
	return since > 0 && limit > 0 && time.Duration(s.srv.coarse.Load()+1-since)*time.Millisecond >= limit
}

// stalled is the error of a write that the sweeper ended.
func stalled(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errSlow
	}
	return err
}

// past is a deadline that wakes whoever waits.
var past = time.Unix(1, 0)
