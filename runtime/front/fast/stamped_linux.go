package fast

import (
	"io"
	"net"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// stamped reads a socket of which the kernel tells when data came.
type stamped struct {
	sock *sock
	raw  syscall.RawConn

	into     []byte
	control  [64]byte // room for one time
	got      int
	received time.Time // when the last of it came; zero: not known
	err      error
	step     func(fd uintptr) bool // s.once, bound once: binding it allocates
}

// stamp asks the kernel to note when data comes; nil: it will not.
func stamp(s *sock) *stamped {
	raw := s.direct.raw
	if raw == nil {
		return nil
	}
	var failed error
	err := raw.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) })
	if err != nil || failed != nil {
		return nil
	}
	t := &stamped{sock: s, raw: raw}
	t.step = t.once
	return t
}

// read is net.Conn's Read; received is when the last of what it gives came.
func (t *stamped) read(b []byte) (n int, received time.Time, err error) {
	if len(b) == 0 {
		return 0, time.Time{}, nil
	}
	t.into, t.got, t.received, t.err = b, 0, time.Time{}, nil
	err = t.raw.Read(t.step)
	t.into = nil
	if err == nil {
		err = t.err
	}
	return t.got, t.received, err
}

// once says whether there is nothing to wait for.
func (t *stamped) once(fd uintptr) bool {
	for {
		n, size, _, _, err := unix.Recvmsg(int(fd), t.into, t.control[:], 0)
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN:
			return false
		case err != nil:
			t.err = &net.OpError{Op: "read", Net: "tcp", Addr: t.sock.Conn.RemoteAddr(), Err: err}
		case n == 0:
			t.err = io.EOF
		default:
			t.got, t.received = n, timeIn(t.control[:size])
		}
		return true
	}
}

// timeIn is the time in a control message.
func timeIn(control []byte) time.Time {
	const head = unix.SizeofCmsghdr
	if len(control) < head+int(unsafe.Sizeof(unix.Timespec{})) {
		return time.Time{}
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(unsafe.SliceData(control)))
	if h.Level != unix.SOL_SOCKET || h.Type != unix.SCM_TIMESTAMPNS {
		return time.Time{}
	}
	at := (*unix.Timespec)(unsafe.Pointer(&control[unix.CmsgLen(0)]))
	return time.Unix(at.Unix())
}
