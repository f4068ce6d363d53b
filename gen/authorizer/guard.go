// Package authorizer holds what Gatewright knows of the ways to find out who calls: which of them stands before an
// operation, what can be wrong with one, and what a gateway does for it. A kind is one file. The package must not know how
// documents are loaded, nor how Go is printed.
package authorizer

import (
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// Guard is what stands before an operation.
type Guard struct {
	// Scheme is the scheme whose authorizer is asked; nil: none is.
	Scheme *model.SecurityScheme
	// Policy is set where the API has a resource policy.
	Policy bool
	// Unmet is what the document asks for and no gateway can do yet. Such an operation stays closed.
	Unmet string
}

// Of is the guard of an operation. The backend of a plain document checks its callers itself.
func Of(api *model.API, op *model.Operation) Guard {
	if !api.Amazon {
		return Guard{}
	}
	g := Guard{Policy: api.Policy != nil}
	if op.Auth != nil && op.Auth.Value != "" && !strings.EqualFold(op.Auth.Value, "NONE") {
		g.Unmet = "IAM authorization"
		return g
	}
	requirement := required(api, op)
	if requirement == nil {
		return g
	}
	if len(requirement.Schemes) > 1 {
		g.Unmet = severalSchemes
		return g
	}
	use := requirement.Schemes[0]
	g.Scheme = schemeOf(api, use.Name.Value)
	if g.Scheme == nil || !isLambda(g.Scheme) {
		g.Scheme, g.Unmet = nil, use.Name.Value
	}
	return g
}

// severalSchemes is what stands before an operation with more than one scheme.
const severalSchemes = "several schemes at once"

// allKnown reports whether each scheme of an operation could be asked by itself: else there is a finding about it already.
func allKnown(api *model.API, op *model.Operation) bool {
	security := op.Security
	if security == nil {
		security = api.Security
	}
	for _, alternative := range security.Alternatives {
		for _, use := range alternative.Schemes {
			if s := schemeOf(api, use.Name.Value); s == nil || !isLambda(s) {
				return false
			}
		}
	}
	return true
}

// several stands for alternatives, of which none can be chosen.
var several = &model.SecurityRequirement{Schemes: make([]model.SchemeUse, 2)}

// required is what a caller must meet: the operation's own requirement, else the root's (rest.md 1.2). Nil is nothing.
func required(api *model.API, op *model.Operation) *model.SecurityRequirement {
	security := op.Security
	if security == nil {
		security = api.Security
	}
	if security == nil || len(security.Alternatives) == 0 {
		return nil
	}
	for i := range security.Alternatives {
		if len(security.Alternatives[i].Schemes) == 0 {
			return nil // open to all
		}
	}
	if len(security.Alternatives) > 1 {
		return several
	}
	return &security.Alternatives[0]
}

func schemeOf(api *model.API, name string) *model.SecurityScheme {
	for _, s := range api.SecuritySchemes {
		if s.Name.Value == name {
			return s
		}
	}
	return nil
}

// CheckAll returns what is wrong with the authorizers that operations ask.
func CheckAll(api *model.API) []diag.Diagnostic {
	var found []diag.Diagnostic
	checked := map[*model.SecurityScheme]bool{}
	for _, item := range api.Paths {
		for _, op := range item.Operations {
			g := Of(api, op)
			if g.Scheme != nil && !checked[g.Scheme] {
				checked[g.Scheme] = true
				found = append(found, checkLambda(g.Scheme)...)
			}
			if g.Unmet == severalSchemes && allKnown(api, op) {
				found = append(found, diag.Diagnostic{Code: diag.SecuritySchemeNotYet, Span: op.Span,
					Message: "an operation with several authorizers cannot be guarded yet", Help: "name one scheme"})
			}
		}
	}
	return found
}

// Wiring gives guards what a gateway holds beside its routes.
type Wiring interface {
	// Access decides by the resource policy.
	Access() plan.Value
	// Authorizer is a Lambda authorizer.
	Authorizer(a Lambda) plan.Value
}

// Lower returns what a gateway does before it serves a request.
func Lower(g Guard, w Wiring) []plan.Step {
	ctx := plan.Name("c")
	switch {
	case g.Unmet != "":
		return []plan.Step{plan.Return{Values: []plan.Value{plan.AuthorizerConfigurationError}}}
	case g.Scheme != nil:
		a, ok := lambdaOf(g.Scheme)
		if !ok {
			return []plan.Step{plan.Return{Values: []plan.Value{plan.AuthorizerConfigurationError}}}
		}
		return []plan.Step{plan.Guard{Call: plan.Authorize.Call(w.Authorizer(a), ctx)}}
	case g.Policy:
		return []plan.Step{plan.Guard{Call: plan.AccessAnyone.Call(w.Access(), ctx)}}
	default:
		return nil
	}
}

// Fact says in a few words who may call.
func (g Guard) Fact() string {
	switch {
	case g.Unmet != "":
		return "closed: its authorization is not done yet"
	case g.Scheme != nil && g.Policy:
		return "authorizer " + g.Scheme.Name.Value + " and resource policy"
	case g.Scheme != nil:
		return "authorizer " + g.Scheme.Name.Value
	case g.Policy:
		return "resource policy"
	default:
		return "public"
	}
}
