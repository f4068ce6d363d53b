package httpproxy

import (
	"errors"
	"io"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/integration/internal/http1"
	"github.com/gatewright/gatewright/runtime/integration/internal/wire"
)

var (
	_ io.ReadCloser = (*exchange)(nil)
	_ io.WriterTo   = (*exchange)(nil)
)

// Read reads the answer's body, as much as there is. An end that comes too soon is an error, so that the client is not
// shown a clean one.
func (x *exchange) Read(p []byte) (int, error) {
	if len(x.prefix) > 0 {
		n := copy(p, x.prefix)
		x.prefix = x.prefix[n:]
		return n, nil
	}
	n, err := x.readBody(p)
	if err != nil && err != io.EOF {
		x.broken = true
	}
	return n, err
}

func (x *exchange) readBody(p []byte) (int, error) {
	switch x.length {
	case 0:
		return 0, io.EOF
	case http1.Chunked:
		return x.readChunks(p)
	case http1.UntilClose:
		return x.receive(p)
	}
	if int64(len(p)) > x.length {
		p = p[:x.length]
	}
	n, err := x.receive(p)
	x.length -= int64(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// receive waits for more of the body.
func (x *exchange) receive(p []byte) (int, error) {
	if err := x.limit(); err != nil {
		return 0, err
	}
	return x.conn.Read(p)
}

// limit bounds the next wait.
func (x *exchange) limit() error {
	if len(x.conn.Buffered()) > 0 {
		return nil
	}
	now := time.Now()
	deadline := x.deadline
	if x.passing || !x.alone() {
		deadline = now.Add(stall)
	}
	return x.conn.Limit(now, deadline)
}

// readChunks reads the data of chunks.
func (x *exchange) readChunks(p []byte) (int, error) {
	for {
		if n := min(x.inChunk, len(p)); n > 0 {
			copy(p, x.conn.Buffered()[:n])
			x.conn.Discard(n)
			x.inChunk -= n
			return n, nil
		}
		skip, data, err := x.chunks.Next(x.conn.Buffered())
		if err != nil {
			return 0, err
		}
		x.conn.Discard(skip)
		x.inChunk = data
		switch {
		case data > 0:
		case x.chunks.Done():
			x.length = 0
			return 0, io.EOF
		default:
			if err := x.fill(); err != nil {
				return 0, err
			}
		}
	}
}

// fill waits for more of a body in chunks, all of which was used.
func (x *exchange) fill() error {
	if err := x.limit(); err != nil {
		return err
	}
	err := x.conn.Fill()
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// flusher is a writer that holds back what it is given until it is flushed.
type flusher interface{ Flush() error }

// WriteTo writes the body as it comes. Nothing waits in a buffer while more is awaited.
func (x *exchange) WriteTo(w io.Writer) (written int64, err error) {
	buffer := x.up.buffers.Get().(*[]byte)
	defer x.up.buffers.Put(buffer)
	held, _ := w.(flusher)
	if held != nil && len(x.prefix) == 0 && len(x.conn.Buffered()) == 0 && x.length != 0 {
		if err := held.Flush(); err != nil { // the head
			return 0, err
		}
	}
	for {
		n, err := x.Read(*buffer)
		if n > 0 {
			k, err := w.Write((*buffer)[:n])
			written += int64(k)
			if err != nil {
				return written, err
			}
			if held != nil {
				if err := held.Flush(); err != nil {
					return written, err
				}
			}
		}
		if err == io.EOF {
			return written, nil
		}
		if err != nil {
			return written, err
		}
	}
}

// Close ends the exchange. A connection whose answer was not read to its end is closed, which tells the backend that
// nobody listens any more.
func (x *exchange) Close() error {
	if x.conn != nil {
		x.now = time.Now() // the connection is idle from here on
		x.end(x.length == 0 && !x.broken)
	}
	return nil
}

// readReply reads the whole answer for Invoke and ends the exchange.
func (x *exchange) readReply() (*gw.Reply, gw.Fault) {
	reply := x.readFields()
	if f := x.loadWhole(reply.Buffer(), x.c.Core().Limits().ReplyBytes); f != gw.OK {
		return nil, f
	}
	return reply, gw.OK
}

// readFields is the answer's head.
func (x *exchange) readFields() *gw.Reply {
	head, reply := &x.conn.Head, x.c.Reply()
	reply.Reset(head.Status)
	for i := range head.Fields {
		reply.Add(head.Fields[i].Name, head.Fields[i].Value)
	}
	x.length = head.Length
	if head.Bodiless(x.method) {
		x.length = 0
	}
	return reply
}

// loadWhole reads the body and ends the exchange.
func (x *exchange) loadWhole(to *[]byte, limit int64) gw.Fault {
	head := &x.conn.Head
	if f := x.readWhole(to, limit); f != gw.OK {
		x.end(false)
		return f
	}
	if x.conn.Reused() && len(x.conn.Buffered()) > 0 { // as in respondSmall
		x.end(false)
		return gw.IntegrationFailure
	}
	x.end(head.Length != http1.UntilClose || head.Bodiless(x.method))
	return gw.OK
}

// readWhole reads the body, at most limit bytes. A longer one is a failure of ours to serve it (rest.md, section 8).
func (x *exchange) readWhole(to *[]byte, limit int64) gw.Fault {
	if x.length > limit {
		return gw.APIConfigurationError
	}
	b := (*to)[:0]
	if x.length > int64(cap(b)) {
		b = make([]byte, 0, x.length)
	}
	for {
		if x.length == 0 {
			*to = b
			return gw.OK
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := x.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > limit:
			return gw.APIConfigurationError
		case err == io.EOF:
			*to = b
			return gw.OK
		case errors.Is(err, wire.ErrTimeout):
			return gw.IntegrationTimeout
		case err != nil:
			return gw.IntegrationFailure
		}
	}
}
