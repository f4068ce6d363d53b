package authorizer

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// kind is a way to find out who calls.
type kind interface {
	// is reports whether a security scheme is of the kind (rest.md 1.1, 1.3).
	is(s *model.SecurityScheme) bool
	// check returns what is wrong with a guard of the kind.
	check(g Guard) []diag.Diagnostic
	// lower is the call that lets a caller in; nil where the document makes it fail.
	lower(g Guard, w Wiring) plan.Value
	// fact says in a few words who may call.
	fact(g Guard) string
	// claims reports whether callers bring claims.
	claims() bool
}

// kinds are all of them.
func kinds() []kind { return []kind{lambda{}, cognito{}, openID{}, iam{}} }

// kindOf is the kind of a scheme; nil: none.
func kindOf(s *model.SecurityScheme) kind {
	if s == nil {
		return nil
	}
	for _, k := range kinds() {
		if k.is(s) {
			return k
		}
	}
	return nil
}

// isType reports whether a scheme has an authorizer of a type.
func isType(s *model.SecurityScheme, name string) bool {
	return s.Authorizer != nil && strings.EqualFold(s.Authorizer.Type.Value, name)
}

// isAuthType reports whether a scheme without an authorizer has x-amazon-apigateway-authtype of that value.
func isAuthType(s *model.SecurityScheme, name string) bool {
	return s.Authorizer == nil && s.AuthType != nil && strings.EqualFold(s.AuthType.Value, name)
}

// CheckAll returns what is wrong with what stands before operations.
func CheckAll(api *model.API) []diag.Diagnostic {
	c := checker{api: api, schemes: map[*model.SecurityScheme]bool{}, uses: map[use]bool{}}
	c.found = append(checkPrincipals(api), checkIssuers(api)...)
	c.found = append(c.found, checkKeys(api)...)
	for _, item := range api.Paths {
		for _, op := range item.Operations {
			c.operation(op)
		}
	}
	return c.found
}

// checker looks at each scheme once, whatever the number of operations.
type checker struct {
	api     *model.API
	found   []diag.Diagnostic
	schemes map[*model.SecurityScheme]bool
	uses    map[use]bool
	noPlans bool // said already
	nobody  bool // said already
}

// use is a place that names a scheme.
type use struct {
	name string
	line int
	file any
}

func (c *checker) operation(op *model.Operation) {
	if c.api.Amazon {
		for _, named := range uses(c.api, op) {
			c.use(named)
		}
	}
	g := Of(c.api, op)
	c.nobodyMay(g, op)
	c.nobodyHasKey(g, op)
	if g.NobodySigns(op) {
		c.found = append(c.found, diag.Diagnostic{Code: diag.BadCredentials, Span: op.Integration.Credentials.Span,
			Message: "the integration is called with the caller's credentials, but callers do not sign",
			Help:    "have them sign, by x-amazon-apigateway-auth: {type: AWS_IAM}, or write a role's ARN"})
	}
	if g.unmet == severalSchemes {
		c.found = append(c.found, diag.Diagnostic{Code: diag.SecuritySchemeNotYet, Span: op.Span,
			Message: "the operation asks several authorizers", Cause: "Amazon API Gateway has one for each operation, and API keys beside it",
			Help: "name one of them"})
	}
	if g.asked != nil && !(g.scheme != nil && c.schemes[g.scheme]) {
		c.schemes[g.scheme] = true
		c.found = append(c.found, g.asked.check(g)...)
		if g.scheme != nil {
			c.found = append(c.found, idle(g.scheme)...)
		}
	}
}

// nobodyMay looks for guards that nobody can pass. It says so once.
func (c *checker) nobodyMay(g Guard, op *model.Operation) {
	if _, signed := g.asked.(iam); signed && len(c.api.Principals) == 0 && !c.nobody {
		c.nobody = true
		c.found = append(c.found, diag.Diagnostic{Code: diag.NobodyMayCall, Span: op.Span,
			Message: "the operation wants signed requests, but nobody may sign", Help: "list who may in x-gateway-principals"})
	}
	if g.key != nil && !hasKeys(c.api) && !c.noPlans {
		c.noPlans = true
		c.found = append(c.found, diag.Diagnostic{Code: diag.NobodyMayCall, Span: op.Span,
			Message: "the operation wants an API key, but no usage plan has one", Help: "list keys in x-gateway-api-keys, and name them in a plan of x-gateway-usage-plans"})
	}
}

// nobodyHasKey warns of operations whose API key an authorizer would have to bring, without one that could. It is no error:
// the document itself says all of it, while lists of principals and plans may have been forgotten.
func (c *checker) nobodyHasKey(g Guard, op *model.Operation) {
	from := c.api.APIKeySource
	if g.key == nil || from == nil || from.Value != "AUTHORIZER" || !hasKeys(c.api) {
		return
	}
	if _, asks := g.asked.(lambda); asks {
		return
	}
	c.found = append(c.found, diag.Diagnostic{Code: diag.NobodyMayCall, Severity: diag.Warning, Span: op.Span,
		Message: "the operation wants an API key of its Lambda authorizer, but has none",
		Help:    "name a scheme with an authorizer of type token or request, or take keys from the header",
		Related: []diag.Related{{Span: from.Span, Message: "where keys come from"}}})
}

// use looks at a scheme that is named, and at what it asks for. Names without a scheme are found elsewhere.
func (c *checker) use(named model.SchemeUse) {
	s := schemeOf(c.api, named.Name.Value)
	at := use{named.Name.Value, named.Name.Span.Line, named.Name.Span.File}
	if s == nil || c.uses[at] {
		return
	}
	c.uses[at] = true
	if isKey(s) || s.Type.Value == "mutualTLS" || kindOf(s) != nil {
		c.found = append(c.found, idleScopes(named, s)...)
		return
	}
	if s.Authorizer != nil {
		c.found = append(c.found, diag.Diagnostic{Code: diag.BadAuthorizer, Span: s.Authorizer.Type.Span,
			Message: fmt.Sprintf("unknown type of authorizer %q", s.Authorizer.Type.Value),
			Help:    "write token or request for a Lambda authorizer, cognito_user_pools for a Cognito one, jwt for another issuer"})
		return
	}
	d := diag.Diagnostic{Code: diag.SecuritySchemeNotYet, Span: named.Name.Span,
		Message: fmt.Sprintf("%s asks for %s, which cannot be enforced", named.Name.Value, what(s)),
		Cause:   "an operation is never left open because its guard is not understood",
		Related: []diag.Related{{Span: s.Name.Span, Message: "the scheme"}}}
	if s.Type.Value == "openIdConnect" || s.Type.Value == "oauth2" {
		d.Help = "write x-gateway-authorizer: {type: jwt, jwtConfiguration: {issuer: URL, audience: [NAME]}} into the scheme"
	}
	c.found = append(c.found, d)
}

// what says what a scheme asks for.
func what(s *model.SecurityScheme) string {
	switch {
	case isAuthType(s, "cognito_user_pools"):
		return "a Cognito user pool that it does not name"
	case s.Type.Value == "openIdConnect", s.Type.Value == "oauth2":
		return "a token of " + s.Type.Value + ", but does not say for whom"
	default:
		return fmt.Sprintf("a scheme of type %s", s.Type.Value)
	}
}
