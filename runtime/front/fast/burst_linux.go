package fast

import (
	"errors"
	"os"
	"time"
)

// serve serves requests until the connection wants something else.
//
// On a plain socket it stays inside one call of RawConn.Read from request to request. The runtime forgets what it was
// told of a socket only when such a call begins; what arrives while a request is served is remembered, and ends the
// wait that follows at once. So the wait can begin without a read that finds nothing, which is a third of the system
// calls of a request on a kept connection.
func (w *worker) serve() verdict {
	s := w.conn.sock
	if s.direct.raw == nil || w.conn.nc != s {
		return w.serveBlocking()
	}
	for {
		w.verdict = again
		err := s.direct.raw.Read(w.step)
		s.inside = false
		v := w.verdict
		if err != nil {
			v = w.waitEnded(err)
		}
		if v == blocking {
			w.resumed = true
			v = w.next()
			w.resumed = false
		}
		if v != keep {
			return v
		}
	}
}

// burst serves the requests that are here whole. It returns false to wait for the socket; fd is valid until it returns.
func (w *worker) burst(fd uintptr) bool {
	s := w.conn.sock
	s.direct.fd, s.inside, s.drained = fd, true, false
	for {
		v := again
		if s.drained && w.br.Buffered() == 0 {
			v = w.idle()
		} else {
			v = w.next()
		}
		switch v {
		case keep:
		case again:
			s.inside = false
			return false
		default:
			s.inside = false
			w.verdict = v
			return true
		}
	}
}

// idle says how to wait for the next request.
func (w *worker) idle() verdict {
	c := w.conn
	c.sock.enter(phaseIdle)
	if !c.woken && c.sock.srv.busy.Load() > manyWorkers {
		return park
	}
	c.woken = false
	return again
}

// waitEnded says what becomes of a connection whose wait ended with err.
func (w *worker) waitEnded(err error) verdict {
	s := w.conn.sock
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return finish
	}
	switch s.overdue() {
	case nil:
	case errPark:
		return park
	default:
		return finish
	}
	// The sweeper meant an earlier wait.
	if err := s.SetReadDeadline(time.Time{}); err != nil {
		return finish
	}
	return keep
}
