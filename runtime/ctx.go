package runtime

import (
	"crypto/tls"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// Ctx is one request and its answer: a view over the server's request context. It is valid until the handler returns
// and must not be used by two goroutines at once.
type Ctx struct {
	core  *Core
	rc    *fasthttp.RequestCtx
	shard int // of the counters

	stage      *stage
	variables  []StageVariable // the stage's, as the first look found them
	route      *Route
	method     Method
	methodName string
	target     string // the request target, without scheme and authority
	query      string // behind its first question mark
	host       string
	path       Path

	fields []Field
	counts [fieldKinds]uint8
	known  [fieldKinds]int16

	arena    []byte // texts made for this request
	rendered []byte // texts put together by render

	begun      time.Time
	requestID  string
	extendedID string
	traceID    string
	client     string // the client's address

	fault           Fault // what the request ended in
	errorMessage    string
	errorMessageSet bool
	allow           string // the Allow header of a 405
	tooLarge        int64  // the bound that a 413 names

	body     bodyState
	outbound Outbound
	reply    Reply
	response Response

	templates templates
	checks    checkState

	authorization *Authorization // nil: no authorizer has run
	identity      *Identity      // nil: nobody has signed
	apiKey        string         // empty: none was asked for
	apiKeyID      string
	plan, planKey int
	planned       bool

	front       frontKind
	scheme      string
	remote      string // the peer's address where the front is net/http
	netTLS      *tls.ConnectionState
	clientCert  *ClientCertificate
	underDomain bool // the path starts with a base path, not a stage
	traced      bool // a backend was asked, so that the answer carries the trace id
	closes      bool // the connection closes behind the answer
	announced   []Field
	retryAfter  string
	held        []Releaser
	heldAnswer  []Releaser
}

// frontKind is what received the request.
type frontKind uint8

const (
	frontFast frontKind = iota
	frontNet
)

// Releaser is something that a request holds until it is over.
type Releaser interface{ Release() }

// shards numbers new contexts, so that those of different processors count apart.
var shards atomic.Uint32

func newCtx(core *Core) *Ctx {
	c := &Ctx{core: core, shard: int(shards.Add(1)) % countShards}
	c.fields = make([]Field, 0, 32)
	c.arena = make([]byte, 0, 512)
	c.outbound.c, c.reply.c, c.response.c = c, c, c
	return c
}

// Bounds of what a pooled context keeps.
const (
	keptText   = 16 << 10
	keptBuffer = 256 << 10
	keptFields = 256
)

// release makes c ready for the next request.
func (c *Ctx) release() {
	c.letGo()
	clear(c.fields) // texts of the server's buffers
	c.fields = c.fields[:0]
	if cap(c.fields) > keptFields {
		c.fields = make([]Field, 0, 32)
	}
	c.counts, c.known = [fieldKinds]uint8{}, [fieldKinds]int16{}
	c.arena, c.rendered = kept(c.arena, keptText), kept(c.rendered, keptText)
	c.body.reset()
	c.outbound.reset()
	c.reply.reset()
	c.response.reset()
	c.templates.reset()
	c.checks.reset()
	c.path.raw, c.path.count, c.path.first = "", 0, 0
	c.rc, c.stage, c.variables, c.route, c.authorization, c.identity = nil, nil, nil, nil, nil, nil
	c.apiKey, c.apiKeyID, c.planned = "", "", false
	c.method, c.methodName, c.target, c.query, c.host = UnknownMethod, "", "", "", ""
	c.begun = time.Time{}
	c.requestID, c.extendedID, c.traceID, c.client = "", "", "", ""
	c.fault, c.errorMessage, c.errorMessageSet, c.allow, c.tooLarge = OK, "", false, "", 0
	c.front, c.scheme, c.remote, c.traced, c.closes = frontFast, "", "", false, false
	c.netTLS, c.clientCert, c.underDomain = nil, nil, false
	c.announced, c.retryAfter = c.announced[:0], ""
}

// letGo releases what is held.
func (c *Ctx) letGo() {
	releaseAll(c.held)
	releaseAll(c.heldAnswer)
	c.held, c.heldAnswer = c.held[:0], c.heldAnswer[:0]
}

// kept is b emptied, or nothing when it grew too large to be kept.
func kept(b []byte, limit int) []byte {
	if cap(b) > limit {
		return nil
	}
	return b[:0]
}

// Hold has r released when the request is over: when the handler has returned and the answer's head is made, but not
// necessarily after a streamed body.
func (c *Ctx) Hold(r Releaser) { c.held = append(c.held, r) }

// HoldAnswer has r released when a streamed body has been sent or given up. Without one it is as Hold: the front sends a
// whole body when the request is over.
func (c *Ctx) HoldAnswer(r Releaser) { c.heldAnswer = append(c.heldAnswer, r) }

func releaseAll(held []Releaser) {
	for i, r := range held {
		r.Release()
		held[i] = nil
	}
}

// heldStream is a streamed body with what is released behind it.
type heldStream struct {
	io.Reader
	held []Releaser
}

// Close implements io.Closer.
func (s *heldStream) Close() (err error) {
	if closer, ok := s.Reader.(io.Closer); ok {
		err = closer.Close()
	}
	releaseAll(s.held)
	s.held = nil
	return err
}

// Core is the gateway that serves the request.
func (c *Ctx) Core() *Core { return c.core }

// RequestCtx is the server's own context, for backends that write a streamed answer.
func (c *Ctx) RequestCtx() *fasthttp.RequestCtx { return c.rc }

// Enter says which route serves the request.
//
//go:noinline
func (c *Ctx) Enter(r *Route) { c.route = r }

// Route is the route that serves the request, nil before Enter.
func (c *Ctx) Route() *Route { return c.route }

// Path is the request's path without the stage.
func (c *Ctx) Path() *Path { return &c.path }

// SentPath is the whole path as it was sent, with the stage where it is a part of it: what a client signs.
func (c *Ctx) SentPath() string { return c.path.raw }

// Method is the request's method, after X-HTTP-Method-Override (rest.md, section 1.6).
func (c *Ctx) Method() Method { return c.method }

// MethodName is the request's method as text, also when it is none that a document can declare.
func (c *Ctx) MethodName() string { return c.methodName }

// Host is what the request was sent to, with the port when there is one.
func (c *Ctx) Host() string { return c.host }

// Scheme is http or https, as the client's connection is.
func (c *Ctx) Scheme() string {
	switch {
	case c.scheme != "":
		return c.scheme
	case c.rc.IsTLS():
		return "https"
	default:
		return "http"
	}
}

// RawQuery is the query as it was sent, without the question mark.
func (c *Ctx) RawQuery() string { return c.query }

// Segment is segment i of the path as it was sent (rest.md, section 16: values arrive percent-encoded).
//
//go:noinline
func (c *Ctx) Segment(i int) string { return c.path.Segment(i) }

// SegmentInside is segment i as it was sent, without the literal text around it.
//
//go:noinline
func (c *Ctx) SegmentInside(i int, prefix, suffix string) string {
	return inside(c.path.Segment(i), prefix, suffix)
}

// Tail is the path as it was sent from segment i to its end.
//
//go:noinline
func (c *Ctx) Tail(i int) string { return c.path.Tail(i) }

// Param is the path parameter name as it was sent.
func (c *Ctx) Param(name string) string {
	if c.route == nil {
		return ""
	}
	for i := range c.route.Params {
		p := &c.route.Params[i]
		if p.Name != name {
			continue
		}
		switch {
		case p.Greedy:
			return c.path.Tail(p.Segment)
		case len(p.Literals) > 0:
			return SegmentPart(c.path.Segment(p.Segment), p.Part, p.Literals...)
		default:
			return inside(c.path.Segment(p.Segment), p.Prefix, p.Suffix)
		}
	}
	return ""
}

// Header is method.request.header.name: the last field of that name. Names are compared with their case (rest.md,
// section 4.1).
func (c *Ctx) Header(name string) string {
	for i := len(c.fields) - 1; i >= 0; i-- {
		if f := &c.fields[i]; f.Name == name && c.visible(f) {
			return f.Value
		}
	}
	return ""
}

// HeaderValues is method.request.multivalueheader.name: all values, joined by commas.
func (c *Ctx) HeaderValues(name string) string {
	joined, count, mark := "", 0, 0
	for i := range c.fields {
		f := &c.fields[i]
		if f.Name != name || !c.visible(f) {
			continue
		}
		switch count++; count {
		case 1:
			joined = f.Value
		case 2:
			mark = len(c.arena)
			c.arena = append(append(append(c.arena, joined...), ','), f.Value...)
		default:
			c.arena = append(append(c.arena, ','), f.Value...)
		}
	}
	if count > 1 {
		return c.arenaText(mark)
	}
	return joined
}

// ContentType is the client's Content-Type as it was sent.
func (c *Ctx) ContentType() string { return c.field(fieldContentType) }

// MediaType is the media type of the request's body in lower case, application/json when the client names none
// (rest.md, section 5).
func (c *Ctx) MediaType() string {
	value := c.field(fieldContentType)
	if value == "" {
		return "application/json"
	}
	return c.mediaType(value)
}

// AcceptType is the first media type that the client accepts, in lower case; empty when it names none (rest.md,
// section 5: only the first counts).
func (c *Ctx) AcceptType() string {
	value := ""
	for i := range c.fields {
		if c.fields[i].kind == fieldAccept {
			value = c.fields[i].Value
			break
		}
	}
	if comma := strings.IndexByte(value, ','); comma >= 0 {
		value = value[:comma]
	}
	return c.mediaType(value)
}

// mediaType is value without parameters and in lower case.
func (c *Ctx) mediaType(value string) string {
	if cut := strings.IndexByte(value, ';'); cut >= 0 {
		value = value[:cut]
	}
	return c.lower(trimSpace(value))
}

// lower is s with ASCII letters in lower case.
func (c *Ctx) lower(s string) string {
	i := 0
	for i < len(s) && (s[i] < 'A' || s[i] > 'Z') {
		i++
	}
	if i == len(s) {
		return s
	}
	mark := len(c.arena)
	for i := range len(s) {
		b := s[i]
		if b-'A' <= 'Z'-'A' {
			b |= 0x20
		}
		c.arena = append(c.arena, b)
	}
	return c.arenaText(mark)
}

// HeaderFolded is the last value of a header whose name is compared without case, as authorizers read it.
func (c *Ctx) HeaderFolded(name string) string {
	for i := len(c.fields) - 1; i >= 0; i-- {
		if f := &c.fields[i]; sameName(f.Name, name) && c.visible(f) {
			return f.Value
		}
	}
	return ""
}
