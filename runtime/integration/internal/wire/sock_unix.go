//go:build unix

package wire

import "syscall"

// direct says that sockets are read and written here, inside the runtime's wait.
const direct = true

// sendOrRead is called by the runtime with the connection's socket, which never blocks: first to send the request,
// then each time something may have come. It returns false to wait. The runtime forgot earlier news of the socket
// before the first call, and nothing can have come before the request is sent, so none is missed. What a backend sent
// unasked before that is read together with the answer and found then.
func (c *Conn) sendOrRead(fd uintptr) bool {
	if len(c.pending) > 0 {
		return c.send(fd)
	}
	for {
		n, err := readNow(fd, c.into)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return false
		case err != nil:
			c.stepErr = broken(err)
		case n == 0:
			c.stepErr = errEnd
		default:
			c.stepN = n
		}
		return true
	}
}

// send sends what is pending. It returns true to end the wait, with an error or because the socket takes no more.
func (c *Conn) send(fd uintptr) bool {
	for {
		n, err := writeNow(fd, c.pending)
		if err == syscall.EINTR {
			continue
		}
		if n > 0 {
			c.untouched = false
			c.pending = c.pending[n:]
		}
		if err != nil && err != syscall.EAGAIN {
			c.pending = nil
			c.stepErr = broken(err)
			return true
		}
		return len(c.pending) > 0
	}
}

// look is called by the runtime with the socket of an idle connection. Nothing should be there.
func (c *Conn) look(fd uintptr) bool {
	var b [1]byte
	for {
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
		switch err {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
		default:
			c.stepErr = ErrStale
		}
		return true
	}
}
