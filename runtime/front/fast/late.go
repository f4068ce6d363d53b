package fast

import "time"

// late says whether the request is sent away because it waited too long. It is asked while the watch looks. Of a request
// that came in one piece with the one before nobody knows how long it waited for us, and how long for that one's answer.
func (w *worker) late() bool {
	if !w.fresh {
		return false
	}
	wait, quiet := w.conn.sock.waited()
	return w.conn.sock.srv.cfg.Watch.Late(min(wait, quiet))
}

// readReleased reads for HTTP/2, and notes when what was read had come.
func (s *sock) readReleased(b []byte) (int, error) {
	watch := s.srv.cfg.Watch
	if watch == nil {
		return s.Conn.Read(b)
	}
	if s.stamped == nil {
		n, err := s.Conn.Read(b)
		s.arrived.Store(watch.Now())
		return n, err
	}
	n, received, err := s.stamped.read(b)
	arrived := watch.Now()
	if !received.IsZero() {
		arrived -= max(int64(time.Since(received)), 0) // by the wall clock, which may be set back
	}
	s.arrived.Store(arrived)
	return n, err
}

// Waited implements h2.Waiter.
func (s *sock) Waited() time.Duration {
	return time.Duration(s.srv.cfg.Watch.Now() - s.arrived.Load())
}
