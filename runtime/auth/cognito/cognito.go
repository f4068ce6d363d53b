// Package cognito lets callers in who bring a token of a Cognito user pool (rest.md, section 12.4). It must not know how
// tokens are verified, nor how policies are combined: those are jwt's and access's.
package cognito

import (
	"fmt"
	"strings"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/access"
	"github.com/gatewright/gatewright/runtime/auth/jwt"
	"github.com/gatewright/gatewright/runtime/value"
)

// Config is an authorizer of the document.
type Config struct {
	// Name is the name of its security scheme.
	Name string
	// Access asks the resource policy.
	Access *access.Access
	// Header has the token.
	Header string
	// Match is a Java regular expression that the token's aud must fit as a whole; empty: any does.
	Match string
	// Pools are the user pools whose tokens are good.
	Pools []jwt.IssuerConfig
}

// Authorizer is an authorizer that requests ask. It is safe for concurrent use.
type Authorizer struct {
	core     *gw.Core
	cfg      Config
	match    *value.Pattern // nil: any aud fits
	verifier *jwt.Verifier
}

// New makes the authorizer of cfg; what is wrong with it is said by core's Start.
func New(core *gw.Core, cfg Config) *Authorizer {
	a := &Authorizer{core: core, cfg: cfg}
	if cfg.Match != "" {
		var err error
		if a.match, err = value.CompilePattern(cfg.Match); err != nil {
			core.Fail(fmt.Errorf("authorizer %q: %w", cfg.Name, err))
		}
	}
	var issuers []*jwt.Issuer
	for _, pool := range cfg.Pools {
		issuers = append(issuers, jwt.NewIssuer(core, pool))
	}
	a.verifier = jwt.NewVerifier(core, jwt.Config{Issuers: issuers, Cognito: true})
	return a
}

// Authorize lets a caller in whose token is good: an access token with one of the scopes, or without scopes an id token.
//
//go:noinline
func (a *Authorizer) Authorize(c *gw.Ctx, scopes ...string) gw.Fault {
	if f := a.cfg.Access.Denied(c); f != gw.OK {
		return f
	}
	token, result := a.verifier.Verify(c.HeaderFolded(a.cfg.Header), scopes...)
	switch result {
	case jwt.Valid:
	case jwt.Expired:
		return c.Fail(gw.Unauthorized, "The incoming token has expired")
	case jwt.Unavailable:
		a.core.Logger().Warn("authorizer: the keys of a user pool cannot be had", "authorizer", a.cfg.Name, "requestId", strings.Clone(c.RequestID()))
		return gw.AuthorizerFailure
	default:
		return gw.Unauthorized
	}
	if a.match != nil && !a.fits(token) {
		return gw.Unauthorized
	}
	c.Authorize(token.Authorization())
	return a.cfg.Access.Tokened(c)
}

// fits reports whether the token's audience fits the expression. A match that takes too long does not.
func (a *Authorizer) fits(token *jwt.Token) bool {
	audience, ok := token.Claim("aud")
	if !ok {
		return false
	}
	fits, err := a.match.Match(audience)
	return err == nil && fits
}
