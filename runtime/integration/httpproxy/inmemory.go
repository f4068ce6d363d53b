package httpproxy

import (
	"bytes"
	"context"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/integration/internal/http1"
	"github.com/gatewright/gatewright/runtime/integration/internal/wire"
)

// inMemory dials connections that lead to exchange instead of a backend at o: requests are written to them, and answers
// read from them, exactly as with a socket.
func (u *Upstream) inMemory(o origin, exchange func(*gw.Exchange)) func(context.Context, string, string) (net.Conn, error) {
	scheme := "http://"
	if o.secure {
		scheme = "https://"
	}
	return func(context.Context, string, string) (net.Conn, error) {
		c := &memoryConn{kind: u.cfg.Kind, upstream: u.cfg.Name, origin: scheme + o.host, exchange: exchange}
		c.change.L = &c.mu
		return c, nil
	}
}

// memoryConn is a connection in memory. One goroutine may write while another one reads. A wait for an answer needs no
// time, so that deadlines have no effect but the one that is long past: it ends writes.
type memoryConn struct {
	kind     string
	upstream string
	origin   string // scheme and host
	exchange func(*gw.Exchange)

	mu      sync.Mutex
	change  sync.Cond // something of what follows
	request []byte    // what was written of the present request
	answer  []byte    // what is left to read
	asked   bool
	closed  bool
	halted  bool // writes are over
	failure error
}

var _ net.Conn = (*memoryConn)(nil)

// Write implements net.Conn.
func (c *memoryConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.halted {
		return 0, net.ErrClosed
	}
	if c.asked { // the next request on the connection
		c.request, c.asked = c.request[:0], false
	}
	c.request = append(c.request, p...)
	c.change.Broadcast()
	return len(p), nil
}

// Read implements net.Conn: it waits for the whole request and asks exchange once for it.
func (c *memoryConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.answer) == 0 {
		switch {
		case c.closed:
			return 0, net.ErrClosed
		case c.failure != nil:
			return 0, c.failure
		case !c.asked:
			if x, whole := parseExchange(c.request, c.origin); whole {
				c.ask(x)
				continue
			}
		}
		c.change.Wait()
	}
	n := copy(p, c.answer)
	c.answer = c.answer[n:]
	return n, nil
}

func (c *memoryConn) ask(x *gw.Exchange) {
	c.asked = true
	x.Kind, x.Target = c.kind, c.upstream
	c.exchange(x)
	switch x.Reply.Failure {
	case gw.TimedOut:
		c.failure = wire.ErrTimeout
	case gw.Broke:
		c.failure = io.ErrUnexpectedEOF
	default:
		c.answer = appendReply(nil, x.Method, &x.Reply)
	}
}

// Close implements net.Conn.
func (c *memoryConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.change.Broadcast()
	return nil
}

// SetWriteDeadline implements net.Conn.
func (c *memoryConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.halted = !t.IsZero() && t.Before(time.Unix(2, 0))
	return nil
}

// SetReadDeadline implements net.Conn.
func (c *memoryConn) SetReadDeadline(time.Time) error { return nil }

// SetDeadline implements net.Conn.
func (c *memoryConn) SetDeadline(time.Time) error { return nil }

// LocalAddr implements net.Conn.
func (c *memoryConn) LocalAddr() net.Addr { return memoryAddr{} }

// RemoteAddr implements net.Conn.
func (c *memoryConn) RemoteAddr() net.Addr { return memoryAddr{} }

// memoryAddr is the address of both ends.
type memoryAddr struct{}

// Network implements net.Addr.
func (memoryAddr) Network() string { return "memory" }

// String implements net.Addr.
func (memoryAddr) String() string { return "memory" }

// parseExchange reads a request that this package wrote; whole is false as long as a part of it is missing.
func parseExchange(written []byte, origin string) (x *gw.Exchange, whole bool) {
	end := bytes.Index(written, []byte("\r\n\r\n"))
	if end < 0 {
		return nil, false
	}
	lines := strings.Split(string(written[:end]), "\r\n")
	words := strings.SplitN(lines[0], " ", 3)
	x = &gw.Exchange{Method: words[0], URI: origin + words[1]}
	rest, length, chunked := written[end+4:], 0, false
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		x.Headers = append(x.Headers, gw.Field{Name: name, Value: value})
		switch {
		case equalFold(name, "content-length"):
			length, _ = strconv.Atoi(value) // this package wrote a number
		case equalFold(name, "transfer-encoding"):
			chunked = true
		}
	}
	if chunked {
		x.Body, whole = joinChunks(rest)
		return x, whole
	}
	if len(rest) < length {
		return nil, false
	}
	x.Body = bytes.Clone(rest[:length])
	return x, true
}

// joinChunks is the data of a body in chunks, and whether its end is there.
func joinChunks(b []byte) (body []byte, whole bool) {
	var chunks http1.Chunks
	for {
		skip, data, err := chunks.Next(b)
		if err != nil || skip+data == 0 {
			return body, chunks.Done()
		}
		body = append(body, b[skip:skip+data]...)
		b = b[skip+data:]
	}
}

// appendReply appends reply as a backend sends it. What frames the body follows from the body, but in an answer to HEAD.
func appendReply(b []byte, method string, reply *gw.ExchangeReply) []byte {
	status := reply.Status
	if status == 0 {
		status = 200
	}
	b = append(strconv.AppendInt(append(b, "HTTP/1.1 "...), int64(status), 10), "\r\n"...)
	head := method == "HEAD"
	framed := false
	for _, f := range reply.Headers {
		if equalFold(f.Name, "content-length") || equalFold(f.Name, "transfer-encoding") {
			if !head {
				continue
			}
			framed = true
		}
		b = appendField(b, f.Name, f.Value)
	}
	if !framed && status != 204 && status != 304 {
		b = appendField(b, "Content-Length", strconv.Itoa(len(reply.Body)))
	}
	b = append(b, "\r\n"...)
	if head || status == 204 || status == 304 {
		return b
	}
	return append(b, reply.Body...)
}
