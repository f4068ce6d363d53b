package integration

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// checkRequestHeaders looks for request mappings onto headers that Amazon refuses, or never sends (rest.md 4.3).
func checkRequestHeaders(in *model.Integration) []diag.Diagnostic {
	var found []diag.Diagnostic
	for _, m := range in.RequestParameters {
		target, problem := mapping.ParseRequestTarget(m.Target.Value)
		if problem != nil || target.In != mapping.Header || m.NotString {
			continue
		}
		at := len(m.Target.Value) - len(target.Name)
		span := m.Target.Sub(at, len(target.Name))
		switch {
		case forbidden(in, target.Name):
			found = append(found, diag.Diagnostic{Code: diag.ForbiddenHeader, Span: span,
				Message: fmt.Sprintf("the header %s cannot be mapped", target.Name),
				Cause:   "the gateway sets it itself, and Amazon's answers 500 to every request with such a mapping"})
		case unsent(in, target.Name):
			found = append(found, diag.Diagnostic{Code: diag.UnsentHeader, Severity: diag.Warning, Span: span,
				Message: fmt.Sprintf("the header %s is never sent to a backend", target.Name)})
		}
	}
	return found
}

// forbidden reports whether a mapping onto the header makes the request fail. Requests to Amazon's services are signed, and
// leave less room (rest.md 4.3).
func forbidden(in *model.Integration, header string) bool {
	switch strings.ToLower(header) {
	case "content-length", "transfer-encoding", "x-amzn-trace-id", "x-amzn-apigateway-api-id":
		return true
	case "authorization", "connection", "expect", "proxy-authenticate", "te":
		return isAmazons(in)
	default:
		return false
	}
}

// unsent reports whether a mapping onto the header has no effect.
func unsent(in *model.Integration, header string) bool {
	switch strings.ToLower(header) {
	case "connection", "expect", "proxy-authenticate", "te", "via":
		return true
	case "referer", "host":
		return isAmazons(in)
	default:
		return false
	}
}

// isAmazons reports whether the integration is one with a service of Amazon's, Lambda among them.
func isAmazons(in *model.Integration) bool { return is(in, "aws") || is(in, "aws_proxy") }

// hasForbidden reports whether any request mapping makes the request fail.
func hasForbidden(in *model.Integration) bool {
	for _, m := range in.RequestParameters {
		target, problem := mapping.ParseRequestTarget(m.Target.Value)
		if problem == nil && target.In == mapping.Header && !m.NotString && forbidden(in, target.Name) {
			return true
		}
	}
	return false
}

// requestMapping is what a request mapping says, read.
type requestMapping struct {
	target mapping.Target
	source mapping.Source
}

// requestMappings reads the mappings that have an effect.
func requestMappings(in *model.Integration) []requestMapping {
	var all []requestMapping
	for _, m := range in.RequestParameters {
		target, badTarget := mapping.ParseRequestTarget(m.Target.Value)
		from, badSource := mapping.ParseRequest(m.Source.Value)
		if m.NotString || badTarget != nil || badSource != nil {
			continue
		}
		if target.In == mapping.Header && unsent(in, target.Name) {
			continue
		}
		all = append(all, requestMapping{target, from})
	}
	return all
}

// maps reports whether a mapping has the target; header names are compared without regard to case.
func maps(all []requestMapping, in mapping.In, name string) bool {
	return slices.ContainsFunc(all, func(m requestMapping) bool {
		return m.target.In == in && (m.target.Name == name || in == mapping.Header && strings.EqualFold(m.target.Name, name))
	})
}

// pathValues are the values for the placeholders of uri, and the steps that get them. A value that is always missing
// is nil.
func (r *Route) pathValues(all []requestMapping, uri *mapping.URI) (map[string]plan.Value, []plan.Step) {
	placeholders := uri.Placeholders()
	values := map[string]plan.Value{}
	var steps []plan.Step
	for _, m := range all {
		isUsed := slices.ContainsFunc(placeholders, func(p mapping.URIPart) bool { return p.Text == m.target.Name })
		if m.target.In == mapping.Path && isUsed {
			value, before := r.requestValue(m.source, m.target.Name)
			values[m.target.Name] = value
			steps = append(steps, before...)
		}
	}
	return values, steps
}

// addParameters adds mapped query parameters and headers to the outbound request.
func (r *Route) addParameters(all []requestMapping) []plan.Step {
	var steps []plan.Step
	for _, m := range all {
		if m.target.In == mapping.Path {
			continue
		}
		value, before := r.requestValue(m.source, m.target.Name)
		if value == nil {
			continue
		}
		steps = append(steps, before...)
		name := plan.String(m.target.Name)
		switch from, isParameter := m.source.(mapping.RequestParameter); {
		case m.target.In == mapping.Header:
			steps = append(steps, plan.Do{Call: plan.OutboundHeader.Call(outbound, name, value)})
		case isParameter && from.In == mapping.Query && from.Multi:
			all := plan.CtxQueryValues.Call(Ctx, plan.String(from.Name))
			steps = append(steps, plan.Do{Call: plan.OutboundQueryAll.Call(outbound, name, all)})
		default:
			steps = append(steps, plan.Do{Call: plan.OutboundQuery.Call(outbound, name, value)})
		}
	}
	return steps
}

// requestValue is a source of a request mapping and the steps that get it; nil when it never has a value.
func (r *Route) requestValue(from mapping.Source, target string) (plan.Value, []plan.Step) {
	switch from := from.(type) {
	case mapping.RequestParameter:
		return r.parameter(from), nil
	case mapping.RequestBody:
		return r.bodyValue(from.Path, target, Ctx, plan.CtxBodyText, plan.CtxBodyAt)
	default:
		return sharedValue(from), nil
	}
}

// parameter is a parameter of the client's request.
func (r *Route) parameter(p mapping.RequestParameter) plan.Value {
	name := plan.String(p.Name)
	switch {
	case p.In == mapping.Path:
		value, ok := r.PathParam(p.Name)
		if !ok {
			return nil
		}
		return value
	case p.In == mapping.Header && p.Multi:
		return plan.CtxHeaderValues.Call(Ctx, name)
	case p.In == mapping.Header:
		return plan.CtxHeader.Call(Ctx, name)
	default:
		return plan.CtxQuery.Call(Ctx, name)
	}
}

// bodyValue is a body, or what a path finds in it; target is what the value is for.
func (r *Route) bodyValue(path mapping.JSONPath, target string, of plan.Value, whole, part plan.Selector) (plan.Value, []plan.Step) {
	call := whole.Call(of)
	if path != "" {
		call = part.Call(of, r.JSONPath(string(path)))
	}
	name := r.Local(target)
	return plan.Name(name), []plan.Step{plan.Try{Names: []string{name}, Call: call}}
}

// sharedValue is a source that requests and responses have in common; nil when it is none or never has a value.
func sharedValue(from mapping.Source) plan.Value {
	switch from := from.(type) {
	case mapping.Literal:
		if from.Text == "" {
			return nil
		}
		return plan.String(from.Text)
	case mapping.Context:
		if variable, ok := plan.ContextVariable(from.Variable); ok {
			return plan.CtxVar.Call(Ctx, variable)
		}
		return nil
	case mapping.AuthorizerVariable:
		return plan.CtxAuthorizerVar.Call(Ctx, plan.String(from.Key))
	case mapping.StageVariable:
		return plan.CtxStageVariable.Call(Ctx, plan.String(from.Name))
	default:
		return nil
	}
}
