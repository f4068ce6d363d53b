package fast

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	"github.com/gatewright/gatewright/runtime/internal/proxyproto"
)

// conn is one client's connection.
type conn struct {
	sock *sock
	nc   net.Conn // what HTTP is spoken over: the socket, or TLS over it
	used bool     // a request was served on it

	woken bool // it was parked, and there is something to read
}

// secured is what a handler sees of a TLS connection.
type secured struct {
	*tls.Conn
	sock  *sock
	state tls.ConnectionState // as of the end of the handshake; nothing changes it later
}

// State is what the handshake agreed on. It must not be changed.
func (s *secured) State() *tls.ConnectionState { return &s.state }

// ProxyHeader implements proxyproto.Conn.
func (s *secured) ProxyHeader() *proxyproto.Header { return s.sock.header }

// Gone says whether the client has left.
func (s *secured) Gone() bool { return s.sock.Gone() }

// verdict says what becomes of a connection after a request.
type verdict uint8

const (
	keep   verdict = iota // serve the next request
	finish                // close it: both sides have said all
	linger                // close it, but let the client read our answer first
	park                  // it is idle: wait for it without buffers
	switchProtocol
	again    // nothing is here: ask again when there is (worker.burst)
	blocking // the next request is not here whole: read it by waiting (worker.burst)
)

// serveTLS shakes hands and goes on in the protocol that was agreed on.
func (c *conn) serveTLS(secure *tls.Conn) {
	if err := secure.Handshake(); err != nil {
		c.sock.srv.cfg.Logger.Debug("TLS handshake failed", "client", c.nc.RemoteAddr().String(), "error", err)
		c.close()
		return
	}
	c.sock.enter(phaseNew)
	state := secure.ConnectionState()
	if state.NegotiatedProtocol == "h2" && c.sock.srv.cfg.HTTP2 != nil {
		c.nc = secure // the library asks for its very type
		c.serveHTTP2(nil)
		return
	}
	if nc, ok := c.nc.(*secured); ok {
		nc.state = state
	}
	c.serve()
}

// serve serves requests until the connection is done, idle or speaks something else.
func (c *conn) serve() {
	w := c.sock.srv.acquire(c)
	v := w.serve()
	var buffered []byte
	switch v {
	case linger:
		w.linger()
	case switchProtocol:
		buffered = w.unread()
	}
	c.sock.srv.giveBack(w)
	switch v {
	case park:
		c.park()
	case switchProtocol:
		c.serveHTTP2(buffered)
	default:
		c.close()
	}
}

// close ends the connection. The error says nothing that anybody could act on.
func (c *conn) close() { _ = c.nc.Close() }

// serveHTTP2 hands the connection over; received is what was read of it already.
func (c *conn) serveHTTP2(received []byte) {
	if err := c.sock.srv.release(c.sock); err != nil {
		_ = c.nc.Close() // the client is gone
		return
	}
	nc := c.nc
	if len(received) > 0 {
		nc = &replay{Conn: nc, received: received}
	}
	c.sock.srv.cfg.HTTP2(nc)
}

// replay is a connection whose first bytes were read before.
type replay struct {
	net.Conn
	received []byte
}

// Read implements net.Conn.
func (r *replay) Read(b []byte) (int, error) {
	if len(r.received) > 0 {
		n := copy(b, r.received)
		r.received = r.received[n:]
		return n, nil
	}
	return r.Conn.Read(b)
}

// Waited implements h2.Waiter.
func (r *replay) Waited() time.Duration {
	if waiter, ok := r.Conn.(interface{ Waited() time.Duration }); ok {
		return waiter.Waited()
	}
	return 0
}

// ProxyHeader implements proxyproto.Conn.
func (r *replay) ProxyHeader() *proxyproto.Header { return proxyproto.Of(r.Conn) }

// closeWrite tells the client that nothing more comes, and keeps listening.
func (c *conn) closeWrite() error {
	if secure, ok := c.nc.(*secured); ok {
		if err := secure.CloseWrite(); err != nil {
			return err
		}
	}
	half, ok := c.sock.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}

var (
	_ io.Reader       = (*replay)(nil)
	_ net.Conn        = (*replay)(nil)
	_ proxyproto.Conn = (*replay)(nil)
	_ proxyproto.Conn = (*secured)(nil)
)
