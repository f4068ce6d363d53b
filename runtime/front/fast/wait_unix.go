//go:build unix

package fast

import (
	"crypto/tls"
	"net"
	"os"
	"syscall"
	"time"
)

// park waits for the client without buffers and without this goroutine's grown stack.
func (c *conn) park() {
	if err := c.sock.SetReadDeadline(time.Time{}); err != nil {
		c.close()
		return
	}
	c.sock.become(phaseParked)
	go c.await()
}

// await serves the connection again once there is something to read, be it the end.
func (c *conn) await() {
	raw, ok := c.sock.Conn.(syscall.Conn)
	if !ok {
		c.resume()
		return
	}
	access, err := raw.SyscallConn()
	if err == nil {
		err = access.Read(readable)
	}
	if err != nil {
		c.close()
		return
	}
	c.resume()
}

// readable looks for a byte without taking it.
func readable(fd uintptr) bool {
	var b [1]byte
	_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
	return err != syscall.EAGAIN && err != syscall.EINTR
}

func (c *conn) resume() {
	c.woken = true
	c.sock.become(phaseIdle)
	c.serve()
}

// Gone says, without waiting and without taking anything, whether the client has closed its side or reset the
// connection. It may be called by the goroutine that handles the request or writes its answer.
func (s *sock) Gone() bool {
	raw, ok := s.Conn.(syscall.Conn)
	if !ok {
		return false
	}
	access, err := raw.SyscallConn()
	if err != nil {
		return true
	}
	gone := false
	err = access.Control(func(fd uintptr) {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
		gone = n == 0 && err == nil || err != nil && err != syscall.EAGAIN && err != syscall.EINTR
	})
	return gone || err != nil
}

// lastCall serves the connections that wait in a listener's queue, which would be reset when it closes.
func (s *Server) lastCall(ln net.Listener, tlsConfig *tls.Config) {
	sc, ok := ln.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return // closed already
	}
	_ = raw.Control(func(fd uintptr) { // closed already
		for {
			nc, err := acceptNow(int(fd))
			if err != nil {
				return
			}
			s.start(nc, tlsConfig)
		}
	})
}

// acceptNow accepts without waiting.
func acceptNow(fd int) (net.Conn, error) {
	syscall.ForkLock.RLock()
	accepted, _, err := syscall.Accept(fd)
	if err == nil {
		syscall.CloseOnExec(accepted)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(accepted), "")
	defer f.Close() // the connection has its own descriptor
	return net.FileConn(f)
}
