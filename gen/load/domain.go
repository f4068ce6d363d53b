package load

import (
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// domains reads x-gateway-domains.
func (l *loader) domains(n source.Node) []*model.Domain {
	if !l.isMap(n, "x-gateway-domains") {
		return nil
	}
	var list []*model.Domain
	for _, pair := range n.Pairs() {
		d := &model.Domain{Name: l.resolve(pair.Key)}
		ok := l.settings(pair.Value, "a domain",
			field{"tls", func(n source.Node) {
				l.settings(n, "the tls of a domain",
					field{"certFile", l.intoText(&d.CertFile, "certFile")},
					field{"keyFile", l.intoText(&d.KeyFile, "keyFile")},
					field{"minimum", l.intoText(&d.MinimumTLS, "minimum")},
				)
			}},
			field{"mutualTls", func(n source.Node) {
				d.Mutual = n.Key().Span
				l.settings(n, "mutualTls",
					field{"truststore", l.intoText(&d.Truststore, "truststore")},
					field{"crl", l.intoText(&d.CRL, "crl")},
				)
			}},
			field{"mappings", func(n source.Node) { d.Mappings = l.domainMappings(n) }},
			field{"rules", l.intoShape(&d.Rules, "the rules of a domain", each(shape{"headers": nil, "stage": nil, "priority": nil}))},
		)
		if ok || pair.Value.Kind() == source.Null {
			list = append(list, d)
		}
	}
	return list
}

func (l *loader) domainMappings(n source.Node) []model.DomainMapping {
	if !l.isMap(n, "mappings") {
		return nil
	}
	var list []model.DomainMapping
	for _, pair := range n.Pairs() {
		m := model.DomainMapping{Path: pair.Key}
		l.settings(pair.Value, "a mapping", field{"stage", l.intoText(&m.Stage, "stage")})
		list = append(list, m)
	}
	return list
}
