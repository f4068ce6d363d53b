package fast

import (
	"io"
	"net"
	"syscall"
	"unsafe"
)

// direct reads and writes a socket by system calls of which the scheduler is not told. The socket does not block, so
// that there is no need to hand the processor to another thread meanwhile; telling the scheduler costs both sides of
// each call, and keeps its monitor thread awake: a tenth of a gateway's time. One reader and one writer at a time.
type direct struct {
	conn net.Conn
	raw  syscall.RawConn // nil: conn is no socket

	in      []byte
	got     int
	readErr error

	out      []byte
	put      int
	writeErr error

	fd uintptr // while burst runs

	// The two steps bound to this value once: binding one allocates.
	readStep, writeStep func(fd uintptr) bool
}

func (d *direct) open(nc net.Conn) {
	d.conn = nc
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return // closed: conn says so as well
	}
	d.raw, d.readStep, d.writeStep = raw, d.readOnce, d.writeAll
}

// read is net.Conn's Read.
func (d *direct) read(b []byte) (int, error) {
	if d.raw == nil || len(b) == 0 {
		return d.conn.Read(b)
	}
	d.in, d.got, d.readErr = b, 0, nil
	err := d.raw.Read(d.readStep)
	d.in = nil
	if err == nil {
		err = d.readErr
	}
	return d.got, err
}

// readNow reads what is there; errAgain when there is nothing. Only burst, which holds the descriptor, may call it.
func (d *direct) readNow(b []byte) (int, error) {
	d.in, d.got, d.readErr = b, 0, nil
	if !d.readOnce(d.fd) {
		d.readErr = errAgain
	}
	d.in = nil
	return d.got, d.readErr
}

// readOnce says whether there is nothing to wait for.
func (d *direct) readOnce(fd uintptr) bool {
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(d.in))), uintptr(len(d.in)))
		switch {
		case errno == syscall.EINTR:
			continue
		case errno == syscall.EAGAIN:
			return false
		case errno != 0:
			d.readErr = &net.OpError{Op: "read", Net: "tcp", Addr: d.conn.RemoteAddr(), Err: errno}
		case n == 0:
			d.readErr = io.EOF
		default:
			d.got = int(n)
		}
		return true
	}
}

// write is net.Conn's Write.
func (d *direct) write(b []byte) (int, error) {
	if d.raw == nil || len(b) == 0 {
		return d.conn.Write(b)
	}
	d.out, d.put, d.writeErr = b, 0, nil
	err := d.raw.Write(d.writeStep)
	d.out = nil
	if err == nil {
		err = d.writeErr
	}
	return d.put, err
}

// writeAll says whether there is nothing to wait for.
func (d *direct) writeAll(fd uintptr) bool {
	for len(d.out) > 0 {
		n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(d.out))), uintptr(len(d.out)))
		switch {
		case errno == syscall.EINTR:
		case errno == syscall.EAGAIN:
			return false
		case errno != 0:
			d.writeErr = &net.OpError{Op: "write", Net: "tcp", Addr: d.conn.RemoteAddr(), Err: errno}
			return true
		default:
			d.put += int(n)
			d.out = d.out[n:]
		}
	}
	return true
}
