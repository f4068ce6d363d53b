//go:build !unix

package fast

import (
	"crypto/tls"
	"net"
	"time"
)

// park waits with fresh buffers where readiness cannot be asked for without reading.
func (c *conn) park() {
	if err := c.sock.SetReadDeadline(time.Time{}); err != nil {
		c.close()
		return
	}
	c.sock.enter(phaseIdle)
	c.woken = true // there is no other way to wait
	go c.serve()
}

// Gone says that the client has left, which cannot be asked for here without reading.
func (s *sock) Gone() bool { return false }

// lastCall serves nothing: a listener's queue cannot be emptied here without waiting.
func (s *Server) lastCall(net.Listener, *tls.Config) {}
