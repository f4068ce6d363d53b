// Package iam lets principals of the document in who sign their requests (rest.md, sections 12.5 and 12.6): the signature says
// who calls, the principal's policy and the API's whether it may. It must not know how signatures are made.
package iam

import (
	"fmt"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/access"
	"github.com/gatewright/gatewright/runtime/auth/policy"
	"github.com/gatewright/gatewright/runtime/auth/sigv4"
)

// Config is who may sign.
type Config struct {
	// Principals are all who may. Without any, no request is let in.
	Principals []Principal
}

// Principal is an entry of x-gateway-principals.
type Principal struct {
	// AccessKeyID is its key in the document.
	AccessKeyID string
	// Secret and SessionToken are secret sources: env:NAME or file:PATH. Without a token none may be sent.
	Secret, SessionToken string
	// ARN is who it is.
	ARN string
	// Policy is what it may do; nil: nothing by itself.
	Policy access.Policy
}

// Guard stands before methods with IAM authorization. It is safe for concurrent use.
type Guard struct {
	access   *access.Access
	verifier *sigv4.Verifier
	known    []known // by the principal's place in the configuration
}

type known struct {
	principal *policy.Principal
	policy    access.Policy
	identity  gw.Identity
}

// New is the guard of cfg, in which who joins what a principal's policy says with the resource policy. What is wrong with
// cfg is said by core's Start.
func New(core *gw.Core, who *access.Access, cfg Config) *Guard {
	g := &Guard{access: who}
	var signers []sigv4.Principal
	for _, p := range cfg.Principals {
		signers = append(signers, sigv4.Principal{AccessKeyID: p.AccessKeyID, Secret: p.Secret, SessionToken: p.SessionToken, ARN: p.ARN})
	}
	g.verifier = sigv4.New(core, sigv4.Config{Principals: signers})
	for i, p := range cfg.Principals {
		k := known{policy: p.Policy}
		if who := g.verifier.Caller(i); who != nil {
			var err error
			if k.principal, err = policy.NewPrincipal(p.ARN, who.UserID); err != nil {
				core.Fail(fmt.Errorf("principal %q: %w", p.AccessKeyID, err))
			}
			k.identity = gw.Identity{AccountID: who.Account, Caller: who.UserID, User: who.UserID, UserARN: who.ARN, AccessKey: who.AccessKeyID,
				Signing: func() (string, string) { return g.verifier.Signing(i) }}
		}
		g.known = append(g.known, k)
	}
	return g
}

// Authorize lets a caller in who has signed and who is allowed, and notes who it is.
//
//go:noinline
func (g *Guard) Authorize(c *gw.Ctx) gw.Fault {
	if f := g.access.Denied(c); f != gw.OK {
		return f
	}
	who, f := g.verifier.Authenticate(c)
	if f != gw.OK {
		return f
	}
	k := &g.known[who.Index]
	c.Identify(&k.identity)
	return g.access.Signed(c, k.principal, k.policy)
}
