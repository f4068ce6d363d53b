// Package authorizer holds what Gatewright knows of the ways to find out who calls: which of them stands before an
// operation, what can be wrong with one, and what a gateway does for it. A kind is one file and one line in kinds. The
// package must not know how documents are loaded, nor how Go is printed.
package authorizer

import (
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// Guard is what stands before an operation.
type Guard struct {
	api *model.API
	// asked finds out who calls; nil: nobody is asked.
	asked kind
	// scheme is the scheme that asks; nil where x-amazon-apigateway-auth does.
	scheme *model.SecurityScheme
	scopes []string
	// key is the scheme by which the operation wants an API key; nil: it wants none.
	key *model.SecurityScheme
	// certificate is set where the operation wants the client to show a certificate.
	certificate bool
	// unmet is what the document asks for and no gateway can do. Such an operation stays closed.
	unmet string
}

// Of is the guard of an operation. The backend of a plain document checks its callers itself, but for API keys where the
// document lists them.
func Of(api *model.API, op *model.Operation) Guard {
	g := Guard{api: api}
	if op.Auth != nil && api.Amazon {
		switch strings.ToUpper(op.Auth.Value) {
		case "", "NONE":
		case "AWS_IAM":
			g.asked = iam{}
		default:
			g.unmet = op.Auth.Value
		}
	}
	for _, use := range uses(api, op) {
		g.add(use)
	}
	return g
}

// add puts a scheme before the operation. All schemes must be met, in whatever way they are listed: Amazon has one authorizer
// for each operation and, beside it, API keys (rest.md 1.2).
func (g *Guard) add(use model.SchemeUse) {
	s := schemeOf(g.api, use.Name.Value)
	if g.api.AsksNobody(use) {
		return
	}
	if s != nil && isKey(s) {
		if g.api.Amazon || keyed(g.api) {
			g.key = s
		}
		return
	}
	if !g.api.Amazon {
		return
	}
	if s != nil && s.Type.Value == "mutualTLS" {
		g.certificate = true
		return
	}
	asked := kindOf(s)
	switch {
	case asked == nil:
		g.unmet = use.Name.Value
	case g.unmet != "":
	case g.asked != nil && !g.same(asked, s):
		g.unmet = severalSchemes
	default:
		g.asked, g.scheme = asked, s
		for _, scope := range use.Scopes {
			if !slices.Contains(g.scopes, scope.Value) {
				g.scopes = append(g.scopes, scope.Value)
			}
		}
	}
}

// same reports whether another scheme asks what is asked already: there is one list of those who sign.
func (g *Guard) same(asked kind, s *model.SecurityScheme) bool {
	_, signed := asked.(iam)
	return g.asked == asked && (signed || g.scheme == s)
}

// severalSchemes is what stands before an operation that asks several authorizers.
const severalSchemes = "several authorizers at once"

// uses are the schemes that an operation names: its own, else the root's (rest.md 1.2). None leaves it open.
func uses(api *model.API, op *model.Operation) []model.SchemeUse {
	security := op.Security
	if security == nil {
		security = api.Security
	}
	if security == nil {
		return nil
	}
	var all []model.SchemeUse
	for i := range security.Alternatives {
		schemes := security.Alternatives[i].Schemes
		if len(schemes) == 0 {
			return nil // open to all
		}
		all = append(all, schemes...)
	}
	return all
}

func schemeOf(api *model.API, name string) *model.SecurityScheme {
	for _, s := range api.SecuritySchemes {
		if s.Name.Value == name {
			return s
		}
	}
	return nil
}

// Wiring gives guards what a gateway holds beside its routes.
type Wiring interface {
	// Access decides by the resource policy.
	Access() plan.Value
	// Lambda is a Lambda authorizer.
	Lambda(a Lambda) plan.Value
	// Bearer is an authorizer that reads tokens.
	Bearer(b Bearer) plan.Value
	// Principals are those who may sign.
	Principals() plan.Value
	// UsagePlans are those that API keys belong to.
	UsagePlans() plan.Value
}

// Lower returns what a gateway does before it serves a request; open is false where nobody gets past it.
func (g Guard) Lower(w Wiring) (steps []plan.Step, open bool) {
	ctx := plan.Name("c")
	if g.certificate {
		steps = append(steps, plan.Guard{Call: plan.CtxRequireClientCertificate.Call(ctx)})
	}
	switch {
	case g.unmet != "":
		return closed(), false
	case g.asked != nil:
		call := g.asked.lower(g, w)
		if call == nil {
			return closed(), false
		}
		steps = append(steps, plan.Guard{Call: call})
	case g.api.Policy != nil && g.api.Amazon:
		steps = append(steps, plan.Guard{Call: plan.AccessAnyone.Call(w.Access(), ctx)})
	}
	if g.key != nil {
		steps = append(steps, plan.Guard{Call: plan.UsagePlansAdmit.Call(w.UsagePlans(), ctx)})
	}
	return steps, true
}

// closed answers every request with a failure.
func closed() []plan.Step {
	return []plan.Step{plan.Return{Values: []plan.Value{plan.AuthorizerConfigurationError}}}
}

// Keyed reports whether the operation wants an API key.
func (g Guard) Keyed() bool { return g.key != nil }

// Claims reports whether callers bring a token with claims.
func (g Guard) Claims() bool { return g.asked != nil && g.asked.claims() }

// Fact says in a few words who may call.
func (g Guard) Fact() string {
	var facts []string
	switch {
	case g.unmet != "":
		return "closed: its authorization is not done yet"
	case g.asked != nil:
		facts = append(facts, g.asked.fact(g)+g.scopesFact())
	}
	if g.api.Policy != nil && g.api.Amazon {
		facts = append(facts, "resource policy")
	}
	if g.certificate {
		facts = append(facts, "client certificate")
	}
	if g.key != nil {
		facts = append(facts, "API key")
	}
	if len(facts) == 0 {
		return "public"
	}
	return strings.Join(facts, " and ")
}

// scopesFact says which scopes a token needs one of.
func (g Guard) scopesFact() string {
	if len(g.scopes) == 0 || !g.asked.claims() {
		return ""
	}
	return " with " + strings.Join(g.scopes, " or ")
}
