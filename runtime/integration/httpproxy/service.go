package httpproxy

import (
	"errors"
	"fmt"
	"io"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
)

// Signer signs the requests of one call to a service.
type Signer interface {
	// Sign appends to head, a request's up to its last field, the fields that sign it. body is the request's; with stream
	// set it is not at hand. What it cannot sign is not sent.
	Sign(head, body []byte, stream bool) ([]byte, error)
	// Adds reports whether Sign adds the field name.
	Adds(name string) bool
}

// ServiceRequest is what a call to a service has beside its Outbound.
type ServiceRequest struct {
	// Target is the path and query, whole.
	Target string
	// Deadline is the end of the Outbound's timeout, when it began before; zero: it begins now.
	Deadline time.Time
	// Signer signs the request; nil: it is not signed.
	Signer Signer
}

var errUnsigned = errors.New("the request could not be signed")

// Late makes an upstream of a gateway that serves already: one whose address is known only then. It ends with core, and
// nothing can change its targets.
func Late(core *gw.Core, cfg Config) (*Upstream, error) {
	u := newUpstream(core, cfg)
	if err := u.start(); err != nil {
		return nil, fmt.Errorf("upstream %q: %w", cfg.Name, err)
	}
	core.OnClose(u.close)
	return u, nil
}

// InvokeService is Invoke for a signed request. Of the mapped headers Host and Referer stay behind, as do those that the
// signer adds (rest.md, section 4.3).
func (u *Upstream) InvokeService(c *gw.Ctx, out *gw.Outbound, request ServiceRequest) (*gw.Reply, gw.Fault) {
	x, f := u.ask(c, out, request)
	if f != gw.OK {
		return nil, f
	}
	return x.readReply()
}

// OpenService is InvokeService that reads no more than the answer's head. The body follows when the reply is loaded or
// relayed; otherwise the exchange ends with the request.
func (u *Upstream) OpenService(c *gw.Ctx, out *gw.Outbound, request ServiceRequest) (*gw.Reply, gw.Fault) {
	x, f := u.ask(c, out, request)
	if f != gw.OK {
		return nil, f
	}
	if x.upload.early() {
		x.upload.stop() // nothing is sent behind an answer
	}
	if x.conn.Head.Bodiless(x.method) {
		return x.readReply()
	}
	reply := x.readFields()
	o := &opened{x: x}
	c.Hold(o)
	reply.Open(o)
	return reply, gw.OK
}

func (u *Upstream) ask(c *gw.Ctx, out *gw.Outbound, request ServiceRequest) (*exchange, gw.Fault) {
	x, f := u.begin(c, out, request.Target, serving)
	if f != gw.OK {
		return nil, f
	}
	x.signer = request.Signer
	if !request.Deadline.IsZero() {
		x.deadline = request.Deadline
	}
	if f := x.run(); f != gw.OK {
		x.end(false)
		return nil, f
	}
	return x, gw.OK
}

// appendServing adds the headers that are mapped for a service. Its host is the one that is signed.
func (x *exchange) appendServing(b []byte) []byte {
	b = appendField(b, "Host", x.t.host)
	fields := x.out.Fields()
	for i := range fields {
		f := &fields[i]
		if equalFold(f.Name, "host") || equalFold(f.Name, "referer") || x.signer != nil && x.signer.Adds(f.Name) {
			continue
		}
		b = appendField(b, f.Name, f.Value)
	}
	return b
}

// opened is an answer whose body was not read yet. It outlives its exchange, which is used again.
type opened struct{ x *exchange }

var (
	_ gw.Opened   = (*opened)(nil)
	_ gw.Releaser = (*opened)(nil)
)

// Load implements gw.Opened.
func (o *opened) Load(to *[]byte, limit int64) gw.Fault {
	x := o.x
	o.x = nil
	return x.loadWhole(to, limit)
}

// Size implements gw.Opened.
func (o *opened) Size() int64 {
	if o.x.length < 0 {
		return -1
	}
	return o.x.length
}

// Pass implements gw.Opened.
func (o *opened) Pass() io.ReadCloser {
	x := o.x
	o.x, x.passing = nil, true
	return x
}

// Release implements gw.Releaser.
func (o *opened) Release() {
	if o.x != nil {
		_ = o.x.Close() // nobody has wanted the body
		o.x = nil
	}
}
