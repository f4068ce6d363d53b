package integration

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// serviceKind calls a service of Amazon's, such as DynamoDB, SQS or S3, and maps its answer (rest.md section 9).
type serviceKind struct{}

var _ Kind = serviceKind{}

// Name is aws.
func (serviceKind) Name() string { return "aws" }

// Match reports whether the type is aws; those with a function are of another kind that comes first.
func (k serviceKind) Match(in *model.Integration) bool { return is(in, k.Name()) }

// Check looks at the service, the mappings, the templates and the responses.
func (serviceKind) Check(_ *model.API, op *model.Operation) []diag.Diagnostic {
	in := op.Integration
	found := append(checkMethod(in), checkService(in)...)
	found = append(found, checkCredentials(in, true)...)
	found = append(found, checkRequestHeaders(in)...)
	found = append(found, checkTemplates(in.RequestTemplates)...)
	return append(found, checkResponses(in)...)
}

// Backend names the service's action or path.
func (k serviceKind) Backend(in *model.Integration) string { return describe(k.Name(), in) }

// checkService looks at the uri.
func checkService(in *model.Integration) []diag.Diagnostic {
	if in.URI == nil || in.URI.Value == "" {
		if in.Incomplete {
			return nil
		}
		return []diag.Diagnostic{{Code: diag.BadServiceURI, Span: in.Type.Span, Message: "integration without uri",
			Help: "write the service's: `uri: arn:aws:apigateway:us-east-1:dynamodb:action/PutItem`"}}
	}
	uri, problem := mapping.ParseServiceURI(in.URI.Value)
	if problem != nil {
		return []diag.Diagnostic{{Code: problem.Code, Span: in.URI.Sub(problem.Offset, problem.Length), Message: problem.Message, Help: problem.Help}}
	}
	if _, known := protocols[uri.Service]; uri.Action != "" && !known {
		at := strings.LastIndex(in.URI.Value, uri.Service+":action/")
		return []diag.Diagnostic{{Code: diag.UnknownServiceAction, Span: in.URI.Sub(at, len(uri.Service)),
			Message: fmt.Sprintf("the actions of %s are not known", uri.Service), Help: "write path/ instead of action/, and map what the service wants to be told"}}
	}
	return nil
}

// ServiceTarget is a service as a route calls it.
type ServiceTarget struct {
	Region    string
	Subdomain string
	Service   string
	Prefix    string // of the endpoint's host, which some actions have
	Role      string // who signs; empty: the gateway itself, or whom the call names
}

// Lower sends what the mappings and templates say, signed, and answers by the response that the service's status selects.
func (serviceKind) Lower(r *Route) []plan.Step {
	in := r.Op.Integration
	body := r.requestBody(in, sendsBody(in))
	if _, isReturn := lastOf(body).(plan.Return); isReturn {
		return body
	}
	if hasForbidden(in) || len(checkCredentials(in, true)) > 0 || in.URI == nil {
		return ConfigurationError()
	}
	uri, problem := mapping.ParseServiceURI(in.URI.Value)
	if problem != nil {
		return ConfigurationError()
	}
	stream := streamsService(in, uri)
	if stream {
		body = nil
		if sendsBody(in) {
			body = []plan.Step{plan.Guard{Call: plan.OutboundPassThrough.Call(outbound, Ctx, conversion(in.ContentHandling))}}
		}
	}
	steps := append([]plan.Step{r.outbound(in)}, body...)
	steps = append(steps, r.serviceRequest(in, uri)...)
	selected := selectByStatus(in.Responses, func(*model.IntegrationResponse, error) {})
	answers := selected.respond(plan.ReplyStatus.Call(reply), func(from *model.IntegrationResponse) []plan.Step {
		answer := r.answer(from, true)
		if stream && readsReply(from) {
			answer = append([]plan.Step{plan.Guard{Call: plan.ReplyLoad.Call(reply)}}, answer...)
		}
		return answer
	})
	name := string(reply)
	if !plan.Mentions(answers, reply) {
		name = "_"
	}
	steps = append(steps, plan.Try{Names: []string{name}, Call: r.callService(in, uri, stream)})
	return append(steps, answers...)
}

// callService is the call that sends the request.
func (r *Route) callService(in *model.Integration, uri *mapping.ServiceURI, stream bool) plan.Value {
	to := ServiceTarget{Region: uri.Region, Subdomain: uri.Subdomain, Service: uri.Service, Prefix: hostPrefix(uri)}
	var parts []mapping.URIPart
	if in.Credentials != nil && in.Credentials.Value != "" {
		parts, _ = mapping.ParseCredentials(in.Credentials.Value) // they were checked
	}
	role, fixed := fixedText(parts)
	if fixed {
		to.Role = role
	}
	service := r.Service(to)
	switch {
	case !fixed && stream:
		return plan.ServiceOpenAs.Call(service, Ctx, outbound, Joined(parts))
	case !fixed:
		return plan.ServiceInvokeAs.Call(service, Ctx, outbound, Joined(parts))
	case stream:
		return plan.ServiceOpen.Call(service, Ctx, outbound)
	default:
		return plan.ServiceInvoke.Call(service, Ctx, outbound)
	}
}

// serviceRequest writes path, query and headers.
func (r *Route) serviceRequest(in *model.Integration, uri *mapping.ServiceURI) []plan.Step {
	mappings := requestMappings(in)
	if uri.Action != "" {
		return append(r.action(uri, mappings), r.addParameters(mappings)...)
	}
	values, steps := r.pathValues(mappings, uri.Path)
	steps = append(steps, r.writeURI(uri.Path, values, false)...)
	return append(steps, r.addParameters(mappings)...)
}

// action tells the service what to do, the way it wants to be told. What the document maps itself stands.
func (r *Route) action(uri *mapping.ServiceURI, mappings []requestMapping) []plan.Step {
	steps := []plan.Step{plan.Do{Call: plan.OutboundLiteral.Call(outbound, plan.String("/"))}}
	header := func(name, value string) {
		if !maps(mappings, mapping.Header, name) {
			steps = append(steps, plan.Do{Call: plan.OutboundHeader.Call(outbound, plan.String(name), plan.String(value))})
		}
	}
	query := func(name, value string) {
		if !maps(mappings, mapping.Query, name) {
			steps = append(steps, plan.Do{Call: plan.OutboundQuery.Call(outbound, plan.String(name), plan.String(value))})
		}
	}
	told := protocols[uri.Service]
	if told.target != "" {
		header("X-Amz-Target", told.target+"."+uri.Action)
		header("Content-Type", "application/x-amz-json-"+told.version)
	} else {
		query("Action", uri.Action)
	}
	hasVersion := false
	for _, p := range uri.Parameters {
		hasVersion = hasVersion || p.Name == "Version"
		query(p.Name, p.Value)
	}
	if told.target == "" && told.version != "" && !hasVersion {
		query("Version", told.version)
	}
	return steps
}

// streamsService reports whether bodies may pass through unread: those of objects in S3, where no template or mapping
// needs the client's.
func streamsService(in *model.Integration, uri *mapping.ServiceURI) bool {
	if uri.Service != "s3" || len(in.RequestTemplates) > 0 {
		return false
	}
	for _, m := range requestMappings(in) {
		if _, readsBody := m.source.(mapping.RequestBody); readsBody {
			return false
		}
	}
	return true
}

// readsReply reports whether a response needs the whole body of the reply.
func readsReply(from *model.IntegrationResponse) bool {
	if len(from.Templates) > 0 || from.ContentHandling != nil {
		return true
	}
	for _, m := range from.Parameters {
		if source, problem := mapping.ParseResponse(m.Source.Value); problem == nil {
			if _, ok := source.(mapping.ResponseBody); ok {
				return true
			}
		}
	}
	return false
}
