package runtime

import (
	"strings"
	"time"
)

// Outbound is the request that an integration sends to its backend, put together by generated code. It belongs to its
// Ctx.
type Outbound struct {
	c       *Ctx
	method  string
	timeout time.Duration
	target  []byte
	added   []byte // mapped pairs of the query
	fields  []Field
	body    []byte
	hasBody bool
	through bool // the client's body goes on unread
	refused bool // a header was mapped that services do not take
	filled  bool // the target has text that the document did not write
	settled bool // the overrides of templates are laid over the mappings
	fault   Fault
}

// The calls that stand in every generated handler are not inlined: it would save a few nanoseconds, and nearly double
// the time that large gateways take to compile.

// Outbound begins the request to a backend. The method ANY is the client's own; a timeout of 0 is none.
//
//go:noinline
func (c *Ctx) Outbound(method string, timeout time.Duration) *Outbound {
	o := &c.outbound
	o.reset()
	if method == "ANY" {
		method = c.methodName
	}
	o.method, o.timeout = method, timeout
	return o
}

func (o *Outbound) reset() {
	o.method, o.timeout = "", 0
	o.target, o.added = kept(o.target, keptText), kept(o.added, keptText)
	clear(o.fields)
	o.fields = o.fields[:0]
	o.body, o.hasBody, o.filled, o.settled, o.fault = nil, false, false, false, OK
	o.through, o.refused = false, false
}

// Literal appends text of the document to the target.
//
//go:noinline
func (o *Outbound) Literal(s string) { o.target = append(o.target, s...) }

// Path appends a value to the target's path: what may not stand there is escaped, escapes stay as they were sent.
//
//go:noinline
func (o *Outbound) Path(value string) {
	o.filled = true
	o.target = appendEscaped(o.target, value, &pathBytes, true)
}

// QueryPart appends a value inside the target's own query.
//
//go:noinline
func (o *Outbound) QueryPart(value string) {
	o.target = appendEscaped(o.target, value, &queryBytes, true)
}

// Raw appends a stage variable as it is: it may hold a whole host, path and query (rest.md, section 1.6).
//
//go:noinline
func (o *Outbound) Raw(value string) {
	o.filled = true
	if hasControl(value) || strings.ContainsAny(value, " \t") {
		o.fail(APIConfigurationError)
		return
	}
	o.target = append(o.target, value...)
}

// Query adds a pair to the query, unless value is missing (rest.md, section 4.1).
func (o *Outbound) Query(name, value string) {
	if value != "" && !o.overrides("querystring", name) {
		o.addQuery(name, value)
	}
}

func (o *Outbound) addQuery(name, value string) {
	if len(o.added) > 0 {
		o.added = append(o.added, '&')
	}
	o.added = append(appendEscaped(o.added, name, &queryBytes, false), '=')
	o.added = appendEscaped(o.added, value, &queryBytes, false)
}

// QueryAll adds a pair for each value.
func (o *Outbound) QueryAll(name string, values Values) {
	for value, ok := values.Next(); ok; value, ok = values.Next() {
		o.Query(name, value)
	}
}

// Header adds a mapped header, unless value is missing. A mapped header takes the place of the client's of that name;
// some targets are dropped and some fail the request (rest.md, section 4.3).
func (o *Outbound) Header(name, value string) {
	if value != "" && !o.overrides("header", name) {
		o.addHeader(name, value)
	}
}

func (o *Outbound) addHeader(name, value string) {
	switch kindOf(name) {
	case fieldContentLength, fieldTransferEncoding, fieldTraceID, fieldAPIID:
		o.fail(APIConfigurationError)
		return
	case fieldConnection, fieldExpect, fieldProxyAuthenticate, fieldTE:
		o.refused = true
		return
	case fieldVia, fieldKeepAlive, fieldProxyConnection:
		return
	case fieldAuthorization:
		o.refused = true
	}
	if name == "" || !allIn(name, &nameBytes) {
		o.fail(APIConfigurationError) // a template made a name that is none
		return
	}
	if hasControl(value) {
		// The client sent, encoded, what would start a header of its own: nothing of it goes on.
		o.fail(BadRequest)
		return
	}
	o.fields = append(o.fields, Field{Name: name, Value: value, kind: kindOf(name)})
}

// Text makes s the body.
func (o *Outbound) Text(s string) { o.body, o.hasBody = bytesOf(s), true }

// TextFor makes s, what a template made of the client's body, the body: the template needs that body as text, and one
// that the conversion leaves as bytes fails (rest.md, section 5).
func (o *Outbound) TextFor(c *Ctx, conversion Conversion, s string) Fault {
	switch requestChange(c.core.binary.match(c.MediaType()), conversion) {
	case keepBytes, decodeBase64:
		return APIConfigurationError
	}
	o.Text(s)
	return OK
}

// PassBody makes the client's body the body, converted as the document says (rest.md, section 5).
func (o *Outbound) PassBody(c *Ctx, conversion Conversion) Fault {
	body, f := c.Body()
	if f != OK {
		return f
	}
	binary := c.core.binary.match(c.MediaType())
	body, ok := c.convert(body, requestChange(binary, conversion))
	if !ok {
		return APIConfigurationError
	}
	o.body, o.hasBody = body, true
	return OK
}

// PassThrough is PassBody that leaves a body unread which goes on as it is: one of a binary media type (rest.md, section
// 5). Whoever sends the request reads it while it sends, so that nothing else may have need of it.
func (o *Outbound) PassThrough(c *Ctx, conversion Conversion) Fault {
	if requestChange(c.core.binary.match(c.MediaType()), conversion) != keepBytes {
		return o.PassBody(c, conversion)
	}
	o.through = true
	return OK
}

// Through reports whether the client's body goes on unread: it is Ctx.RequestBody's.
func (o *Outbound) Through() bool { return o.through && !o.hasBody }

// fail notes the first reason why the request cannot be sent.
func (o *Outbound) fail(f Fault) {
	if o.fault == OK {
		o.fault = f
	}
}

// Fault is why the request cannot be sent: a forbidden header, a value that would break one, or a path that
// substitution made ambiguous. Whoever sends the request looks at it first.
func (o *Outbound) Fault() Fault {
	if !o.settled {
		o.settled = true
		o.applyOverrides()
	}
	if o.fault == OK && o.filled && ambiguousPath(text(o.target)) {
		o.fault = BadRequest
	}
	return o.fault
}

// ServiceFault is Fault for a request to an AWS service, which takes fewer mapped headers: Authorization, Connection,
// Expect, Proxy-Authenticate and TE fail it (rest.md, section 4.3).
func (o *Outbound) ServiceFault() Fault {
	if f := o.Fault(); f != OK {
		return f
	}
	if o.refused {
		return APIConfigurationError
	}
	return OK
}

// ambiguousPath reports whether the path of target, which may be a whole URL, is or hides a dot segment.
func ambiguousPath(target string) bool {
	if scheme := strings.Index(target, "://"); scheme >= 0 && strings.IndexByte(target[:scheme], '/') < 0 {
		target = target[scheme+3:]
		slash := strings.IndexByte(target, '/')
		if slash < 0 {
			return false
		}
		target = target[slash:]
	}
	if end := strings.IndexAny(target, "?#"); end >= 0 {
		target = target[:end]
	}
	for target != "" {
		var segment string
		segment, target = cutByte(target, '/')
		if strings.IndexByte(segment, '%') < 0 {
			if isDots(segment) || strings.IndexByte(segment, '\\') >= 0 {
				return true
			}
			continue
		}
		var room [256]byte
		if key, ok := appendUnescaped(room[:0], segment); !ok || hidesDots(text(key)) {
			return true
		}
	}
	return false
}

// Method is the method to send.
func (o *Outbound) Method() string { return o.method }

// Timeout bounds the whole exchange; 0 is no bound.
func (o *Outbound) Timeout() time.Duration { return o.timeout }

// Target is the uri's path and query, or the whole URL where the host is known at run time only.
func (o *Outbound) Target() []byte { return o.target }

// AddedQuery are the mapped pairs, encoded: a=1&b=2.
func (o *Outbound) AddedQuery() []byte { return o.added }

// Fields are the mapped headers.
func (o *Outbound) Fields() []Field { return o.fields }

// Replaces reports whether a mapped header takes the place of the client's field f.
func (o *Outbound) Replaces(f *Field) bool {
	for i := range o.fields {
		if sameName(o.fields[i].Name, f.Name) {
			return true
		}
	}
	return false
}

// Body is the body that was set; set is false when none was.
func (o *Outbound) Body() (body []byte, set bool) { return o.body, o.hasBody }
