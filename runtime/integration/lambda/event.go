package lambda

import (
	"strings"
	"unicode/utf8"

	gw "github.com/gatewright/gatewright/runtime"
)

// Event is what a function gets of a request (rest.md, section 7.1), before it is written as JSON or as Go values. It is
// valid during a call.
type Event struct {
	c *gw.Ctx

	headers pairs // sorted
	query   pairs // sorted
	agent   string

	body   string
	binary bool // the body goes as base64

	text []byte // texts made for the event
}

// Bounds of what is kept from call to call.
const (
	keptPairs = 256
	keptText  = 16 << 10
	keptBytes = 256 << 10
)

func (e *Event) reset() {
	e.headers.reset()
	e.query.reset()
	if cap(e.text) > keptText {
		e.text = nil
	}
	e.c, e.agent, e.body, e.binary, e.text = nil, "", "", false, e.text[:0]
}

// read makes the event of the request of c.
func (e *Event) read(c *gw.Ctx) gw.Fault {
	e.c = c
	body, f := c.Body()
	if f != gw.OK {
		return f
	}
	e.body = text(body)
	// Amazon destroys bytes that are no text elsewhere, but has functions get them whole.
	e.binary = len(body) > 0 && (c.SendsBinary() || !utf8.Valid(body))
	e.readHead()
	return gw.OK
}

// readHead takes all but the body.
func (e *Event) readHead() {
	c := e.c
	e.readFields()
	pairs := c.QueryPairs()
	for name, value, ok := pairs.Next(); ok; name, value, ok = pairs.Next() {
		e.query.addQuery(name, value)
	}
	e.query.sort(exact)
}

// forwarded is what the client, or a proxy, says of the way to us.
type forwarded struct{ addrs, port, proto string }

// readFields takes the client's fields, and those that the gateway adds.
func (e *Event) readFields() {
	c := e.c
	var said forwarded
	fields := c.Fields()
	for i := range fields {
		if f := &fields[i]; c.ToEvent(f) {
			e.readField(f.Name, f.Value, &said)
		}
	}
	trusted := c.PeerTrusted()
	if !trusted || said.proto == "" {
		said.proto = c.Scheme()
	}
	if !trusted || said.port == "" {
		said.port = portOf(c.Host(), said.proto)
	}
	e.headers.add("X-Amzn-Trace-Id", c.TraceHeader())
	e.headers.add("X-Forwarded-For", e.join(said.addrs, c.PeerAddr()))
	e.headers.add("X-Forwarded-Port", said.port)
	e.headers.add("X-Forwarded-Proto", said.proto)
	e.headers.sort(folded)
}

// readField takes a field of the client, unless the gateway writes its own. The casing of two names is Amazon's (rest.md,
// section 7.1).
func (e *Event) readField(name, value string, said *forwarded) {
	switch len(name) {
	case len("User-Agent"):
		if sameName(name, "User-Agent") {
			name, e.agent = "User-Agent", value
		}
	case len("Authorization"):
		if sameName(name, "Authorization") {
			name = "Authorization"
		}
	case len("X-Forwarded-For"): // and X-Amzn-Trace-Id
		if sameName(name, "X-Amzn-Trace-Id") {
			return
		}
		if sameName(name, "X-Forwarded-For") {
			said.addrs = e.join(said.addrs, value)
			return
		}
	case len("X-Forwarded-Port"):
		if sameName(name, "X-Forwarded-Port") {
			said.port = value
			return
		}
	case len("X-Forwarded-Proto"):
		if sameName(name, "X-Forwarded-Proto") {
			said.proto = value
			return
		}
	}
	e.headers.add(name, value)
}

// join is a list with one more item, as proxies append themselves to X-Forwarded-For.
func (e *Event) join(list, item string) string {
	if list == "" || item == "" {
		return list + item // one of them is empty, so that nothing is allocated
	}
	mark := len(e.text)
	e.text = append(append(append(e.text, list...), ", "...), item...)
	return text(e.text[mark:])
}

// portOf is the port that the client has spoken to, as far as it says so.
func portOf(host, scheme string) string {
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 && colon+1 < len(host) && strings.IndexByte(host[colon:], ']') < 0 {
		return host[colon+1:]
	}
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// path is the path without the stage (rest.md, section 7.1).
func (e *Event) path() string {
	if e.c.UnderDomain() {
		return e.c.Path().Full()
	}
	return e.c.Path().Raw()
}

// contextPath is the path with the stage; slashes in front of it collapse, those behind it stay (rest.md, section 16).
func (e *Event) contextPath() string {
	path := e.c.Var(gw.RequestPath)
	for len(path) > 1 && path[1] == '/' {
		path = path[1:]
	}
	return path
}
