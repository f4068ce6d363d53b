package runtime

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// Handle serves one request of fasthttp's. The server must not normalise header names and should stream request bodies.
func (core *Core) Handle(rc *fasthttp.RequestCtx) { core.handle(rc, OK) }

// Shed answers one request of fasthttp's that the gateway has no time for: 503, and when to come again. Nothing of its
// operation runs.
func (core *Core) Shed(rc *fasthttp.RequestCtx) { core.handle(rc, ServiceUnavailable) }

// handle serves a request unless it is refused as it is.
func (core *Core) handle(rc *fasthttp.RequestCtx, refused Fault) {
	c := core.pool.Get().(*Ctx)
	c.rc = rc
	f := c.openFast()
	if f == OK {
		f = c.open()
	}
	if f == OK && refused != OK {
		f = c.shed(refused)
	}
	c.run(f)
	c.end()
}

// run serves a request that was opened with f.
func (c *Ctx) run(f Fault) {
	ended := false
	defer func() {
		if !ended { // it panics: the front recovers, and what the request holds must not be held for ever
			c.letGo()
		}
	}()
	core := c.core
	watched := core.settings.observer != nil || core.settings.accessLog != nil
	if watched {
		c.Time()
	}
	if f == OK {
		f = core.serve(c)
	}
	if f != OK {
		c.answerFault(f)
	}
	if len(c.announced) > 0 || c.retryAfter != "" {
		c.announce()
	}
	if c.front == frontFast && c.leavesBody() {
		c.rc.Response.Header.SetConnectionClose()
	}
	status := c.rc.Response.StatusCode()
	core.count(c, status)
	if watched {
		c.report(status)
	}
	ended = true
}

// end gives c back.
func (c *Ctx) end() {
	c.release()
	c.core.pool.Put(c)
}

// openFast reads what fasthttp has: the fields, and whether the connection is to close.
func (c *Ctx) openFast() Fault {
	header := &c.rc.Request.Header
	c.methodName = text(header.Method())
	c.target = text(header.RequestURI())
	c.host = text(header.Host())
	c.closes = header.ConnectionClose() || c.core.closing.Load()
	if raw := header.RawHeaders(); len(raw) > 0 {
		if !c.scanFields(text(raw)) || !c.soundFraming(header.IsHTTP11()) {
			return c.refused()
		}
		c.host = c.field(fieldHost)
	} else {
		for name, value := range header.All() { // a context made by hand, whose order nobody knows
			if !c.addField(text(name), text(value)) {
				return c.refused()
			}
		}
	}
	if connection := c.field(fieldConnection); connection != "" {
		c.readConnection(connection)
	}
	return OK
}

// refused is the fault of a request that breaks HTTP. Where it ends cannot be known, so the connection closes.
func (c *Ctx) refused() Fault {
	c.closes = true
	return BadRequest
}

// soundFraming reports whether everyone agrees where the request ends and whom it is for (RFC 9112, sections 3.2, 6.1 and
// 6.3): one Host, one plain length or exactly one coding, chunked, and that not in HTTP/1.0.
func (c *Ctx) soundFraming(http11 bool) bool {
	if hosts := c.counts[fieldHost]; hosts > 1 || hosts == 0 && http11 {
		return false
	}
	lengths := c.counts[fieldContentLength]
	switch c.counts[fieldTransferEncoding] {
	case 0:
		return lengths == 0 || lengths == 1 && allDigits(c.field(fieldContentLength))
	case 1:
		return lengths == 0 && http11 && equalFold(c.field(fieldTransferEncoding), "chunked")
	default:
		return false
	}
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && len(s) < 19
}

// readConnection reads a Connection field: whether to close, and which fields are meant for us alone. Fields that the
// gateway itself reads cannot be taken away so.
func (c *Ctx) readConnection(connection string) {
	if equalFold(connection, "keep-alive") {
		return
	}
	if hasToken(connection, "close") {
		c.closes = true
	}
	for i := range c.fields {
		f := &c.fields[i]
		if f.kind == fieldOther && hasToken(connection, c.lower(f.Name)) {
			f.kind = fieldNamed
		}
	}
}

// open reads the method, the target and the stage.
func (c *Ctx) open() Fault {
	if !soundHost(c.host) {
		return c.refused()
	}
	if c.known[fieldVPCEndpoint]|c.known[fieldVPC] != 0 {
		c.dropForged()
	}
	if private := c.core.api.VPCEndpoints; len(private) > 0 && !slices.Contains(private, c.VPCEndpoint()) {
		return Forbidden // rest.md, section 15
	}
	if f := c.readTarget(); f != OK {
		return f
	}
	if c.core.api.Style == REST {
		if override := c.field(fieldMethodOverride); override != "" {
			if !allIn(override, &nameBytes) {
				return c.refused() // it may become the method of a backend's request line
			}
			c.methodName = override
		}
		if c.coding() == otherCoding {
			return UnsupportedEncoding
		}
	}
	c.method = ParseMethod(c.methodName)
	if c.core.settings.awsLimits && c.beyondAWSLimits() {
		return c.refused()
	}
	return c.enterStage()
}

// readTarget reads the request target (RFC 9112, section 3.2): a path, or a whole URL for the same host.
func (c *Ctx) readTarget() Fault {
	target := c.target
	if len(target) == 0 {
		return c.refused()
	}
	if target[0] != '/' {
		var f Fault
		if target, f = c.absoluteTarget(target); f != OK {
			return f
		}
	}
	c.target = target
	raw := target
	if mark := strings.IndexByte(target, '?'); mark >= 0 {
		raw, c.query = target[:mark], target[mark+1:]
		if !allIn(c.query, &targetBytes) {
			return c.refused()
		}
	}
	if f := c.path.Parse(raw); f != OK {
		return c.refused()
	}
	return OK
}

// allIn reports whether all bytes of s are in set.
func allIn(s string, set *byteSet) bool {
	for i := range len(s) {
		if !set[s[i]] {
			return false
		}
	}
	return true
}

// soundHost reports whether host is one host with at most one port (RFC 3986, section 3.2.2).
func soundHost(host string) bool {
	if !allIn(host, &hostBytes) {
		return false
	}
	if len(host) > 0 && host[0] == '[' {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return false
		}
		host = host[end+1:]
		if len(host) > 0 && host[0] != ':' {
			return false
		}
	}
	colon := strings.IndexByte(host, ':')
	if colon < 0 {
		return strings.IndexByte(host, ']') < 0 && strings.IndexByte(host, '[') < 0
	}
	port := 0
	for i := colon + 1; i < len(host); i++ {
		if host[i] < '0' || host[i] > '9' {
			return false
		}
		if port = 10*port + int(host[i]-'0'); port > 65535 {
			return false
		}
	}
	return true
}

// absoluteTarget is the path and query of a target in absolute form. Its authority must be the Host.
func (c *Ctx) absoluteTarget(target string) (string, Fault) {
	if target == "*" && c.methodName == "OPTIONS" {
		return "", c.serverWide()
	}
	colon := strings.Index(target, "://")
	if colon < 0 {
		return "", c.refused()
	}
	scheme, rest := target[:colon], target[colon+3:]
	port := ":80"
	switch {
	case equalFold(scheme, "http"):
	case equalFold(scheme, "https"):
		port = ":443"
	default:
		return "", c.refused()
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority := rest[:end]
	if authority == "" || !strings.EqualFold(strings.TrimSuffix(authority, port), strings.TrimSuffix(c.host, port)) {
		return "", c.refused()
	}
	if rest = rest[end:]; rest == "" || rest[0] != '/' {
		mark := len(c.arena)
		c.arena = append(append(c.arena, '/'), rest...)
		rest = c.arenaText(mark)
	}
	return rest, OK
}

// serverWide is the fault of OPTIONS *: no route is asked for.
func (c *Ctx) serverWide() Fault {
	if c.core.api.Style == REST {
		return MissingAuthenticationToken
	}
	return NotFound
}

// beyondAWSLimits reports whether target or fields are larger than Amazon takes (rest.md, section 15).
func (c *Ctx) beyondAWSLimits() bool {
	const limit = 10_240
	total := 0
	for i := range c.fields {
		total += len(c.fields[i].Name) + len(c.fields[i].Value)
	}
	return len(c.target) > limit || total > limit
}

// leavesBody reports whether a part of the request's body may be unread while nobody looks after it: the connection must
// then close, or the rest would be read as the next request. Fronts whose streams can be interrupted look after it
// themselves; fasthttp's own server does not, and its streams cannot be asked.
func (c *Ctx) leavesBody() bool {
	stream := c.rc.RequestBodyStream()
	if stream == nil || c.body.read || c.body.kept {
		return false
	}
	if _, ok := stream.(interface{ Interrupt() }); ok {
		return false
	}
	length := c.rc.Request.Header.ContentLength()
	return length < 0 || length > prefetched
}

// prefetched is how much of a body of known size fasthttp has read before it calls the handler.
const prefetched = 8 << 10

// report tells observers of an answer.
func (c *Ctx) report(status int) {
	settings := &c.core.settings
	elapsed := settings.now().Sub(c.begun)
	if settings.observer != nil {
		settings.observer(c, status, elapsed)
	}
	if settings.accessLog != nil {
		c.logAccess(status, elapsed)
	}
}

// logAccess writes a line for the request. The texts are copied, as a handler may keep what it is given.
func (c *Ctx) logAccess(status int, elapsed time.Duration) {
	route := ""
	if c.route != nil {
		route = c.route.Path
	}
	c.core.settings.accessLog.LogAttrs(c.rc, slog.LevelInfo, "request",
		slog.String("method", strings.Clone(c.methodName)), slog.String("path", strings.Clone(c.path.raw)),
		slog.String("route", route), slog.Int("status", status),
		slog.Duration("elapsed", elapsed), slog.String("client", strings.Clone(c.ClientAddr())),
		slog.String("request_id", strings.Clone(c.RequestID())))
}

// Refuse answers a request that a front could not read, with the form of the gateway's other answers.
func (core *Core) Refuse(rc *fasthttp.RequestCtx, status int) {
	c := core.pool.Get().(*Ctx)
	c.rc, c.closes = rc, true
	switch status {
	case http.StatusRequestEntityTooLarge:
		c.answerFault(RequestTooLarge)
	case http.StatusRequestTimeout:
		c.answerFault(RequestTimeout)
	case http.StatusServiceUnavailable:
		c.answerFault(ServiceUnavailable)
	case http.StatusBadRequest:
		c.answerFault(BadRequest)
	case http.StatusInternalServerError:
		c.answerFault(APIConfigurationError)
	default:
		c.errorMessage, c.errorMessageSet = http.StatusText(status), c.core.api.Style == REST
		c.answerFault(BadRequest)
		if c.core.api.Style == Plain {
			c.problem(status)
		}
		rc.Response.SetStatusCode(status)
	}
	rc.Response.Header.SetConnectionClose()
	core.count(c, status)
	c.end()
}
