package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
)

// guards checks what the root says about who may call.
func (c *checker) guards() {
	c.laterNode(diag.APIKeysNotYet, c.api.APIKeys)
	c.laterNode(diag.TokenIssuersNotYet, c.api.Issuers)
	c.laterNode(diag.IAMNotYet, c.api.Principals)
	c.policies()
	if s := c.api.APIKeySource; s != nil && s.Value != "HEADER" && s.Value != "AUTHORIZER" {
		c.add(diag.Diagnostic{Code: diag.BadAPIKeySource, Span: s.Span, Message: fmt.Sprintf("unknown source of API keys %q", s.Value),
			Help: "write HEADER or AUTHORIZER"})
	}
}

// security checks who may call an operation.
func (c *checker) security(operation *model.Operation) {
	if auth := operation.Auth; auth != nil {
		switch strings.ToUpper(auth.Value) {
		case "NONE":
		case "AWS_IAM":
			c.later(diag.IAMNotYet, auth.Span, "IAM authorization")
		default:
			c.add(diag.Diagnostic{Code: diag.BadAuthType, Span: auth.Span, Message: fmt.Sprintf("unknown type of authorization %q", auth.Value),
				Help: "write NONE or AWS_IAM"})
		}
	}
	security := operation.Security
	if security == nil {
		security = c.api.Security // applied to operations without their own (rest.md 1.2)
	}
	if security == nil || c.secured[security] {
		return
	}
	c.secured[security] = true // all operations without their own share the root's
	if slices.ContainsFunc(security.Alternatives, func(r model.SecurityRequirement) bool { return len(r.Schemes) == 0 }) {
		return // open to all
	}
	for _, alternative := range security.Alternatives {
		for _, use := range alternative.Schemes {
			c.schemeUse(use)
		}
	}
}

// schemeUse checks a scheme that an operation asks for. In a plain document the backend checks its callers itself.
func (c *checker) schemeUse(use model.SchemeUse) {
	scheme := c.schemes[use.Name.Value]
	if scheme == nil {
		severity := diag.Error
		if !c.api.Amazon {
			severity = diag.Warning
		}
		c.add(diag.Diagnostic{Code: diag.UnknownSecurityScheme, Severity: severity, Span: use.Name.Span,
			Message: fmt.Sprintf("unknown security scheme %q", use.Name.Value), Help: nearest(c, use.Name.Value, c.api.SecuritySchemes, func(s *model.SecurityScheme) string { return s.Name.Value },
				"define the scheme, or take the requirement away")})
		return
	}
	if !c.api.Amazon {
		return
	}
	code, what := guardOf(scheme)
	if code == "" {
		return
	}
	if code == diag.BadAuthorizer {
		c.add(diag.Diagnostic{Code: code, Span: scheme.Authorizer.Type.Span, Message: fmt.Sprintf("unknown type of authorizer %q", scheme.Authorizer.Type.Value),
			Help: "write token or request for a Lambda authorizer, cognito_user_pools for a Cognito one"})
		return
	}
	c.add(diag.Diagnostic{Code: code, Span: use.Name.Span,
		Message: fmt.Sprintf("%s asks for %s, which cannot be enforced yet", use.Name.Value, what),
		Cause:   "an operation is never left open because its guard is not understood",
		Related: []diag.Related{{Span: scheme.Name.Span, Message: "the scheme"}}})
}

// guardOf says which capability that is still to come a scheme asks for (rest.md 1.1, 1.3); none is "".
func guardOf(scheme *model.SecurityScheme) (code diag.Code, what string) {
	authType := ""
	if scheme.AuthType != nil {
		authType = strings.ToLower(scheme.AuthType.Value)
	}
	if scheme.Authorizer != nil {
		switch strings.ToLower(scheme.Authorizer.Type.Value) {
		case "token", "request":
			return "", ""
		case "cognito_user_pools":
			return diag.CognitoNotYet, "a Cognito authorizer"
		case "jwt":
			return diag.TokenIssuersNotYet, "a JWT authorizer"
		default:
			return diag.BadAuthorizer, ""
		}
	}
	switch {
	case authType == "awssigv4":
		return diag.IAMNotYet, "IAM authorization"
	case authType == "cognito_user_pools":
		return diag.CognitoNotYet, "a Cognito authorizer"
	case scheme.Type.Value == "mutualTLS":
		return diag.MutualTLSNotYet, "a client certificate"
	case scheme.Type.Value == "openIdConnect", scheme.Type.Value == "oauth2":
		return diag.TokenIssuersNotYet, "a token of " + scheme.Type.Value
	case scheme.Type.Value == "apiKey" && scheme.In == "header" && strings.EqualFold(scheme.ParameterName.Value, "x-api-key"):
		return diag.APIKeysNotYet, "an API key"
	default:
		return diag.SecuritySchemeNotYet, fmt.Sprintf("a scheme of type %s", scheme.Type.Value)
	}
}
