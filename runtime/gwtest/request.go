package gwtest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/valyala/fasthttp"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/gwtest/fixture"
	"github.com/gatewright/gatewright/runtime/internal/proxyproto"
)

// request is the case's request as it is sent. An error comes with the place of its cause.
func (s *suite) request(c *fixture.Case) (wire []byte, at fixture.Pos, err error) {
	method, target := c.Request.Method, c.Request.URI
	if c.Operation != "" {
		route, err := s.route(c.Operation)
		if err != nil {
			return nil, c.OperationAt, err
		}
		if method, err = methodFor(route, c.Request.Method); err != nil {
			return nil, c.Request.At, err
		}
		if target, at, err = fill(route, c.Request.Path); err != nil {
			return nil, at, err
		}
		if c.Request.Query != "" {
			target += "?" + c.Request.Query
		}
	}
	b := fmt.Appendf(nil, "%s %s HTTP/1.1\r\n", method, target)
	named := slices.ContainsFunc(c.Request.Headers, func(p fixture.Pair) bool { return strings.EqualFold(p.Name, "Host") })
	if !named {
		b = fmt.Appendf(b, "Host: %s\r\n", s.host(c))
	}
	for _, h := range c.Request.Headers {
		b = fmt.Appendf(b, "%s: %s\r\n", h.Name, h.Value)
	}
	if body := c.Request.Body; body != nil {
		b = fmt.Appendf(b, "Content-Length: %d\r\n\r\n", len(body.Bytes))
		return append(b, body.Bytes...), at, nil
	}
	return append(b, "\r\n"...), at, nil
}

// host is what requests are sent to: the name that Amazon gives the API, whatever the region of this machine is.
func (s *suite) host(c *fixture.Case) string {
	if name := c.Request.Context.DomainName; name != "" {
		return name
	}
	if s.api.Style == gw.Plain {
		return "localhost"
	}
	region := s.api.Region
	if region == "" {
		region = defaultRegion
	}
	return s.api.ID + ".execute-api." + region + ".amazonaws.com"
}

// route finds an operation by its id, or by method and path template.
func (s *suite) route(operation string) (*gw.Route, error) {
	method, path, both := strings.Cut(operation, " ")
	for _, r := range s.api.Routes {
		if r.ID == operation || both && strings.EqualFold(r.Method, method) && r.Path == strings.TrimSpace(path) {
			return r, nil
		}
	}
	if both {
		return nil, fmt.Errorf("the document has no operation %q; write the method and the path as it has them", operation)
	}
	return nil, fmt.Errorf("the document has no operation with the id %q", operation)
}

func methodFor(route *gw.Route, given string) (string, error) {
	switch {
	case route.Method != "ANY" && given != "" && given != route.Method:
		return "", fmt.Errorf("the operation is for %s, the request's method is %s", route.Method, given)
	case route.Method != "ANY":
		return route.Method, nil
	case given == "":
		return "", errors.New("the operation is for any method: say by `method:` which one is sent")
	default:
		return given, nil
	}
}

// fill puts values into the path template of route, encoded.
func fill(route *gw.Route, values []fixture.Pair) (path string, at fixture.Pos, err error) {
	path = route.Path
	for _, v := range values {
		greedy := "{" + v.Name + "+}"
		switch {
		case strings.Contains(path, greedy):
			parts := strings.Split(v.Value, "/")
			for i := range parts {
				parts[i] = url.PathEscape(parts[i])
			}
			path = strings.Replace(path, greedy, strings.Join(parts, "/"), 1)
		case strings.Contains(path, "{"+v.Name+"}"):
			path = strings.Replace(path, "{"+v.Name+"}", url.PathEscape(v.Value), 1)
		default:
			return "", v.At, fmt.Errorf("%s has no path parameter %q", route.Path, v.Name)
		}
		at = v.At
	}
	for _, p := range route.Params {
		if !slices.ContainsFunc(values, func(v fixture.Pair) bool { return v.Name == p.Name }) {
			return "", at, fmt.Errorf("%s needs a value of its path parameter %q under request.path", route.Path, p.Name)
		}
	}
	return path, at, nil
}

// play sends wire to g and keeps what came of it.
func (r *rehearsal) play(g Gateway, wire []byte) error {
	rc := new(fasthttp.RequestCtx)
	source := r.c.Request.Context.SourceIP
	if source == "" {
		source = defaultSource
	}
	client := net.TCPAddr{IP: net.ParseIP(source), Port: 50000}
	rc.Init2(&peer{addr: client, header: proxyproto.Header{Client: &client, VPCEndpoint: r.c.Request.Context.VPCEndpoint}}, nil, false)
	rc.Request.Header.DisableNormalizing()
	reader := bufio.NewReaderSize(bytes.NewReader(wire), max(len(wire), 4<<10))
	if err := rc.Request.Header.Read(reader); err != nil {
		return fmt.Errorf("the request cannot be sent: %w", err)
	}
	if err := rc.Request.ContinueReadBody(reader, 0, false); err != nil {
		return fmt.Errorf("the request cannot be sent: %w", err)
	}
	err := handle(g, rc)
	if err == nil {
		r.actual, err = answer(rc)
	}
	if err == nil && r.asked != nil {
		r.actual.Request = sent(r.asked)
	}
	return err
}

// handle has g handle a request. A panic fails the one case.
func handle(g Gateway, rc *fasthttp.RequestCtx) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the gateway panicked: %v\n%s", cause, debug.Stack())
		}
	}()
	g.Handle(rc)
	return nil
}

// answer is what the client gets.
func answer(rc *fasthttp.RequestCtx) (*fixture.Actual, error) {
	response := &rc.Response
	a := &fixture.Actual{Response: fixture.Message{Status: response.StatusCode()}}
	for name, value := range response.Header.All() {
		a.Response.Headers = append(a.Response.Headers, fixture.Pair{Name: string(name), Value: string(value)})
	}
	stream := response.BodyStream()
	if stream == nil {
		if !rc.IsHead() {
			a.Response.Body = bytes.Clone(response.Body())
		}
		return a, nil
	}
	body, err := io.ReadAll(stream)
	if err = errors.Join(err, response.CloseBodyStream()); err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	if !rc.IsHead() {
		a.Response.Body = body
	}
	return a, nil
}

// sent is the request that the backend got.
func sent(x *gw.Exchange) *fixture.Message {
	m := &fixture.Message{Method: x.Method, URI: x.URI, Body: x.Body}
	for _, f := range x.Headers {
		m.Headers = append(m.Headers, fixture.Pair{Name: f.Name, Value: f.Value})
	}
	return m
}

// peer is the client's end of a connection that does not exist.
type peer struct {
	net.Conn
	addr   net.TCPAddr
	header proxyproto.Header // what a balancer in front would say
}

// ProxyHeader implements proxyproto.Conn.
func (p *peer) ProxyHeader() *proxyproto.Header { return &p.header }

// RemoteAddr implements net.Conn.
func (p *peer) RemoteAddr() net.Addr { return &p.addr }

// LocalAddr implements net.Conn.
func (p *peer) LocalAddr() net.Addr { return &net.TCPAddr{} }
