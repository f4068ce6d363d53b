package lower

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/authorizer"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// issuerField is an issuer of tokens.
type issuerField struct{ authorizer.Issuer }

func (issuerField) class() plan.Symbol { return plan.IssuerType }

func (i issuerField) construct(*field) plan.Value {
	c := fieldList{}
	c.add("Issuer", plan.String(i.Name))
	if i.JWKSFile != "" {
		c.add("JWKSFile", plan.String(i.JWKSFile))
	}
	if i.JWKSURL != "" {
		c.add("JWKSURL", plan.String(i.JWKSURL))
	}
	if i.CacheFor != 0 {
		c.add("CacheFor", plan.Duration(i.CacheFor))
	}
	switch {
	case i.NoSkew:
		c.add("ClockSkew", plan.NoClockSkew)
	case i.ClockSkew != 0:
		c.add("ClockSkew", plan.Duration(i.ClockSkew))
	}
	return plan.NewIssuer.Call(coreName, plan.Composite{Type: plan.IssuerConfig, Fields: c, Lines: len(c) > 2})
}

// bearerField is an authorizer that reads tokens.
type bearerField struct {
	authorizer.Bearer
	issuers []*field
	access  *field
}

func (bearerField) class() plan.Symbol { return plan.BearerType }

func (b bearerField) uses() []*field { return append(slices.Clone(b.issuers), b.access) }

func (b bearerField) construct(*field) plan.Value {
	c := fieldList{}
	c.add("Name", plan.String(b.Name))
	c.add("Access", plan.Name(b.access.name))
	c.add("Header", plan.String(b.Header))
	if b.Cognito {
		c.add("Cognito", plan.Bool(true))
	}
	if b.Match != "" {
		c.add("Match", plan.String(b.Match))
	}
	c = appendList(c, "Audience", plan.Name("string"), texts(b.Audience))
	var issuers []plan.Value
	for _, i := range b.issuers {
		issuers = append(issuers, plan.Name(i.name))
	}
	c.add("Issuers", plan.List{Elem: plan.Deref{X: plan.IssuerType}, Items: issuers})
	return plan.NewBearer.Call(coreName, plan.Composite{Type: plan.BearerConfig, Fields: c, Lines: true})
}

// Bearer is the field of an authorizer that reads tokens.
func (w *routeWiring) Bearer(b authorizer.Bearer) plan.Value {
	kind := bearerField{Bearer: b, access: w.accessAt()}
	for _, i := range b.Issuers {
		kind.issuers = append(kind.issuers, w.fields.get(field{key: "7 issuer " + i.Name, wish: i.Short, doc: i.Name, kind: issuerField{i}}))
	}
	return member(w.fields.get(field{key: "8 " + b.Name, wish: b.Name + " authorizer", doc: "the security scheme " + b.Name, kind: kind}))
}

// principal is an entry of x-gateway-principals with the name of its policy's function; empty: it has none.
type principal struct {
	*model.Principal
	policy string
}

// principals are all of them, where an operation wants signatures, in the order of their access keys.
func (l *lowering) principals() []principal {
	if _, signed := l.fields.byKey[principalsKey]; !signed {
		return nil
	}
	if l.signers == nil {
		listed := slices.SortedFunc(slices.Values(l.api.Principals), func(a, b *model.Principal) int {
			return cmp.Compare(a.AccessKeyID.Value, b.AccessKeyID.Value)
		})
		for _, p := range listed {
			s := principal{Principal: p}
			if p.Policy != nil {
				_, who, _ := strings.Cut(p.ARN.Value, "/")
				s.policy = l.names.unique(lowerCamel(who + " policy"))
			}
			l.signers = append(l.signers, s)
		}
	}
	return l.signers
}

const principalsKey = "8 principals"

// principalsField are those who may sign.
type principalsField struct {
	l      *lowering
	access *field
}

func (principalsField) class() plan.Symbol { return plan.PrincipalsType }
func (principalsField) suffix() string     { return "Config" }

func (f principalsField) uses() []*field { return []*field{f.access} }

func (f principalsField) construct(field *field) plan.Value {
	return plan.NewPrincipals.Call(coreName, plan.Name(f.access.name), plan.Name(field.settings))
}

func (f principalsField) settings() plan.Value {
	var items []plan.Value
	for _, p := range f.l.principals() {
		c := fieldList{}
		c.add("AccessKeyID", plan.String(p.AccessKeyID.Value))
		c.add("Secret", plan.String(p.Secret.Value))
		if p.SessionToken != nil && p.SessionToken.Value != "" {
			c.add("SessionToken", plan.String(p.SessionToken.Value))
		}
		c.add("ARN", plan.String(p.ARN.Value))
		if p.policy != "" {
			c.add("Policy", plan.Name(p.policy))
		}
		items = append(items, plan.Composite{Fields: c})
	}
	c := appendList(nil, "Principals", plan.Principal, items)
	return plan.Composite{Type: plan.PrincipalsConfig, Fields: c}
}

// Principals is the field of those who may sign.
func (w *routeWiring) Principals() plan.Value {
	return member(w.fields.get(field{
		key: principalsKey, wish: "principals", doc: "x-gateway-principals", kind: principalsField{w.lowering, w.accessAt()},
	}))
}

// usagePlansField are the usage plans and the API keys that belong to them.
type usagePlansField struct{ l *lowering }

func (usagePlansField) class() plan.Symbol { return plan.UsagePlansType }
func (usagePlansField) suffix() string     { return "Config" }

func (usagePlansField) construct(f *field) plan.Value {
	return plan.NewUsagePlans.Call(coreName, plan.Name(f.settings))
}

func (f usagePlansField) settings() plan.Value {
	c := fieldList{}
	api := f.l.api
	if from := api.APIKeySource; from != nil && from.Value == "AUTHORIZER" {
		c.add("FromAuthorizer", plan.Bool(true))
	}
	var keys, plans []plan.Value
	for _, k := range slices.SortedFunc(slices.Values(api.APIKeys), func(a, b *model.APIKey) int { return cmp.Compare(a.Name.Value, b.Name.Value) }) {
		keys = append(keys, apiKey(k))
	}
	for _, p := range slices.SortedFunc(slices.Values(api.UsagePlans), func(a, b *model.UsagePlan) int { return cmp.Compare(a.Name.Value, b.Name.Value) }) {
		plans = append(plans, f.l.usagePlan(p))
	}
	c = appendList(c, "Keys", plan.APIKey, keys)
	c = appendList(c, "Plans", plan.UsagePlan, plans)
	return plan.Composite{Type: plan.UsagePlansConfig, Fields: c, Lines: len(c) > 0}
}

func apiKey(k *model.APIKey) plan.Value {
	c := fieldList{}
	c.add("Name", plan.String(k.Name.Value))
	c.add("Value", plan.String(k.Value.Value))
	if k.Enabled != nil && !k.Enabled.Value {
		c.add("Disabled", plan.Bool(true))
	}
	if k.CustomerID != nil {
		c = appendText(c, "CustomerID", k.CustomerID.Value)
	}
	return plan.Composite{Fields: c}
}

func (l *lowering) usagePlan(p *model.UsagePlan) plan.Value {
	c := fieldList{}
	c.add("Name", plan.String(p.Name.Value))
	if p.Stages != nil {
		var stages []string
		for _, s := range p.Stages {
			stages = append(stages, s.Name.Value)
		}
		slices.Sort(stages)
		c.add("Stages", plan.List{Elem: plan.Name("string"), Items: texts(stages)})
	}
	var keys []string
	for _, k := range p.Keys {
		keys = append(keys, k.Value)
	}
	slices.Sort(keys)
	c = appendList(c, "Keys", plan.Name("string"), texts(keys))
	c = l.planLimits(c, p)
	return plan.Composite{Fields: c, Lines: len(c) > 3}
}

// UsagePlans is the field of the usage plans.
func (w *routeWiring) UsagePlans() plan.Value { return member(w.usagePlansAt()) }

func (w *routeWiring) usagePlansAt() *field {
	return w.fields.get(field{key: "8 usage plans", wish: "usagePlans", doc: "x-gateway-usage-plans", kind: usagePlansField{w.lowering}})
}
