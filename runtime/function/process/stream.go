package process

import (
	"io"
	"time"
)

// streamBuffer is how much of a streamed answer is read at once.
const streamBuffer = 32 << 10

// stream passes an answer on while it comes. The caller gets it with its first byte, or its end. When the caller has left, the
// function may finish all the same.
func (k *conn) stream(v *invocation) bool {
	k.proceed(k.head.length)
	buffer := make([]byte, streamBuffer)
	n, err := k.body.Read(buffer)
	var out *io.PipeWriter
	if err == nil || err == io.EOF && k.body.failure() == nil {
		out = k.open(v)
	}
	for err == nil {
		if out != nil {
			if _, left := out.Write(buffer[:n]); left != nil {
				out = nil
			}
		}
		n, err = k.body.Read(buffer)
	}
	if err == io.EOF {
		fault := k.body.failure()
		k.close(v, out, fault)
		return k.write(acceptance)
	}
	fault := k.whyBroken(v)
	k.close(v, out, fault)
	return false
}

// open gives v's caller what to read; nil when it has left.
func (k *conn) open(v *invocation) *io.PipeWriter {
	p := k.i.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if v.abandoned || v.ended {
		return nil
	}
	in, out := io.Pipe()
	v.stream, k.i.stream = in, out
	if k.i.closed {
		k.i.hurry(out, v.id)
	}
	v.end()
	return out
}

// hurry ends a stream whose process has ended, a moment later: its reader may be slow, or gone without a word, and a process
// that is no more must not keep its place for that. The pool's lock is held.
func (i *instance) hurry(out *io.PipeWriter, id []byte) {
	why := failureOf(i.reason(id))
	time.AfterFunc(grace, func() { out.CloseWithError(why) })
}

// close ends the stream, with the function's error where there is one.
func (k *conn) close(v *invocation, out *io.PipeWriter, fault []byte) {
	if out != nil && fault != nil {
		out.CloseWithError(failureOf(fault))
	} else if out != nil {
		out.Close()
	}
	k.settle(v, nil, fault)
}
