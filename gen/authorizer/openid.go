package authorizer

import (
	"fmt"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// openID reads tokens of any issuer, as HTTP APIs do (http-api.md 6.1; decisions.md, Who may call).
type openID struct{}

func (openID) is(s *model.SecurityScheme) bool { return isType(s, "jwt") }

// mostAudiences is Amazon's limit (http-api.md 6.1).
const mostAudiences = 50

func (openID) check(g Guard) []diag.Diagnostic {
	a := g.scheme.Authorizer
	var found []diag.Diagnostic
	bad := func(span source.Span, message, help string) {
		found = append(found, diag.Diagnostic{Code: diag.BadAuthorizer, Span: span, Message: message, Help: help})
	}
	issuer, audience := a.Issuer, a.Audience
	if issuer == nil || issuer.Value == "" {
		bad(a.Span, "a jwt authorizer without an issuer", "write jwtConfiguration: {issuer: URL, audience: [NAME]}")
	} else if i := issuerOf(g.api, issuer.Value, issuer.Value); i.JWKSFile == "" && i.JWKSURL == "" {
		if problem := checkURL(i.Name); problem != "" {
			bad(issuer.Span, problem, "write the issuer's URL, or where its keys are into x-gateway-issuers")
		}
	}
	switch {
	case len(audience) == 0:
		bad(a.Span, "a jwt authorizer without an audience", "write jwtConfiguration: {issuer: URL, audience: [NAME]}: else tokens that others were given would do")
	case len(audience) > mostAudiences:
		bad(audience[mostAudiences].Span, fmt.Sprintf("a jwt authorizer with more than %d audiences", mostAudiences), "")
	}
	for _, name := range audience {
		if name.Value == "" {
			bad(name.Span, "an audience is empty", "")
		}
	}
	if from := a.IdentitySource; from != nil && from.Value != "" {
		if _, ok := tokenHeader(from.Value); !ok {
			bad(from.Span, fmt.Sprintf("%q is no header that has a token", from.Value), "write $request.header.Authorization")
		}
	}
	return found
}

func (k openID) lower(g Guard, w Wiring) plan.Value {
	if len(k.check(g)) > 0 {
		return nil
	}
	issuer := g.scheme.Authorizer.Issuer.Value
	b := Bearer{Name: g.scheme.Name.Value, Header: headerOf(g.scheme), Issuers: []Issuer{issuerOf(g.api, issuer, issuer)}}
	if from := g.scheme.Authorizer.IdentitySource; from != nil && from.Value != "" {
		b.Header, _ = tokenHeader(from.Value)
	}
	for _, name := range g.scheme.Authorizer.Audience {
		b.Audience = append(b.Audience, name.Value)
	}
	return b.call(g, w)
}

func (openID) claims() bool { return true }

func (openID) fact(g Guard) string { return "tokens of " + g.scheme.Name.Value }
