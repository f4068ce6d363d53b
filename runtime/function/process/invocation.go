package process

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"io"
	"time"

	"github.com/gatewright/gatewright/runtime/function"
)

// invocation is one call on its way through a pool. It has two users: the caller, and the instance that works on it. Either
// may be done with it first; the fields below the line change under the pool's lock.
type invocation struct {
	id, arn, trace []byte
	payload        []byte
	memory         []byte // of the four above: the caller's is its own again when it has left
	deadline       time.Time
	streams        bool // the caller reads the answer while it comes

	done  chan struct{} // gets one value when the invocation has ended
	timer *time.Timer   // of the caller's wait

	// -----

	before, behind *invocation // in the line
	inLine         bool
	kept           bool      // its memory is not used again: somebody may still look at it
	since          time.Time // it is in the line

	expires   time.Time // the function's own time
	claimed   bool      // a connection reads the answer
	broken    bool      // that connection broke
	writing   bool      // a connection writes it on behalf of the process
	abandoned bool      // the caller has left
	ended     bool

	// What came of it, set before it ends.
	answer  []byte
	isError bool
	stream  io.ReadCloser
	failed  error // why there is no answer
}

// Bounds of what is kept for the next invocation.
const keptMemory = 64 << 10

// newInvocation copies call.
func (p *pool) newInvocation(call *function.Call) *invocation {
	v, ok := p.spare.Get().(*invocation)
	if !ok {
		v = &invocation{done: make(chan struct{}, 1)}
	}
	m := append(append(append(append(v.memory[:0], call.RequestID...), call.ARN...), call.TraceID...), call.Payload...)
	take := func(n int) (part []byte) {
		part, m = m[:n:n], m[n:]
		return part
	}
	v.memory = m
	v.id, v.arn, v.trace, v.payload = take(len(call.RequestID)), take(len(call.ARN)), take(len(call.TraceID)), take(len(call.Payload))
	v.deadline = call.Deadline
	if !isID(v.id) {
		v.renew()
	}
	if !isText(v.arn) {
		v.arn = nil
	}
	if !isText(v.trace) {
		v.trace = nil
	}
	return v
}

// done keeps the memory of an invocation whose caller has what came of it.
func (p *pool) done(v *invocation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recycle(v)
}

// recycle keeps the memory of an invocation that nobody uses any more. The pool's lock is held.
func (p *pool) recycle(v *invocation) {
	if v.kept || v.writing || v.stream != nil {
		return
	}
	memory, answer := v.memory, v.answer
	if cap(memory) > keptMemory {
		memory = nil
	}
	if cap(answer) > keptMemory || v.isError {
		answer = nil
	}
	*v = invocation{done: v.done, timer: v.timer, memory: memory[:0], answer: answer[:0]}
	p.spare.Put(v)
}

// isID reports whether id can stand in a path and a header as it is.
func isID(id []byte) bool {
	for _, b := range id {
		letter := b|0x20 >= 'a' && b|0x20 <= 'z'
		if !letter && (b < '0' || b > '9') && b != '-' && b != '_' {
			return false
		}
	}
	return len(id) > 0 && len(id) <= 128
}

// isText reports whether text can stand in a header.
func isText(text []byte) bool {
	return bytes.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// renew gives the invocation an id of its own: a UUID.
func (v *invocation) renew() {
	var b [16]byte
	rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	id := make([]byte, 0, 36)
	for _, part := range [][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if len(id) > 0 {
			id = append(id, '-')
		}
		id = hex.AppendEncode(id, part)
	}
	v.id = id
}

// end ends the invocation: what came of it is set. The pool's lock is held.
func (v *invocation) end() {
	if v.ended {
		return
	}
	v.ended = true
	if !v.abandoned {
		v.done <- struct{}{} // there is room for one
	}
}

// fail ends the invocation with an error of the function's. The pool's lock is held.
func (v *invocation) fail(payload []byte) {
	if !v.ended {
		v.answer, v.isError = payload, true
		v.end()
	}
}

// drop ends an invocation that nobody will work on. The pool's lock is held.
func (v *invocation) drop(err error) {
	if !v.ended {
		v.failed = err
		v.end()
	}
}

// wait waits for the end, at most until the caller's deadline, and reports whether it came. Without it the invocation is
// no longer the caller's.
func (p *pool) wait(v *invocation) bool {
	if v.deadline.IsZero() {
		<-v.done
		return true
	}
	if v.timer == nil {
		v.timer = time.NewTimer(time.Until(v.deadline))
	} else {
		v.timer.Reset(time.Until(v.deadline))
	}
	select {
	case <-v.done:
		v.timer.Stop()
		return true
	case <-v.timer.C:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if v.ended {
		<-v.done
		return true
	}
	v.abandoned = true
	if v.inLine {
		p.line.remove(v)
		v.ended = true
		p.recycle(v)
	}
	return false
}
