package check

import (
	"fmt"
	"math"
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// backend checks that something answers an operation: its own x-gateway-upstream or integration, else the path's or
// root's x-gateway-upstream, else, in a plain document, the server of operation, path or root.
func (c *checker) backend(item *model.PathItem, operation *model.Operation) {
	for _, settings := range []*model.RouteSettings{&operation.Gateway, &item.Gateway, &c.api.Gateway} {
		if settings == &item.Gateway && operation.Integration != nil {
			return
		}
		if settings.Upstream != nil || settings.Function != nil {
			return // checked where they stand
		}
	}
	if c.api.Amazon {
		c.add(diag.Diagnostic{Code: diag.NoIntegration, Span: operation.Span,
			Message: fmt.Sprintf("nothing answers %s %s", operation.Method, item.Path.Value),
			Cause:   "the operation has no x-amazon-apigateway-integration",
			Help:    "give it one, or name a backend with x-gateway-upstream"})
		return
	}
	for _, servers := range [][]model.Server{operation.Servers, item.Servers, c.api.Servers} {
		if len(servers) > 0 {
			c.server(servers[0])
			return
		}
	}
	c.add(diag.Diagnostic{Code: diag.NoServer, Span: c.api.Span, Message: "the document names no server to proxy to",
		Help: "write `servers: [{url: \"http://localhost:8080\"}]`, or x-gateway-upstream at the root"})
}

// server checks a server that operations are proxied to.
func (c *checker) server(server model.Server) {
	report := func(code diag.Code, message, help string) {
		c.add(diag.Diagnostic{Code: code, Span: server.URL.Span, Message: message, Help: help})
	}
	if i := strings.IndexByte(server.Resolved, '{'); i >= 0 {
		report(diag.ServerNotAbsolute, fmt.Sprintf("the server's URL %q has a variable without default", server.URL.Value), "give the variable a default")
		return
	}
	u, err := url.Parse(server.Resolved)
	switch {
	case err == nil && (u.Scheme == "" || u.Host == ""):
		report(diag.ServerNotAbsolute, fmt.Sprintf("the server's URL %q does not say which host", server.URL.Value),
			"write scheme and host too, or name the backend with x-gateway-upstream")
	default:
		if message, help := badAddress(server.Resolved); message != "" {
			report(diag.BadTargetURL, message, help)
		}
	}
}

// badAddress says what is wrong with the address of a backend; "" when nothing is.
func badAddress(text string) (message, help string) {
	if !strings.Contains(text, "://") {
		return fmt.Sprintf("%q has no scheme", text), fmt.Sprintf("write http://%s", text)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }):
		return fmt.Sprintf("%q is no URL", text), "write it as http://HOST:PORT"
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Sprintf("a backend cannot be reached by %q", u.Scheme), "write http:// or https://"
	case u.Hostname() == "":
		return fmt.Sprintf("%q has no host", text), "write it as http://HOST:PORT"
	case u.User != nil:
		return "the address of a backend has no user name", "let an integration map the Authorization header"
	case u.RawQuery != "" || u.ForceQuery:
		return "the address of a backend has no query", ""
	case u.Fragment != "" || strings.Contains(text, "#"):
		return "the address of a backend has no fragment", ""
	case u.Port() != "" && !isPort(u.Port()):
		return fmt.Sprintf("%q is no port", u.Port()), "write a port from 1 to 65535"
	case strings.HasSuffix(u.Host, ":"):
		return fmt.Sprintf("%q has a colon without port", text), "write the port, or take the colon away"
	}
	return "", ""
}

func isPort(text string) bool {
	port := 0
	for _, r := range text {
		if port = port*10 + int(r-'0'); port > math.MaxUint16 {
			return false
		}
	}
	return port > 0
}

// routeSettings checks the x-gateway-* keys of root, path or operation.
func (c *checker) routeSettings(settings *model.RouteSettings) {
	if settings.Upstream != nil {
		c.upstreamReference(*settings.Upstream)
	}
	if settings.Function != nil {
		c.functionName(*settings.Function)
	}
	c.laterNode(diag.CacheNotYet, settings.Cache)
	c.number("x-gateway-timeout", settings.Timeout, 1, math.MaxInt64/1_000_000)
	c.number("x-gateway-max-body", settings.MaxBody, 0, math.MaxInt64)
	if settings.Validate != nil {
		c.validateMode(*settings.Validate)
	}
}

func (c *checker) validateMode(mode source.String) {
	switch mode.Value {
	case "off", "amazon", "strict":
	default:
		c.add(diag.Diagnostic{Code: diag.BadValidateMode, Span: mode.Span, Message: fmt.Sprintf("unknown way to validate %q", mode.Value),
			Help: "write off, amazon or strict"})
	}
}

// upstreamReference checks the value of x-gateway-upstream: a URL, or the name of an upstream.
func (c *checker) upstreamReference(reference source.String) {
	if strings.Contains(reference.Value, "://") {
		if message, help := badAddress(reference.Value); message != "" {
			c.add(diag.Diagnostic{Code: diag.BadTargetURL, Span: reference.Span, Message: message, Help: help})
		}
		return
	}
	if c.upstreams[reference.Value] != nil {
		return
	}
	c.add(diag.Diagnostic{Code: diag.UnknownUpstream, Span: reference.Span, Message: fmt.Sprintf("unknown upstream %q", reference.Value),
		Help: nearest(c, reference.Value, c.api.Upstream, func(u *model.Upstream) string { return u.Name.Value },
			"define it under x-gateway-upstreams, or write a URL such as http://localhost:8080")})
}

// number checks a number's range.
func (c *checker) number(what string, n *source.Int, low, high int64) {
	if n == nil || low <= n.Value && n.Value <= high {
		return
	}
	message := fmt.Sprintf("%s is %d, but must be from %d to %d", what, n.Value, low, high)
	if high > math.MaxInt64/10_000_000 {
		message = fmt.Sprintf("%s is %d, but must be %d or more", what, n.Value, low)
		if n.Value > high {
			message = fmt.Sprintf("%s is %d, which is too much", what, n.Value)
		}
	}
	c.add(diag.Diagnostic{Code: diag.NumberOutOfRange, Span: n.Span, Message: message})
}
