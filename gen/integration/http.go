package integration

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// httpKind speaks to an HTTP backend and maps its answer.
type httpKind struct{}

var _ Kind = httpKind{}

// Name is http.
func (httpKind) Name() string { return "http" }

// Match reports whether the type is http.
func (k httpKind) Match(in *model.Integration) bool { return is(in, k.Name()) }

// Check looks at the endpoint, the mappings, the templates and the responses.
func (httpKind) Check(api *model.API, op *model.Operation) []diag.Diagnostic {
	in := op.Integration
	found := checkEndpoint(api, in)
	found = append(found, checkTemplates(in.RequestTemplates)...)
	return append(found, checkResponses(in)...)
}

// Backend names method and uri.
func (k httpKind) Backend(in *model.Integration) string { return describe(k.Name(), in) }

// Lower sends what the mappings and templates say, and answers by the response that the backend's status selects.
func (httpKind) Lower(r *Route) []plan.Step {
	in := r.Op.Integration
	body := r.requestBody(in, sendsBody(in))
	if _, isReturn := lastOf(body).(plan.Return); isReturn {
		return body // every request is refused, so that nothing else is of use
	}
	call, send := r.send(in, plan.UpstreamInvoke, plan.DynamicInvoke)
	if call == nil {
		send = ConfigurationError()
	}
	steps := append(body, send...)
	if call != nil || plan.Mentions(steps, outbound) {
		steps = append([]plan.Step{r.outbound(in)}, steps...)
	}
	if call == nil {
		return steps
	}
	selected := selectByStatus(in.Responses, func(*model.IntegrationResponse, error) {})
	answers := selected.respond(plan.ReplyStatus.Call(reply), func(from *model.IntegrationResponse) []plan.Step {
		return r.answer(from, true)
	})
	name := string(reply)
	if !plan.Mentions(answers, reply) {
		name = "_"
	}
	steps = append(steps, plan.Try{Names: []string{name}, Call: call})
	return append(steps, answers...)
}

func lastOf(steps []plan.Step) plan.Step {
	if len(steps) == 0 {
		return nil
	}
	return steps[len(steps)-1]
}

// httpMethods are the methods that an HTTP integration may name beside ANY (rest.md 1.4).
var httpMethods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "ANY"}

// checkEndpoint looks at method, uri, connection and mapped headers of http and http_proxy.
func checkEndpoint(api *model.API, in *model.Integration) []diag.Diagnostic {
	found := append(checkMethod(in), checkURI(in)...)
	found = append(found, checkLink(api, in)...)
	return append(found, checkRequestHeaders(in)...)
}

// checkMethod looks at the method that the backend is asked by.
func checkMethod(in *model.Integration) []diag.Diagnostic {
	var found []diag.Diagnostic
	switch {
	case (in.HTTPMethod == nil || in.HTTPMethod.Value == "") && in.Incomplete:
	case in.HTTPMethod == nil || in.HTTPMethod.Value == "":
		found = append(found, diag.Diagnostic{Code: diag.BadHTTPMethod, Span: in.Type.Span, Message: "integration without httpMethod",
			Help: "write the backend's method, or ANY for the client's own"})
	case !slices.Contains(httpMethods, strings.ToUpper(in.HTTPMethod.Value)):
		found = append(found, diag.Diagnostic{Code: diag.BadHTTPMethod, Span: in.HTTPMethod.Span,
			Message: fmt.Sprintf("unknown httpMethod %q", in.HTTPMethod.Value), Help: "write one of " + strings.Join(httpMethods, ", ")})
	}
	return found
}

// checkLink looks for a VPC link that is no upstream.
func checkLink(api *model.API, in *model.Integration) []diag.Diagnostic {
	if !isLink(in) {
		return nil
	}
	const help = "name the backend behind the link: `x-gateway-upstreams: {%s: {targets: [http://10.0.0.1:8080]}}`"
	if in.ConnectionID == nil && in.Incomplete { // it may be what could not be read
		return nil
	}
	if in.ConnectionID == nil || in.ConnectionID.Value == "" {
		return []diag.Diagnostic{{Code: diag.UnknownLink, Span: in.ConnectionType.Span, Message: "VPC_LINK without connectionId"}}
	}
	id := in.ConnectionID
	if variable, ok := wholeVariable(id.Value); ok {
		if len(api.Upstream) == 0 {
			return []diag.Diagnostic{{Code: diag.UnknownLink, Span: id.Span,
				Message: "a VPC link named by a stage variable, and no upstreams to choose from", Help: fmt.Sprintf(help, "VALUE_OF_"+variable)}}
		}
		return nil
	}
	if hasUpstream(api, id.Value) {
		return nil
	}
	d := diag.Diagnostic{Code: diag.UnknownLink, Span: id.Span, Message: fmt.Sprintf("no upstream for the VPC link %q", id.Value), Help: fmt.Sprintf(help, id.Value)}
	var known []string
	for _, u := range api.Upstream {
		known = append(known, u.Name.Value)
	}
	if near := diag.Nearest(id.Value, known); near != "" {
		d.Help = fmt.Sprintf("did you mean %s?", near)
	}
	return []diag.Diagnostic{d}
}

func isLink(in *model.Integration) bool {
	return in.ConnectionType != nil && strings.EqualFold(in.ConnectionType.Value, "VPC_LINK")
}

// wholeVariable is the name of the stage variable that text consists of.
func wholeVariable(text string) (string, bool) {
	name, ok := strings.CutPrefix(text, "${stageVariables.")
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, "}")
	return name, ok && !strings.ContainsAny(name, "${}")
}

func hasUpstream(api *model.API, name string) bool {
	return slices.ContainsFunc(api.Upstream, func(u *model.Upstream) bool { return u.Name.Value == name })
}

// sendsBody reports whether the backend may get a body (rest.md section 8).
func sendsBody(in *model.Integration) bool {
	if in.HTTPMethod == nil {
		return true
	}
	switch strings.ToUpper(in.HTTPMethod.Value) {
	case "GET", "HEAD", "OPTIONS":
		return false
	default:
		return true
	}
}

// outbound begins the request to the backend.
func (r *Route) outbound(in *model.Integration) plan.Step {
	method := plan.Value(plan.CtxMethodName.Call(Ctx))
	if in.HTTPMethod != nil && !strings.EqualFold(in.HTTPMethod.Value, "ANY") {
		method = plan.String(strings.ToUpper(in.HTTPMethod.Value))
	}
	return plan.Let{Names: []string{string(outbound)}, Value: plan.CtxOutbound.Call(Ctx, method, r.Timeout)}
}

// send writes uri and parameters and returns the call that sends the request; nil when the document makes that fail.
func (r *Route) send(in *model.Integration, fixed, dynamic plan.Selector) (call plan.Value, before []plan.Step) {
	if hasForbidden(in) || in.URI == nil {
		return nil, nil
	}
	uri, problem := mapping.ParseURI(in.URI.Value)
	if problem != nil || uri.Scheme == "" {
		return nil, nil
	}
	mappings := requestMappings(in)
	values, before := r.pathValues(mappings, uri)
	insecure := in.TLSConfig != nil && in.TLSConfig.InsecureSkipVerification != nil && in.TLSConfig.InsecureSkipVerification.Value
	host, isFixed := fixedText(uri.Component(mapping.Authority))
	linked := isLink(in) && in.ConnectionID != nil
	var to plan.Value
	send, whole := fixed, false
	switch {
	case linked && hasUpstream(r.API, in.ConnectionID.Value):
		to = r.Upstream(in.ConnectionID.Value, linkName(host, isFixed))
	case linked && r.chooses(in.ConnectionID.Value):
		var choose []plan.Step
		to, choose = r.chosen(in.ConnectionID.Value, linkName(host, isFixed))
		before = append(before, choose...)
	case isFixed && hasUpstream(r.API, host):
		to, host = r.Upstream(host, ""), ""
	case isFixed:
		to, host = r.Origin(Origin(uri.Scheme, host), insecure), ""
	default:
		to, send, whole = r.Dynamic(insecure), dynamic, true
	}
	before = append(before, r.writeURI(uri, values, whole)...)
	if linked && isFixed && host != "" && !maps(mappings, mapping.Header, "Host") {
		before = append(before, plan.Do{Call: plan.OutboundHeader.Call(outbound, plan.String("Host"), plan.String(strings.ToLower(host)))})
	}
	before = append(before, r.addParameters(mappings)...)
	return send.Call(to, Ctx, outbound), before
}

// chooses reports whether a connectionId is a stage variable that can name an upstream.
func (r *Route) chooses(connectionID string) bool {
	_, ok := wholeVariable(connectionID)
	return ok && len(r.API.Upstream) > 0
}

// linkName is the name that the target of a link must prove in TLS: the uri's host (rest.md section 8), where it is fixed.
func linkName(authority string, isFixed bool) string {
	if !isFixed {
		return ""
	}
	link := url.URL{Host: strings.ToLower(authority)}
	return link.Hostname()
}

// chosen is the upstream that a stage variable names.
func (r *Route) chosen(connectionID, host string) (plan.Value, []plan.Step) {
	variable, _ := wholeVariable(connectionID)
	choose := r.ChosenUpstream(plan.CtxStageVariable.Call(Ctx, plan.String(variable)), host)
	return backend, []plan.Step{
		plan.Let{Names: []string{string(backend)}, Value: choose},
		plan.When{Cond: plan.Op{Op: "==", X: backend, Y: plan.Nil{}}, Then: ConfigurationError()},
	}
}
