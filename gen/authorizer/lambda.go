package authorizer

import (
	"fmt"
	"strings"
	"time"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/runtime/value"
)

// Lambda is a Lambda authorizer as a gateway asks it (rest.md 1.3).
type Lambda struct {
	Name     string
	Function string            // its name or ARN; empty where a stage variable names it
	Named    []mapping.URIPart // that name
	Region   string
	Role     string // who invokes it; empty: the gateway itself
	Token    bool
	Sources  []plan.Value
	Match    string
	TTL      time.Duration
}

// The seconds for which results may be kept, and are kept where the document does not say.
const (
	longestTTL = 3600
	defaultTTL = 300
)

// lambda asks a Lambda function (rest.md 12.1).
type lambda struct{}

func (lambda) is(s *model.SecurityScheme) bool { return isType(s, "token") || isType(s, "request") }

func (lambda) check(g Guard) []diag.Diagnostic { return checkLambda(g.scheme) }

func (lambda) lower(g Guard, w Wiring) plan.Value {
	a, ok := lambdaOf(g.scheme)
	if !ok {
		return nil
	}
	return plan.Authorize.Call(w.Lambda(a), plan.Name("c"))
}

func (lambda) claims() bool { return false }

func (lambda) fact(g Guard) string { return "authorizer " + g.scheme.Name.Value }

// lambdaOf reads a scheme that was checked; ok is false where the document makes the authorizer fail.
func lambdaOf(s *model.SecurityScheme) (a Lambda, ok bool) {
	if len(checkLambda(s)) > 0 {
		return a, false
	}
	uri, _ := mapping.ParseServiceURI(s.Authorizer.URI.Value) // it was checked, as the rest
	name, _ := uri.Function()
	a = Lambda{Name: s.Name.Value, Region: uri.Region, Token: isType(s, "token"), TTL: ttl(s.Authorizer)}
	if fixed, ok := name.Fixed(); ok {
		a.Function = fixed
	} else {
		a.Named = name
	}
	if s.Authorizer.Credentials != nil {
		a.Role = s.Authorizer.Credentials.Value
	}
	if a.Token {
		a.Sources = []plan.Value{plan.AuthorizerHeader.Call(plan.String(s.ParameterName.Value))}
		if s.Authorizer.ValidationExpression != nil {
			a.Match = s.Authorizer.ValidationExpression.Value
		}
		return a, true
	}
	for _, source := range identitySources(s.Authorizer) {
		value, _ := identitySource(source)
		a.Sources = append(a.Sources, value)
	}
	return a, true
}

func ttl(a *model.Authorizer) time.Duration {
	if a.ResultTTL == nil {
		return defaultTTL * time.Second
	}
	return time.Duration(a.ResultTTL.Value) * time.Second
}

// identitySources are the sources of a REQUEST authorizer.
func identitySources(a *model.Authorizer) []string {
	if a.IdentitySource == nil || strings.TrimSpace(a.IdentitySource.Value) == "" {
		return nil
	}
	sources := strings.Split(a.IdentitySource.Value, ",")
	for i := range sources {
		sources[i] = strings.TrimSpace(sources[i])
	}
	return sources
}

// identitySource is where one source reads; problem says why it is none.
func identitySource(text string) (value plan.Value, problem string) {
	parsed, bad := mapping.ParseRequest(text)
	if bad != nil {
		return nil, bad.Message
	}
	switch from := parsed.(type) {
	case mapping.RequestParameter:
		switch {
		case from.Multi || from.In == mapping.Path:
			return nil, fmt.Sprintf("%q is no identity source", text)
		case from.In == mapping.Header:
			return plan.AuthorizerHeader.Call(plan.String(from.Name)), ""
		default:
			return plan.AuthorizerQuery.Call(plan.String(from.Name)), ""
		}
	case mapping.StageVariable:
		return plan.AuthorizerStageVariable.Call(plan.String(from.Name)), ""
	case mapping.Context:
		if variable, ok := plan.ContextVariable(from.Variable); ok {
			return plan.AuthorizerContext.Call(variable), ""
		}
		return nil, fmt.Sprintf("%q has no value before an authorizer has run", text)
	default:
		return nil, fmt.Sprintf("%q is no identity source", text)
	}
}

// checkLambda returns what is wrong with a Lambda authorizer.
func checkLambda(s *model.SecurityScheme) []diag.Diagnostic {
	a := s.Authorizer
	found := checkFunction(a)
	bad := func(d diag.Diagnostic) {
		d.Code = diag.BadAuthorizer
		found = append(found, d)
	}
	if t := a.ResultTTL; t != nil && (t.Value < 0 || t.Value > longestTTL) {
		bad(diag.Diagnostic{Span: t.Span, Message: fmt.Sprintf("authorizerResultTtlInSeconds is %d, but must be from 0 to %d", t.Value, longestTTL)})
	}
	if isType(s, "token") {
		if s.In != "header" || s.ParameterName.Value == "" {
			bad(diag.Diagnostic{Span: s.Name.Span, Message: "a token authorizer names no header", Help: "write `in: header` and the header's `name` into the scheme"})
		}
		if e := a.ValidationExpression; e != nil {
			if err := value.CheckPattern(e.Value); err != nil {
				bad(diag.Diagnostic{Span: e.Span, Message: fmt.Sprintf("%q is no regular expression: %v", e.Value, err)})
			}
		}
		return found
	}
	sources := identitySources(a)
	if len(sources) == 0 && ttl(a) > 0 {
		bad(diag.Diagnostic{Span: a.Span, Message: "results are kept, but nothing tells callers apart",
			Help: "write identitySource, such as method.request.header.Authorization, or authorizerResultTtlInSeconds: 0"})
	}
	for _, source := range sources {
		if _, problem := identitySource(source); problem != "" {
			bad(diag.Diagnostic{Span: a.IdentitySource.Span, Message: problem,
				Help: "write method.request.header.NAME, method.request.querystring.NAME, stageVariables.NAME or context.NAME, separated by commas"})
		}
	}
	return found
}

// checkFunction looks at the function that an authorizer asks.
func checkFunction(a *model.Authorizer) []diag.Diagnostic {
	const help = "write arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION/invocations"
	if a.URI == nil || a.URI.Value == "" {
		return []diag.Diagnostic{{Code: diag.BadAuthorizer, Span: a.Span, Message: "authorizer without authorizerUri", Help: help}}
	}
	bad := func(message, help string) []diag.Diagnostic {
		return []diag.Diagnostic{{Code: diag.BadAuthorizer, Span: a.URI.Span, Message: message, Help: help}}
	}
	uri, problem := mapping.ParseServiceURI(a.URI.Value)
	if problem != nil {
		return bad(problem.Message, help)
	}
	name, ok := uri.Function()
	if !ok {
		return bad("the authorizerUri names no function", help)
	}
	if fixed, ok := name.Fixed(); ok && !mapping.IsFunctionName(fixed) {
		return bad(fmt.Sprintf("%q is no name of a function", fixed), "")
	}
	if c := a.Credentials; c != nil && c.Value != "" && !mapping.IsRole(c.Value) {
		return []diag.Diagnostic{{Code: diag.BadAuthorizer, Span: c.Span, Message: fmt.Sprintf("%q is no role", c.Value), Help: "write a role's ARN"}}
	}
	return nil
}
