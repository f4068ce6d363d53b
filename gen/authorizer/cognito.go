package authorizer

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/runtime/value"
)

// cognito reads tokens of user pools (rest.md 12.4).
type cognito struct{}

func (cognito) is(s *model.SecurityScheme) bool { return isType(s, "cognito_user_pools") }

func (cognito) check(g Guard) []diag.Diagnostic {
	a := g.scheme.Authorizer
	var found []diag.Diagnostic
	bad := func(d diag.Diagnostic) {
		d.Code = diag.BadAuthorizer
		found = append(found, d)
	}
	if g.scheme.In != "header" || g.scheme.ParameterName.Value == "" {
		bad(diag.Diagnostic{Span: g.scheme.Name.Span, Message: "a Cognito authorizer names no header", Help: "write `in: header` and the header's `name` into the scheme"})
	}
	if len(a.ProviderARNs) == 0 {
		bad(diag.Diagnostic{Span: a.Span, Message: "a Cognito authorizer without providerARNs", Help: "write the ARNs of its user pools"})
	}
	pools := map[string]bool{}
	for _, arn := range a.ProviderARNs {
		switch {
		case !poolARN.MatchString(arn.Value):
			bad(diag.Diagnostic{Span: arn.Span, Message: fmt.Sprintf("%q is no ARN of a user pool", arn.Value),
				Help: "write one such as arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1"})
		case pools[arn.Value]:
			bad(diag.Diagnostic{Span: arn.Span, Message: "the user pool stands here twice"})
		}
		pools[arn.Value] = true
	}
	if e := a.ValidationExpression; e != nil {
		if err := value.CheckPattern(e.Value); err != nil {
			bad(diag.Diagnostic{Span: e.Span, Message: fmt.Sprintf("%q is no regular expression: %v", e.Value, err)})
		}
	}
	return found
}

func (k cognito) lower(g Guard, w Wiring) plan.Value {
	if len(k.check(g)) > 0 {
		return nil
	}
	b := Bearer{Name: g.scheme.Name.Value, Header: g.scheme.ParameterName.Value, Cognito: true}
	if e := g.scheme.Authorizer.ValidationExpression; e != nil {
		b.Match = e.Value
	}
	for _, arn := range g.scheme.Authorizer.ProviderARNs {
		pool := issuerOf(g.api, arn.Value, poolIssuer(arn.Value))
		pool.Short = poolARN.FindStringSubmatch(arn.Value)[4] + " pool"
		b.Issuers = append(b.Issuers, pool)
	}
	return b.call(g, w)
}

func (cognito) claims() bool { return true }

func (cognito) fact(g Guard) string { return "user pool of " + g.scheme.Name.Value }

// poolIssuer is what iss is in the tokens of a user pool.
func poolIssuer(arn string) string {
	parts := poolARN.FindStringSubmatch(arn)
	domain := "amazonaws.com"
	if strings.HasSuffix(parts[1], "-cn") {
		domain += ".cn"
	}
	return fmt.Sprintf("https://cognito-idp.%s.%s/%s", parts[2], domain, parts[4])
}
