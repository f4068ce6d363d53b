package runtime

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/runtime/internal/proxyproto"
)

// ServeHTTP serves one request of net/http's: HTTP/2, a gateway inside a user's own server, and tests. Header names are
// canonical there, and their order is lost.
func (core *Core) ServeHTTP(w http.ResponseWriter, r *http.Request) { core.serveNet(w, r, OK) }

// ShedHTTP is Shed for a request of net/http's.
func (core *Core) ShedHTTP(w http.ResponseWriter, r *http.Request) {
	core.serveNet(w, r, ServiceUnavailable)
}

func (core *Core) serveNet(w http.ResponseWriter, r *http.Request, refused Fault) {
	rc := core.netContexts.get(r.Context())
	aborted := core.answerNet(w, r, rc, refused)
	core.netContexts.put(rc)
	if aborted {
		panic(http.ErrAbortHandler) // so that the client does not take a part for the whole
	}
}

// answerNet serves a request and reports whether its answer broke off. A streamed body is closed even where it panics: what
// it holds must not be held for ever.
func (core *Core) answerNet(w http.ResponseWriter, r *http.Request, rc *fasthttp.RequestCtx, refused Fault) (aborted bool) {
	defer rc.Response.CloseBodyStream()
	c := core.pool.Get().(*Ctx)
	c.rc = rc
	f := c.openNet(r)
	if f == OK {
		f = c.open()
	}
	if f == OK && refused != OK {
		f = c.shed(refused)
	}
	c.run(f)
	aborted = c.fault == Aborted
	c.end()
	return aborted || !writeNet(w, r, &rc.Response)
}

// netContexts keeps the contexts of requests that net/http received.
type netContexts struct{ pool sync.Pool }

func (p *netContexts) get(client context.Context) *fasthttp.RequestCtx {
	rc, ok := p.pool.Get().(*fasthttp.RequestCtx)
	if !ok {
		rc = new(fasthttp.RequestCtx)
	}
	rc.Init2(netConn{client: client}, nil, false)
	return rc
}

func (p *netContexts) put(rc *fasthttp.RequestCtx) {
	rc.Request.Reset()
	rc.Response.Reset()
	rc.Init2(nil, nil, false)
	p.pool.Put(rc)
}

// netConn is the connection of a context whose request came from net/http: all that is known of it is whether the
// client is still there.
type netConn struct {
	net.Conn
	client context.Context
}

// Gone reports whether the client has left. Backends ask while they wait.
func (c netConn) Gone() bool { return c.client.Err() != nil }

// ProxyHeader implements proxyproto.Conn.
func (c netConn) ProxyHeader() *proxyproto.Header {
	header, _ := c.client.Value(proxyproto.Key{}).(*proxyproto.Header) // nil: there was none
	return header
}

// RemoteAddr implements net.Conn.
func (netConn) RemoteAddr() net.Addr { return &net.TCPAddr{} }

// LocalAddr implements net.Conn.
func (netConn) LocalAddr() net.Addr { return &net.TCPAddr{} }

// openNet reads what net/http has.
func (c *Ctx) openNet(r *http.Request) Fault {
	c.front, c.remote, c.scheme = frontNet, r.RemoteAddr, "http"
	if r.TLS != nil {
		c.scheme, c.netTLS = "https", r.TLS
	}
	c.methodName, c.host = r.Method, r.Host
	c.target = netTarget(r)
	header := &c.rc.Request.Header
	header.DisableNormalizing()
	header.SetMethod(r.Method)
	if !c.addField("Host", r.Host) {
		return BadRequest
	}
	for name, values := range r.Header {
		if name == "" || !allIn(name, &nameBytes) {
			return BadRequest
		}
		for _, value := range values {
			if kindOf(name) == fieldHost {
				if value != r.Host {
					return BadRequest // HTTP/2 has room for both
				}
				continue
			}
			if !c.addField(name, value) {
				return BadRequest
			}
		}
	}
	if !soundNet(c, r) {
		return BadRequest
	}
	if connection := c.field(fieldConnection); connection != "" {
		c.readConnection(connection)
	}
	if r.Body != nil && r.Body != http.NoBody && r.ContentLength != 0 {
		c.rc.Request.SetBodyStream(r.Body, int(r.ContentLength))
	}
	return OK
}

// soundNet reports whether r has one plain length, if any, and a target that needs no repair: in HTTP/2 net/http takes a
// length that is no number for none at all, and escapes what may not stand in a target.
func soundNet(c *Ctx, r *http.Request) bool {
	switch c.counts[fieldContentLength] {
	case 0:
	case 1:
		if !allDigits(c.field(fieldContentLength)) {
			return false
		}
	default:
		return false
	}
	return !strings.ContainsAny(r.RequestURI, " #")
}

// netTarget is r's target in the path that a handler before us may have changed, such as http.StripPrefix.
func netTarget(r *http.Request) string {
	if r.URL.Path == "" && r.URL.Opaque == "" && r.RequestURI != "*" {
		return "/" + queryOf(r)
	}
	if r.URL.Path == "*" || r.URL.Opaque != "" {
		return r.RequestURI
	}
	return r.URL.EscapedPath() + queryOf(r)
}

func queryOf(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return "?" + r.URL.RawQuery
}

// writeNet writes the answer. It reports false when the answer broke off.
func writeNet(w http.ResponseWriter, r *http.Request, response *fasthttp.Response) bool {
	header := w.Header()
	for name, value := range response.Header.All() {
		switch kindOf(text(name)) {
		case fieldConnection, fieldTransferEncoding:
		default:
			header.Add(string(name), string(value))
		}
	}
	stream := response.BodyStream()
	if stream == nil {
		body := response.Body()
		if len(body) > 0 {
			setLength(header, len(body))
		}
		w.WriteHeader(response.StatusCode())
		if len(body) == 0 || r.Method == http.MethodHead {
			return true
		}
		_, err := w.Write(body)
		return err == nil
	}
	header.Del("Content-Length")
	if length := response.Header.ContentLength(); length >= 0 {
		setLength(header, length)
	}
	w.WriteHeader(response.StatusCode())
	if r.Method == http.MethodHead || !bodyAllowed(response.StatusCode()) {
		return true
	}
	out := &netWriter{w: w, controller: http.NewResponseController(w)}
	if response.ImmediateHeaderFlush {
		out.Flush()
	}
	return out.copy(stream) == nil
}

func setLength(header http.Header, length int) { header.Set("Content-Length", strconv.Itoa(length)) }

// netWriter writes a stream to the client piece by piece.
type netWriter struct {
	w          io.Writer
	controller *http.ResponseController
}

// Write implements io.Writer.
func (o *netWriter) Write(p []byte) (int, error) { return o.w.Write(p) }

// Flush sends what was written; a writer that cannot do it sends later.
func (o *netWriter) Flush() error {
	if err := o.controller.Flush(); err != nil && err != http.ErrNotSupported {
		return err
	}
	return nil
}

// copy writes what stream has, each piece at once.
func (o *netWriter) copy(stream io.Reader) error {
	if from, ok := stream.(io.WriterTo); ok {
		_, err := from.WriteTo(o)
		return err
	}
	buffer := make([]byte, 16<<10)
	for {
		n, err := stream.Read(buffer)
		if n > 0 {
			if _, err := o.Write(buffer[:n]); err != nil {
				return err
			}
			if err := o.Flush(); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}
