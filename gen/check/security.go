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
		case "NONE", "AWS_IAM":
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

// schemeUse looks for the scheme that an operation asks for. In a plain document the backend checks its callers itself.
func (c *checker) schemeUse(use model.SchemeUse) {
	scheme := c.schemes[use.Name.Value]
	if scheme == nil && !c.api.AsksNobody(use) {
		severity := diag.Error
		if !c.api.Amazon {
			severity = diag.Warning
		}
		c.add(diag.Diagnostic{Code: diag.UnknownSecurityScheme, Severity: severity, Span: use.Name.Span,
			Message: fmt.Sprintf("unknown security scheme %q", use.Name.Value), Help: nearest(c, use.Name.Value, c.api.SecuritySchemes, func(s *model.SecurityScheme) string { return s.Name.Value },
				"define the scheme, or take the requirement away")})
		return
	}
}
