package integration

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// isFunction reports whether the integration's uri is that of a Lambda function.
func isFunction(in *model.Integration) bool {
	return in.URI != nil && strings.Contains(in.URI.Value, ":lambda:path/")
}

// checkFunction looks at uri, method and credentials of an integration with a function.
func checkFunction(in *model.Integration) []diag.Diagnostic {
	var found []diag.Diagnostic
	if in.HTTPMethod != nil && !strings.EqualFold(in.HTTPMethod.Value, "POST") {
		found = append(found, diag.Diagnostic{Code: diag.BadFunctionMethod, Span: in.HTTPMethod.Span,
			Message: fmt.Sprintf("a function is called by POST, not by %s", in.HTTPMethod.Value),
			Cause:   "Amazon's gateway answers 500 to every request with another method", Help: "write httpMethod: POST"})
	} else if in.HTTPMethod == nil && !in.Incomplete {
		found = append(found, diag.Diagnostic{Code: diag.BadFunctionMethod, Span: in.Type.Span,
			Message: "integration without httpMethod", Help: "write httpMethod: POST"})
	}
	found = append(found, checkFunctionURI(in)...)
	return append(found, checkCredentials(in, false)...)
}

// checkFunctionURI looks for what makes a uri no function's.
func checkFunctionURI(in *model.Integration) []diag.Diagnostic {
	const help = "write arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION/invocations"
	if in.URI == nil || in.URI.Value == "" {
		if in.Incomplete {
			return nil
		}
		return []diag.Diagnostic{{Code: diag.BadFunctionURI, Span: in.Type.Span, Message: "integration without uri", Help: help}}
	}
	uri, problem := mapping.ParseServiceURI(in.URI.Value)
	if problem != nil {
		if problem.Code == diag.BadServiceURI {
			problem.Code, problem.Help = diag.BadFunctionURI, help
		}
		return []diag.Diagnostic{{Code: problem.Code, Span: in.URI.Sub(problem.Offset, problem.Length), Message: problem.Message, Help: problem.Help}}
	}
	name, ok := uri.Function()
	if !ok {
		return []diag.Diagnostic{{Code: diag.BadFunctionURI, Span: in.URI.Span, Message: "the uri names no function", Help: help}}
	}
	if fixed, ok := name.Fixed(); ok && !mapping.IsFunctionName(fixed) {
		at := strings.LastIndex(in.URI.Value, fixed)
		return []diag.Diagnostic{{Code: diag.BadFunctionURI, Span: in.URI.Sub(at, len(fixed)),
			Message: fmt.Sprintf("%q is no name of a function", fixed), Help: "write its ARN, or its name, with or without a version or an alias"}}
	}
	return nil
}

// checkCredentials looks at who signs. Where variable is set, stage variables may stand in it.
func checkCredentials(in *model.Integration, variable bool) []diag.Diagnostic {
	if in.Credentials == nil || in.Credentials.Value == "" {
		return nil
	}
	bad := func(message, help string) []diag.Diagnostic {
		return []diag.Diagnostic{{Code: diag.BadCredentials, Span: in.Credentials.Span, Message: message, Help: help}}
	}
	if in.Credentials.Value == mapping.CallerCredentials {
		return nil // whether callers sign is the guard's to know
	}
	const help = "write a role's ARN, such as arn:aws:iam::123456789012:role/gateway"
	parts, problem := mapping.ParseCredentials(in.Credentials.Value)
	if problem != nil {
		return []diag.Diagnostic{{Code: diag.BadCredentials, Span: in.Credentials.Sub(problem.Offset, problem.Length), Message: problem.Message, Help: help}}
	}
	switch _, fixed := fixedText(parts); {
	case fixed && !mapping.IsRole(in.Credentials.Value):
		return bad(fmt.Sprintf("%q is no role", in.Credentials.Value), help)
	case !fixed && !variable:
		return bad("the role that invokes a function cannot come from a stage variable", help)
	}
	return nil
}

// function is the integration's function; nil where the document makes that fail.
func (r *Route) function(in *model.Integration) plan.Value {
	if len(checkFunction(in)) > 0 || hasForbidden(in) {
		return nil
	}
	uri, _ := mapping.ParseServiceURI(in.URI.Value) // it was checked
	name, _ := uri.Function()
	role := ""
	if in.Credentials != nil {
		role = in.Credentials.Value
	}
	if fixed, ok := name.Fixed(); ok {
		return r.Function(fixed, uri.Region, role)
	}
	return r.NamedFunction(Joined(name), uri.Region, role)
}

// Joined is the text of parts with what stands in their stage variables.
func Joined(parts []mapping.URIPart) plan.Value {
	var all plan.Value
	for _, part := range parts {
		piece := plan.Value(plan.String(part.Text))
		if part.Kind == mapping.StageVarValue {
			piece = plan.CtxStageVariable.Call(Ctx, plan.String(part.Text))
		}
		if all == nil {
			all = piece
		} else {
			all = plan.Op{Op: "+", X: all, Y: piece}
		}
	}
	return all
}
