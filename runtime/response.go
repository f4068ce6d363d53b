package runtime

import (
	"io"
	"slices"

	"github.com/gatewright/gatewright/runtime/internal/whole"
)

// Response is the answer to the client. It belongs to its Ctx.
type Response struct {
	c      *Ctx
	fault  Fault
	typed  bool // a Content-Type was given
	proxy  bool // the backend's own headers go on
	status int

	direct *whole.Answer // set while the answer goes to the front by itself, past the fields of fasthttp's response
}

// FieldRule says what becomes of a header field on its way to the client.
type FieldRule uint8

// The rules.
const (
	// FieldPass passes the field on as it is.
	FieldPass FieldRule = iota
	// FieldRemap passes the field on as x-amzn-Remapped- and its name.
	FieldRemap
	// FieldDrop drops the field.
	FieldDrop
)

const remapPrefix = "x-amzn-Remapped-"

// MappedFieldRule is the rule of rest.md, section 4.5, for headers that a REST API's response mappings set.
func MappedFieldRule(name string) FieldRule { return mappedRule(kindOf(name)) }

// ProxiedFieldRule is the rule of rest.md, section 4.5, for headers of a backend that a REST API proxies.
func ProxiedFieldRule(name string) FieldRule { return proxiedRule(kindOf(name)) }

// PlainFieldRule is the rule for headers of a backend in plain documents: only what belongs to the backend's connection
// stays behind, and the Date, as the gateway writes its own.
func PlainFieldRule(name string) FieldRule { return plainRule(kindOf(name)) }

func mappedRule(kind fieldKind) FieldRule {
	switch kind {
	case fieldConnection, fieldContentLength, fieldDate, fieldServer, fieldAuthorization, fieldContentMD5, fieldExpect,
		fieldHost, fieldMaxForwards, fieldProxyAuthenticate, fieldTrailer, fieldUpgrade, fieldUserAgent, fieldWWWAuthenticate:
		return FieldRemap
	case fieldTransferEncoding, fieldKeepAlive, fieldProxyConnection:
		return FieldDrop
	default:
		return FieldPass
	}
}

// faultRule is the rule for headers of gateway responses: a 401 may ask for credentials there, as documents do to have
// browsers ask the user, while a backend's WWW-Authenticate is remapped.
func faultRule(kind fieldKind) FieldRule {
	if kind == fieldWWWAuthenticate {
		return FieldPass
	}
	return mappedRule(kind)
}

func proxiedRule(kind fieldKind) FieldRule {
	switch kind {
	case fieldVia:
		return FieldDrop
	case fieldRequestID:
		return FieldRemap
	default:
		return mappedRule(kind)
	}
}

func plainRule(kind fieldKind) FieldRule {
	switch kind {
	case fieldConnection, fieldKeepAlive, fieldProxyConnection, fieldProxyAuthenticate, fieldTE, fieldTrailer,
		fieldTransferEncoding, fieldUpgrade, fieldContentLength, fieldDate:
		return FieldDrop
	default:
		return FieldPass
	}
}

// Respond begins the answer.
func (c *Ctx) Respond(status int) *Response {
	r := &c.response
	answer := c.directAnswer()
	if answer == nil {
		r.begin(status)
		return r
	}
	r.reset()
	r.status, r.direct = status, answer
	answer.Type, answer.Fields = answer.Type[:0], answer.Fields[:0]
	if answer.Alive = c.core.api.Style == REST; answer.Alive {
		r.line("x-amzn-RequestId", c.RequestID())
	}
	return r
}

func (r *Response) reset() {
	r.fault, r.typed, r.proxy, r.status, r.direct = OK, false, false, 0, nil
}

// directAnswer is where a whole answer can be put that needs nothing but its parts; nil when this request's cannot.
func (c *Ctx) directAnswer() *whole.Answer {
	core := c.core
	if c.front != frontFast || core.api.Compression.on || core.settings.accessLog != nil || c.closes || c.rc.IsHead() || !c.rc.Request.Header.IsHTTP11() {
		return nil
	}
	if front, ok := c.rc.Conn().(whole.Front); ok {
		return front.DirectAnswer()
	}
	return nil
}

// line adds a header field to a direct answer.
func (r *Response) line(name, value string) {
	r.direct.Fields = appendLine(r.direct.Fields, name, value)
}

func appendLine(dst []byte, name, value string) []byte {
	dst = append(append(dst, name...), ": "...)
	return append(append(dst, value...), "\r\n"...)
}

// fields moves what a direct answer has so far to the fields of fasthttp's response.
func (r *Response) fields() {
	answer := r.direct
	typed, proxy := r.typed, r.proxy
	r.begin(r.status)
	r.typed, r.proxy = typed, proxy
	header := &r.c.rc.Response.Header
	header.Del("x-amzn-RequestId") // it is the first line
	if typed {
		header.SetContentTypeBytes(answer.Type)
	}
	for rest := text(answer.Fields); rest != ""; {
		var line, name string
		line, rest = cutByte(rest, '\n')
		name, line = cutByte(line, ':')
		header.Add(name, trimSpace(line[:len(line)-1]))
	}
}

// whole hands the direct answer over.
func (r *Response) whole(body []byte) Fault {
	c, answer := r.c, r.direct
	if c.core.api.Style == REST {
		if !r.typed {
			answer.Type = append(answer.Type, "application/json"...)
		}
		r.line("x-amz-apigw-id", c.ExtendedRequestID())
		if c.traced && !r.proxy {
			r.line("X-Amzn-Trace-Id", c.TraceHeader())
		}
	}
	answer.Status, answer.Set = r.status, true
	answer.Body = append(answer.Body[:0], body...)
	c.rc.Response.SetStatusCode(r.status) // for those who count answers
	return OK
}

func (r *Response) begin(status int) {
	r.reset()
	r.status = status
	response := &r.c.rc.Response
	response.Reset()
	response.Header.DisableNormalizing()
	response.Header.SetNoDefaultContentType(true)
	response.SetStatusCode(status)
	if r.c.core.api.Style == REST {
		r.c.writeConnection()
		response.Header.Add("x-amzn-RequestId", r.c.RequestID())
	} else if r.c.closes && r.c.front == frontFast {
		response.Header.SetConnectionClose()
	}
}

// Proxied begins an answer whose headers are the backend's own; a REST API adds no trace id to it (rest.md, section 4.5).
func (c *Ctx) Proxied(status int) *Response {
	r := c.Respond(status)
	r.proxy = true
	return r
}

// Header sets a mapped header, unless value is missing. Some names are remapped (rest.md, section 4.5).
func (r *Response) Header(name, value string) {
	if value == "" {
		return
	}
	if hasControl(value) {
		// A backend's value, or a client's, that would start a header of its own.
		r.fail(APIConfigurationError)
		return
	}
	kind := kindOf(name)
	r.put(kind, mappedRule(kind), name, value)
}

// Field passes on a header field of the backend.
func (r *Response) Field(name, value string) {
	if hasControl(value) {
		r.fail(IntegrationFailure)
		return
	}
	kind := kindOf(name)
	if r.c.core.api.Style == Plain {
		r.put(kind, plainRule(kind), name, value)
	} else {
		r.put(kind, proxiedRule(kind), name, value)
	}
}

// put sets a header by its rule.
func (r *Response) put(kind fieldKind, rule FieldRule, name, value string) {
	if r.direct != nil {
		r.putDirect(kind, rule, name, value)
		return
	}
	header := &r.c.rc.Response.Header
	switch rule {
	case FieldDrop:
		return
	case FieldRemap:
		c := r.c
		mark := len(c.arena)
		c.arena = append(append(c.arena, remapPrefix...), name...)
		header.Add(c.arenaText(mark), value)
		return
	}
	if kind == fieldContentType {
		header.SetContentType(value)
		r.typed = true
		return
	}
	header.Add(name, value)
}

// putDirect is put for a direct answer.
func (r *Response) putDirect(kind fieldKind, rule FieldRule, name, value string) {
	answer := r.direct
	switch {
	case rule == FieldDrop:
	case rule == FieldRemap:
		answer.Fields = append(answer.Fields, remapPrefix...)
		r.line(name, value)
	case kind == fieldContentType:
		answer.Type = append(answer.Type[:0], value...)
		r.typed = true
	default:
		r.line(name, value)
	}
}

func (r *Response) fail(f Fault) {
	if r.fault == OK {
		r.fault = f
	}
}

// CloseConnection has the connection close behind the answer.
func (r *Response) CloseConnection() {
	if r.direct != nil {
		r.fields()
	}
	header := &r.c.rc.Response.Header
	header.Del("Connection")
	header.SetConnectionClose()
}

// Text answers with s.
func (r *Response) Text(s string) Fault { return r.Bytes(bytesOf(s)) }

// TextFor answers with s, what a template made of the backend's answer: the template needs that answer as text, and
// one that the conversion leaves as bytes fails (rest.md, section 5).
func (r *Response) TextFor(reply *Reply, conversion Conversion, s string) Fault {
	c := r.c
	payload := c.core.binary.match(c.mediaType(reply.Header("Content-Type")))
	accept := c.core.binary.match(c.AcceptType())
	switch responseChange(payload, accept, conversion) {
	case decodeBase64:
		return APIConfigurationError
	case keepBytes:
		if payload {
			return APIConfigurationError
		}
	}
	return r.Text(s)
}

// Empty answers without a body.
func (r *Response) Empty() Fault { return r.Bytes(nil) }

// Relay answers with the backend's body, converted as the document says (rest.md, section 5).
//
// A body that was opened and needs no change is not read before it is sent.
func (r *Response) Relay(reply *Reply, conversion Conversion) Fault {
	if reply.opened != nil {
		if r.changes(reply, conversion) == keepBytes && bodyAllowed(r.status) {
			return r.pass(reply)
		}
		if f := reply.Load(); f != OK {
			return f
		}
	}
	body, f := r.converted(reply, conversion)
	if f != OK {
		return f
	}
	return r.Bytes(body)
}

// changes is what the document says has to happen to the backend's body.
func (r *Response) changes(reply *Reply, conversion Conversion) change {
	c := r.c
	payload := c.core.binary.match(c.mediaType(reply.Header("Content-Type")))
	return responseChange(payload, c.core.binary.match(c.AcceptType()), conversion)
}

// pass sends the body of an answer on while it comes.
func (r *Response) pass(reply *Reply) Fault {
	if r.fault != OK {
		return r.fault // the body stays held
	}
	if r.direct != nil {
		r.fields()
	}
	r.applyOverrides()
	switch {
	case r.fault != OK:
		return r.fault
	case !bodyAllowed(r.status): // by an override
		return r.Bytes(nil)
	}
	size := reply.opened.Size()
	o := reply.opened
	reply.opened = nil
	return r.Stream(o.Pass(), size)
}

// converted is the backend's body, converted as the document says (rest.md, section 5).
func (r *Response) converted(reply *Reply, conversion Conversion) ([]byte, Fault) {
	c := r.c
	binary := &c.core.binary
	if binary.none() && conversion == AsIs {
		return reply.buffer, OK
	}
	body, ok := c.convert(reply.buffer, r.changes(reply, conversion))
	if !ok {
		return nil, APIConfigurationError
	}
	return body, OK
}

// Bytes answers with body, which is copied.
func (r *Response) Bytes(body []byte) Fault {
	c := r.c
	if r.fault != OK {
		return r.fault
	}
	if r.direct != nil {
		if c.templates.context == nil && bodyAllowed(r.status) && !r.watchesReply() {
			return r.whole(body)
		}
		r.fields()
	}
	response := &c.rc.Response
	r.applyOverrides()
	if !bodyAllowed(r.status) {
		body = nil
	}
	if r.watchesReply() {
		r.watchBytes(body)
	}
	if k := c.answerCoding(int64(len(body))); k != identityCoding {
		response.SetBodyRaw(c.core.compressors.compress(k, body))
		response.Header.Add("Content-Encoding", k.name())
	} else if len(body) > 0 {
		response.SetBody(body)
	} else if bodyAllowed(r.status) && !(r.proxy && c.rc.IsHead()) {
		response.Header.SetContentLength(0) // HEAD has none otherwise; a proxied one has the backend's
	}
	r.finish()
	return OK
}

// Stream answers with what body has: size bytes, -1 when nobody knows. It is read after the handler has returned, and
// closed when it is an io.Closer.
func (r *Response) Stream(body io.Reader, size int64) Fault {
	c := r.c
	if r.fault != OK {
		return r.fault
	}
	if r.direct != nil {
		r.fields()
	}
	if r.watchesReply() {
		body = r.watchStream(body)
	}
	if k := c.answerCoding(size); k != identityCoding && bodyAllowed(r.status) {
		body, size = c.core.compressors.stream(k, body), -1
		c.rc.Response.Header.Add("Content-Encoding", k.name())
	}
	if len(c.heldAnswer) > 0 {
		body = &heldStream{body, slices.Clone(c.heldAnswer)}
		clear(c.heldAnswer)
		c.heldAnswer = c.heldAnswer[:0]
	}
	c.rc.Response.SetBodyStream(body, int(size))
	c.rc.Response.ImmediateHeaderFlush = size < 0
	r.finish()
	return OK
}

// finish writes the headers that every answer has.
func (r *Response) finish() {
	c := r.c
	if c.core.api.Style != REST {
		return
	}
	header := &c.rc.Response.Header
	if !r.typed && (!r.proxy || bodyAllowed(r.status)) {
		header.SetContentType("application/json")
	}
	header.Add("x-amz-apigw-id", c.ExtendedRequestID())
	if c.traced && !r.proxy {
		header.Add("X-Amzn-Trace-Id", c.TraceHeader())
	}
}

// bodyAllowed reports whether an answer of status can have a body (RFC 9110, section 6.4.1).
func bodyAllowed(status int) bool {
	return status >= 200 && status != 204 && status != 304
}

// writeConnection says whether the connection stays open, as Amazon's answers do.
func (c *Ctx) writeConnection() {
	if c.front == frontNet {
		return // net/http's own business
	}
	header := &c.rc.Response.Header
	if c.closes {
		header.SetConnectionClose()
	} else if c.rc.Request.Header.IsHTTP11() {
		header.Add("Connection", "keep-alive")
	}
}
