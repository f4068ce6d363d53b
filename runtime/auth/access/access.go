// Package access decides by policies who may call, and words refusals as Amazon does (rest.md, sections 12.5 and 12.6): it
// asks the resource policy, joins what it says with what an authorizer says, and answers. It must not know how a caller is
// identified.
package access

import (
	"strings"
	"sync"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/policy"
)

// Policy is a policy of the document, compiled.
type Policy = func(*policy.Request) policy.Effect

// Access joins the resource policy of an API with what authorizers say. It is safe for concurrent use.
type Access struct {
	resource Policy
	requests sync.Pool
}

// New is the access to an API with a resource policy; nil: it has none.
func New(resource Policy) *Access {
	return &Access{resource: resource, requests: sync.Pool{New: func() any { return new(policy.Request) }}}
}

// Anyone lets callers in whom the resource policy allows; nobody says who they are.
//
//go:noinline
func (a *Access) Anyone(c *gw.Ctx) gw.Fault {
	r := a.begin(c, nil)
	defer a.end(r)
	decision := policy.Flow(policy.NoAuthorization, a.of(r), policy.Neutral, true)
	return a.answer(c, r, decision, anonymous)
}

// Denied refuses callers whom the resource policy denies expressly, before an authorizer is asked (rest.md, section 2).
func (a *Access) Denied(c *gw.Ctx) gw.Fault {
	if a.resource == nil {
		return gw.OK
	}
	r := a.begin(c, nil)
	defer a.end(r)
	if a.resource(r) == policy.ExplicitDeny {
		return a.answer(c, r, policy.ExplicitlyDenied, anonymous)
	}
	return gw.OK
}

// Authorized decides with what a Lambda authorizer's policy says.
func (a *Access) Authorized(c *gw.Ctx, document *policy.Document) gw.Fault {
	r := a.begin(c, nil)
	defer a.end(r)
	return a.answer(c, r, policy.Flow(policy.LambdaAuthorizer, a.of(r), document.Evaluate(r), true), nobody)
}

// Tokened decides for a caller with a good token, who is let in unless there is a resource policy that does not allow it.
func (a *Access) Tokened(c *gw.Ctx) gw.Fault {
	if a.resource == nil {
		return gw.OK
	}
	r := a.begin(c, nil)
	defer a.end(r)
	return a.answer(c, r, policy.Flow(policy.CognitoAuthorizer, a.resource(r), policy.Neutral, true), nobody)
}

// Signed decides for a caller who signed: own is the policy of that principal; nil: it has none.
func (a *Access) Signed(c *gw.Ctx, who *policy.Principal, own Policy) gw.Fault {
	r := a.begin(c, who)
	defer a.end(r)
	other := policy.Neutral
	if own != nil {
		other = own(r)
	}
	same := who.Account() == c.Core().API().Account
	resource := a.of(r)
	decision := policy.Flow(policy.IAMAuthorization, resource, other, same)
	if decision == policy.ExplicitlyDenied && resource != policy.ExplicitDeny {
		return c.Fail(gw.AccessDenied, refusal(r, who.ARN())+" with an explicit deny in an identity-based policy")
	}
	return a.answer(c, r, decision, who.ARN())
}

// of is what the resource policy says of r.
func (a *Access) of(r *policy.Request) policy.Effect {
	if a.resource == nil {
		return policy.Neutral
	}
	return a.resource(r)
}

func (a *Access) begin(c *gw.Ctx, who *policy.Principal) *policy.Request {
	r := a.requests.Get().(*policy.Request)
	r.Begin(c, policy.Invoke, who)
	return r
}

func (a *Access) end(r *policy.Request) {
	r.Release()
	a.requests.Put(r)
}

// Who a refusal is about. An authorizer's caller has no name that Amazon would tell.
const (
	anonymous = "anonymous"
	nobody    = ""
)

// answer is the fault of a decision, with Amazon's words of today (rest.md, section 12.5 has older ones too).
func (a *Access) answer(c *gw.Ctx, r *policy.Request, decision policy.Decision, who string) gw.Fault {
	if decision == policy.Allowed {
		return gw.OK
	}
	message := "User is not authorized to access this resource"
	if who != nobody {
		message = refusal(r, who)
	}
	if decision == policy.ExplicitlyDenied {
		message += " with an explicit deny"
		if who != nobody {
			message += " in a resource-based policy"
		}
	}
	return c.Fail(gw.AccessDenied, message)
}

// refusal says what who may not do.
func refusal(r *policy.Request, who string) string {
	return "User: " + who + " is not authorized to perform: execute-api:Invoke on resource: " + masked(r.ResourceARN())
}

// masked is an ARN whose account shows its last four digits only.
func masked(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || len(parts[4]) < 4 {
		return strings.Clone(arn)
	}
	parts[4] = "********" + parts[4][len(parts[4])-4:]
	return strings.Join(parts, ":")
}
