package lower

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// sortedDomains are the domains of the document by name.
func (l *lowering) sortedDomains() []*model.Domain {
	return slices.SortedFunc(slices.Values(l.api.Domains), func(a, b *model.Domain) int { return cmp.Compare(hostOf(a), hostOf(b)) })
}

func hostOf(d *model.Domain) string { return strings.ToLower(d.Name.Value) }

// domains is the table of the custom domains.
func (l *lowering) domains() []plan.Value {
	var values []plan.Value
	for _, d := range l.sortedDomains() {
		c := fieldList{}
		c.add("Name", plan.String(hostOf(d)))
		c.text("CertFile", d.CertFile)
		c.text("KeyFile", d.KeyFile)
		if d.MinimumTLS != nil && d.MinimumTLS.Value == "TLS_1_3" {
			c.add("TLS13", plan.Bool(true))
		}
		c = appendList(c, "Mappings", plan.DomainMapping, domainMappings(d))
		values = append(values, plan.Composite{Fields: c, Lines: len(c) > 2})
	}
	return values
}

func domainMappings(d *model.Domain) []plan.Value {
	mappings := slices.SortedFunc(slices.Values(d.Mappings), func(a, b model.DomainMapping) int { return cmp.Compare(a.Path.Value, b.Path.Value) })
	var values []plan.Value
	for _, m := range mappings {
		c := fieldList{}
		if m.Path.Value != "(none)" {
			c.add("Path", plan.String(m.Path.Value))
		}
		c.text("Stage", m.Stage)
		values = append(values, plan.Composite{Fields: c})
	}
	return values
}

// truststoreField is whom a domain trusts.
type truststoreField struct{ *model.Domain }

func (truststoreField) class() plan.Symbol { return plan.TruststoreType }

func (t truststoreField) construct(*field) plan.Value {
	c := fieldList{}
	c.add("Name", plan.String(hostOf(t.Domain)))
	c.text("Truststore", t.Truststore)
	if t.CRL != nil && t.CRL.Value != "" {
		c.add("CRLs", plan.List{Elem: plan.Name("string"), Items: []plan.Value{plan.String(t.CRL.Value)}})
	}
	return plan.NewTruststore.Call(coreName, plan.Composite{Type: plan.TruststoreConfig, Fields: c})
}

// addTruststores gives each domain with mutual TLS its field.
func (l *lowering) addTruststores() {
	for _, d := range l.sortedDomains() {
		if d.Truststore != nil {
			l.fields.get(field{key: "9 " + hostOf(d), wish: strings.TrimPrefix(hostOf(d), "*.") + " clients", doc: "x-gateway-domains." + d.Name.Value, kind: truststoreField{d}})
		}
	}
}
