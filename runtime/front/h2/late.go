package h2

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// Waiter is a connection that tells how long what was read of it last waits by now. A request may have waited longer: more
// may have been read since it came.
type Waiter interface{ Waited() time.Duration }

type waiterKey struct{}

// waiterOf is the connection below TLS that tells; nil: none does.
func waiterOf(nc net.Conn) Waiter {
	if secure, ok := nc.(*tls.Conn); ok {
		nc = secure.NetConn()
	}
	waiter, _ := nc.(Waiter)
	return waiter
}

// late says whether the request is sent away because it waited too long. It is asked while the watch looks.
func (s *Server) late(r *http.Request) bool {
	waiter, ok := r.Context().Value(waiterKey{}).(Waiter)
	return ok && s.cfg.Watch.Late(waiter.Waited())
}
