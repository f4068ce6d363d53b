package httpproxy

import (
	"unsafe"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/integration/internal/http1"
)

// smallBody is the size up to which a body that has come whole is answered without streaming.
const smallBody = 32 << 10

// respond passes the answer on whose head was read, and ends the exchange now or with the body.
func (x *exchange) respond() gw.Fault {
	c, head := x.c, &x.conn.Head
	early := x.upload.early()
	if early && !x.outlives() {
		x.upload.stop()
	}
	r := c.Proxied(head.Status)
	x.passFields(r)
	x.length = head.Length
	if head.Bodiless(x.method) {
		return x.respondEmpty(r)
	}
	if early {
		r.CloseConnection()
	} else if done, f := x.respondSmall(r); done {
		return f
	}
	size, ready := x.length, len(x.prefix) > 0 || len(x.conn.Buffered()) > 0
	if size < 0 {
		size = -1
	}
	x.length -= int64(len(x.prefix)) // none where there is no number
	f := r.Stream(x, size)
	if f != gw.OK {
		x.end(false)
		return f
	}
	if ready { // the head goes out with what has come of the body
		c.RequestCtx().Response.ImmediateHeaderFlush = false
	}
	return gw.OK
}

// outlives reports whether the request's body can be read on after the handler has returned: it is the server's own
// then, which waits for the answer's end.
func (x *exchange) outlives() bool {
	return x.stream != nil && x.upload.source != nil && x.stream == x.c.RequestCtx().RequestBodyStream()
}

// respondEmpty answers without a body; HEAD still says how long it would be.
func (x *exchange) respondEmpty(r *gw.Response) gw.Fault {
	f := r.Bytes(nil)
	if f == gw.OK && x.method == "HEAD" {
		header := &x.c.RequestCtx().Response.Header
		if x.length >= 0 {
			header.SetContentLength(int(x.length))
		}
	}
	x.end(!x.upload.early())
	return f
}

// respondSmall answers with a body that has come whole. What has come of a longer one is in x.prefix then.
func (x *exchange) respondSmall(r *gw.Response) (done bool, f gw.Fault) {
	if x.length < 0 || x.length > smallBody {
		return false, gw.OK
	}
	n := int(x.length)
	body := x.conn.Buffered()
	if len(body) < n {
		if !x.readNow(n) {
			return false, gw.OK
		}
		body = x.prefix
	} else {
		body = body[:n]
		x.conn.Discard(n)
	}
	if x.conn.Reused() && len(x.conn.Buffered()) > 0 {
		// More than one answer came. The first may be one that nobody asked for, sent while the connection was idle.
		x.end(false)
		return true, gw.IntegrationFailure
	}
	f = r.Bytes(body)
	x.prefix = x.prefix[:0]
	x.end(true)
	return true, f
}

// readNow reads n bytes of the body into x.prefix without waiting, and reports whether they were there.
func (x *exchange) readNow(n int) bool {
	if cap(x.prefix) < n {
		x.prefix = make([]byte, 0, smallBody)
	}
	x.prefix = x.prefix[:0]
	for len(x.prefix) < n {
		k, err := x.conn.ReadNow(x.prefix[len(x.prefix):n])
		x.prefix = x.prefix[:len(x.prefix)+k]
		if err != nil || k == 0 {
			return false // an error comes again
		}
	}
	return true
}

// passFields passes the backend's header fields on.
func (x *exchange) passFields(r *gw.Response) {
	head := &x.conn.Head
	for i := range head.Fields {
		f := &head.Fields[i]
		if x.kind == proxying {
			x.passJoined(r, i)
		} else if !f.Connection && !head.Names(f.Name) {
			r.Field(text(f.Name), text(f.Value))
		}
	}
}

// passJoined passes field i on as HTTP_PROXY does: fields of one name are joined by commas where the first of them
// stands (rest.md, section 8). Cookies are not: their values have commas of their own (RFC 6265 section 3).
func (x *exchange) passJoined(r *gw.Response, i int) {
	fields := x.conn.Head.Fields
	f := &fields[i]
	if f.Connection && !remapped(f.Name) {
		return
	}
	if equalFold(text(f.Name), "set-cookie") {
		r.Field(text(f.Name), text(f.Value))
		return
	}
	for j := range i {
		if http1.SameName(fields[j].Name, f.Name) {
			return
		}
	}
	value, joined := f.Value, false
	for j := i + 1; j < len(fields); j++ {
		if !http1.SameName(fields[j].Name, f.Name) {
			continue
		}
		if !joined { // the request is sent, so that its buffer is free
			x.conn.Out, joined = append(x.conn.Out[:0], value...), true
		}
		x.conn.Out = append(append(x.conn.Out, ','), fields[j].Value...)
	}
	if joined {
		value = x.conn.Out
	}
	r.Field(text(f.Name), text(value))
}

// remapped reports whether a field of the connection is shown to the client under another name (rest.md, section 4.5).
func remapped(name []byte) bool {
	return equalFold(text(name), "connection") || equalFold(text(name), "content-length")
}

// text is b without a copy, for as long as b stays as it is.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
