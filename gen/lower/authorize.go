package lower

import (
	"fmt"

	"github.com/gatewright/gatewright/gen/authorizer"
	"github.com/gatewright/gatewright/gen/integration"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/policy"
)

// resourcePolicy is the function that evaluates x-amazon-apigateway-policy.
const resourcePolicy = "resourcePolicy"

// accessField decides by the resource policy, if there is one.
type accessField struct{ policy bool }

func (accessField) class() plan.Symbol { return plan.AccessType }

func (a accessField) construct(*field) plan.Value {
	if a.policy {
		return plan.NewAccess.Call(plan.Name(resourcePolicy))
	}
	return plan.NewAccess.Call(plan.Nil{})
}

// authorizerField is a Lambda authorizer.
type authorizerField struct {
	authorizer.Lambda
	function, access *field // function is that of all functions where a stage variable names it
}

func (authorizerField) class() plan.Symbol { return plan.AuthorizerType }

func (a authorizerField) uses() []*field { return []*field{a.function, a.access} }

func (a authorizerField) construct(*field) plan.Value {
	c := fieldList{}
	c.add("Name", plan.String(a.Name))
	if a.Named == nil {
		c.add("Function", plan.Name(a.function.name))
	} else {
		c.add("Named", plan.FuncLit{
			Params:  []plan.Field{{Name: "c", Type: plan.Deref{X: plan.Ctx}}},
			Results: []plan.Field{{Type: plan.Deref{X: plan.LambdaFunction}}},
			Body:    []plan.Step{plan.Return{Values: []plan.Value{plan.FunctionNamed.Call(plan.Name(a.function.name), integration.Joined(a.Named))}}},
		})
	}
	c.add("Access", plan.Name(a.access.name))
	if a.Token {
		c.add("Token", plan.Bool(true))
	}
	if len(a.Sources) > 0 {
		c.add("Sources", plan.List{Elem: plan.AuthorizerSource, Items: a.Sources})
	}
	if a.Match != "" {
		c.add("Match", plan.String(a.Match))
	}
	if a.TTL > 0 {
		c.add("TTL", plan.Duration(a.TTL))
	}
	return plan.NewAuthorizer.Call(coreName, plan.Composite{Type: plan.AuthorizerConfig, Fields: c, Lines: true})
}

var _ authorizer.Wiring = (*routeWiring)(nil)

func (w *routeWiring) accessAt() *field {
	doc := "who may call, by authorizers alone"
	if w.api.Policy != nil {
		doc = "x-amazon-apigateway-policy"
	}
	return w.fields.get(field{key: "7 access", wish: "callers", doc: doc, kind: accessField{w.api.Policy != nil}})
}

// Access is the field that decides by the resource policy.
func (w *routeWiring) Access() plan.Value { return member(w.accessAt()) }

// Lambda is the field of a Lambda authorizer.
func (w *routeWiring) Lambda(a authorizer.Lambda) plan.Value {
	kind := authorizerField{Lambda: a, access: w.accessAt()}
	if a.Named == nil {
		kind.function = w.functionAt(a.Function, a.Region, a.Role)
	} else {
		kind.function = w.functionsAt(a.Region, a.Role)
	}
	return member(w.fields.get(field{key: "8 " + a.Name, wish: a.Name + " authorizer", doc: "the security scheme " + a.Name, kind: kind}))
}

// authFile holds the policies of the document.
func (l *lowering) authFile() plan.File {
	f := plan.File{Name: "auth_gw.go", Source: l.file}
	fresh := func(want string) string { return l.names.unique(want) }
	if l.api.Policy != nil {
		p, _ := policy.Read(*l.api.Policy, policy.Resource) // it was checked, as the others
		f.Decls = policy.Lower(p, resourcePolicy, resourcePolicy+" evaluates x-amazon-apigateway-policy.", fresh)
	}
	for _, p := range l.principals() {
		if p.policy != "" {
			read, _ := policy.Read(*p.Policy, policy.Identity)
			doc := fmt.Sprintf("%s evaluates the policy of %s.", p.policy, p.ARN.Value)
			f.Decls = append(f.Decls, policy.Lower(read, p.policy, doc, fresh)...)
		}
	}
	return f
}
