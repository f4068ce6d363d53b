package fast

import (
	"io"
	"net"

	"github.com/gatewright/gatewright/runtime/internal/proxyproto"
)

// introduced reads the header of the balancer that passes the connection on, and reports whether there was one. Without
// it the connection is closed: what the client says could be taken for the balancer's word.
func (c *conn) introduced() bool {
	header, err := proxyproto.Read(c.sock)
	if err == nil {
		c.sock.header = header
		return true
	}
	if err != io.EOF { // a balancer that only looks whether somebody listens
		c.sock.srv.unproven.Add(1)
		c.sock.srv.cfg.Logger.Debug("connection without a balancer's header", "from", c.sock.RemoteAddr().String(), "error", err)
	}
	c.close()
	return false
}

// RemoteAddr implements net.Conn: the client's address, by the word of a balancer where there is one.
func (s *sock) RemoteAddr() net.Addr {
	if s.header != nil && s.header.Client != nil {
		return s.header.Client
	}
	return s.Conn.RemoteAddr()
}

// ProxyHeader implements proxyproto.Conn.
func (s *sock) ProxyHeader() *proxyproto.Header { return s.header }

var _ proxyproto.Conn = (*sock)(nil)
