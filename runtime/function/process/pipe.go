package process

import (
	"os"
	"slices"
	"syscall"
)

// pipe is one of the two that a process prints to. It knows where in what comes out of it each request begins: a line that is
// read late is about the request that was under way when it was printed. The output's lock guards what is below the line.
type pipe struct {
	output *output
	name   string
	end    *os.File
	raw    syscall.RawConn // nil: what is in the pipe cannot be told

	count  func(fd uintptr) // sets unread; kept, as every call needs it
	unread int

	// -----

	taken  int64  // bytes that were read
	id     []byte // of the request that what was looked at last is about
	begins []beginning
}

// beginning is the place where what is printed about a request begins, in bytes of the pipe.
type beginning struct {
	at int64
	id []byte
}

func newPipe(o *output, end *os.File, name string) *pipe {
	p := &pipe{output: o, name: name, end: end}
	if raw, err := end.SyscallConn(); err == nil {
		p.raw = raw
	}
	p.count = func(fd uintptr) { p.unread = unreadOf(fd) }
	return p
}

// about notes that what is not printed yet is about the request with the id. There is no more to remember than there are bytes
// that nobody has looked at: a request that nothing was printed about is forgotten with the next one.
func (p *pipe) about(id []byte) {
	p.unread = 0
	if p.raw != nil && p.raw.Control(p.count) != nil {
		return // closed: the process is no more
	}
	at := p.taken + int64(p.unread)
	n := len(p.begins)
	if n == 0 || p.begins[n-1].at != at {
		n++
		p.begins = slices.Grow(p.begins, 1)[:n] // with the memory of one that has passed
		p.begins[n-1].at = at
	}
	p.begins[n-1].id = append(p.begins[n-1].id[:0], id...)
}

// requestAt is the request that the byte at a place is about, until the next call; empty before the first request. Places only
// grow from call to call.
func (p *pipe) requestAt(place int64) []byte {
	passed := 0
	for passed < len(p.begins) && p.begins[passed].at <= place {
		passed++
	}
	if passed == 0 {
		return p.id
	}
	p.id, p.begins[passed-1].id = p.begins[passed-1].id, p.id
	left := len(p.begins) - passed
	for n := range left { // swapped, so that each keeps memory of its own
		p.begins[n], p.begins[passed+n] = p.begins[passed+n], p.begins[n]
	}
	p.begins = p.begins[:left]
	return p.id
}
