package authorizer

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// idle warns of settings of an authorizer that its type does not read: who wrote them expects something of them. A TTL is
// no such setting: Amazon exports it with every authorizer.
func idle(s *model.SecurityScheme) []diag.Diagnostic {
	a := s.Authorizer
	if a == nil {
		return nil
	}
	kind := strings.ToLower(a.Type.Value)
	asksFunction := isType(s, "token") || isType(s, "request")
	var found []diag.Diagnostic
	warn := func(at source.Span, name, help string) {
		found = append(found, diag.Diagnostic{Code: diag.IdleSetting, Severity: diag.Warning, Span: at,
			Message: fmt.Sprintf("an authorizer of type %s does not read %s", kind, name), Help: help})
	}
	text := func(value *source.String, name string, read bool, help string) {
		if value != nil && value.Value != "" && !read {
			warn(value.Span, name, help)
		}
	}
	text(a.URI, "authorizerUri", asksFunction, "")
	text(a.Credentials, "authorizerCredentials", asksFunction, "")
	text(a.ValidationExpression, "identityValidationExpression", isType(s, "token") || isType(s, "cognito_user_pools"), "")
	text(a.Issuer, "jwtConfiguration", isType(s, "jwt"), "")
	if len(a.ProviderARNs) > 0 && !isType(s, "cognito_user_pools") {
		warn(a.ProviderARNs[0].Span, "providerARNs", "")
	}
	if from := a.IdentitySource; from != nil && !isType(s, "request") && !isType(s, "jwt") {
		header, ok := tokenHeader(from.Value)
		text(from, "identitySource", ok && strings.EqualFold(header, s.ParameterName.Value), "it takes the header that is the scheme's name")
	}
	const httpAPIs = "HTTP APIs have it: the function gets the event of a REST API, and answers with a policy"
	if f := a.PayloadFormat; f != nil {
		text(f, "authorizerPayloadFormatVersion "+f.Value, f.Value == "1.0", httpAPIs)
	}
	if simple := a.EnableSimpleResponses; simple != nil && simple.Value {
		warn(simple.Span, "enableSimpleResponses", httpAPIs)
	}
	return found
}

// idleScopes warns of scopes that nothing asks callers for: tokens have them, and nothing else has.
func idleScopes(use model.SchemeUse, s *model.SecurityScheme) []diag.Diagnostic {
	if k := kindOf(s); len(use.Scopes) == 0 || k != nil && k.claims() {
		return nil
	}
	return []diag.Diagnostic{{Code: diag.IdleSetting, Severity: diag.Warning, Span: use.Scopes[0].Span,
		Message: fmt.Sprintf("callers of %s need no scope: it reads no tokens", use.Name.Value),
		Help:    "scopes are for authorizers of type cognito_user_pools and jwt"}}
}
