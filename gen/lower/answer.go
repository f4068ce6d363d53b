package lower

import (
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/gen/integration"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// answerer is what answers an operation.
type answerer interface {
	// describe says it in a few words, short in one.
	describe() string
	short() string
	lower(w *routeWiring) []plan.Step
}

// answererOf finds what answers op: what stands at the operation itself, else what its path says, else what the
// document says. An integration stands at its operation.
func answererOf(api *model.API, item *model.PathItem, op *model.Operation) answerer {
	for _, at := range []struct {
		settings    model.RouteSettings
		integration *model.Integration
		servers     []model.Server
	}{
		{op.Gateway, op.Integration, nil},
		{item.Gateway, nil, nil},
		{api.Gateway, nil, nil},
	} {
		switch {
		case at.settings.Upstream != nil:
			return forwarding{to: at.settings.Upstream.Value}
		case at.settings.Function != nil:
			return calling{at.settings.Function.Value}
		case at.integration != nil:
			return integrated{at.integration}
		}
	}
	if api.Amazon {
		return unanswered{"nothing"}
	}
	for _, servers := range [][]model.Server{op.Servers, item.Servers, api.Servers} {
		if len(servers) > 0 {
			return forwarding{to: servers[0].Resolved, server: true}
		}
	}
	return unanswered{"nothing"}
}

// integrated is an operation with an integration.
type integrated struct{ in *model.Integration }

func (a integrated) describe() string {
	if kind := integration.Of(a.in); kind != nil {
		return kind.Backend(a.in)
	}
	return "nothing"
}

func (a integrated) short() string {
	if kind := integration.Of(a.in); kind != nil {
		return kind.Name()
	}
	return "nothing"
}

func (a integrated) lower(w *routeWiring) []plan.Step {
	kind := integration.Of(a.in)
	if kind == nil {
		return integration.ConfigurationError()
	}
	return kind.Lower(&integration.Route{API: w.route.api, Op: w.route.op, Timeout: w.timeout(), Wiring: w})
}

// timeout bounds the backend's answer.
func (w *routeWiring) timeout() plan.Duration {
	return plan.Duration(timeoutOf(w.route.api, w.route.item, w.route.op))
}

// calling hands an operation's requests to a function, by x-gateway-function.
type calling struct{ function string }

func (a calling) describe() string { return "function " + a.function }

func (a calling) short() string { return a.describe() }

func (a calling) lower(w *routeWiring) []plan.Step {
	if !mapping.IsFunctionName(a.function) {
		return integration.ConfigurationError()
	}
	r := integration.Route{API: w.route.api, Op: w.route.op, Timeout: w.timeout(), Wiring: w}
	return r.Proxy(w.Function(a.function, "", ""), false)
}

// unanswered is an operation that nothing can answer; it was allowed knowingly.
type unanswered struct{ what string }

func (a unanswered) describe() string               { return a.what }
func (a unanswered) short() string                  { return a.what }
func (a unanswered) lower(*routeWiring) []plan.Step { return integration.ConfigurationError() }

// forwarding sends an operation's requests on as they are: to the document's server, or by x-gateway-upstream.
type forwarding struct {
	to     string // the name of an upstream, or a URL
	server bool
}

func (a forwarding) describe() string { return "forward to " + a.to }

func (a forwarding) short() string { return a.describe() }

// lower appends the path to the URL's. In a document without Amazon's extensions the request is passed on as a plain
// proxy does, in others as http_proxy does.
func (a forwarding) lower(w *routeWiring) []plan.Step {
	r := w.route
	var to plan.Value
	base := ""
	if strings.Contains(a.to, "://") {
		u, err := url.Parse(a.to)
		if err != nil || u.Host == "" {
			return integration.ConfigurationError()
		}
		to = w.Origin(integration.Origin(strings.ToLower(u.Scheme), u.Host), false)
		base = strings.TrimSuffix(u.EscapedPath(), "/")
	} else {
		to = w.Upstream(a.to, "")
	}
	segments, first := r.segments, 0
	if a.server {
		// The server's own path is what a base path mode has put before the document's paths.
		first = len(parsePath(r.api.PathPrefix))
	}
	method := plan.Value(plan.String(r.op.Method))
	if r.op.Method == anyMethod {
		method = plan.CtxMethodName.Call(ctx)
	}
	steps := []plan.Step{plan.Let{Names: []string{string(outbound)},
		Value: plan.CtxOutbound.Call(ctx, method, plan.Duration(timeoutOf(r.api, r.item, r.op)))}}
	steps = append(steps, forwardPath(base, segments, first, strings.HasSuffix(r.item.Path.Value, "/"))...)
	send := plan.UpstreamForward
	if r.api.Amazon {
		send = plan.UpstreamProxy
	}
	return append(steps, plan.Return{Values: []plan.Value{send.Call(to, ctx, outbound)}})
}

// outbound is the request to the backend.
const outbound = plan.Name("out")

// forwardPath writes base and the segments from first on, parameters as the client sent them. The path ends in a slash
// if the document's does, whatever the client's has: a backend that tells the two apart knows the document's.
func forwardPath(base string, segments []segment, first int, slash bool) []plan.Step {
	var steps []plan.Step
	literal := base
	params := pathParams(segments)
	for i, s := range segments {
		if i < first {
			continue
		}
		literal += "/"
		for part := range s.literals {
			literal += escapedSegment(s.literals[part])
			if part == len(s.params) {
				break
			}
			at := 0
			for params[at].index != i || params[at].part != part {
				at++
			}
			steps = append(steps,
				plan.Do{Call: plan.OutboundLiteral.Call(outbound, plan.String(literal))},
				plan.Do{Call: plan.OutboundPath.Call(outbound, params[at].value())})
			literal = ""
		}
	}
	if slash || len(segments) <= first {
		literal += "/"
	}
	if literal != "" {
		steps = append(steps, plan.Do{Call: plan.OutboundLiteral.Call(outbound, plan.String(literal))})
	}
	return steps
}

// escapedSegment is the literal text of a segment as a URL has it. Characters that may stand in a segment as they are
// do (RFC 3986 section 3.3).
func escapedSegment(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~!$&'()*+,;=:@", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const digits = "0123456789ABCDEF"
		b.WriteString(string([]byte{'%', digits[c>>4], digits[c&15]}))
	}
	return b.String()
}
