package load

import (
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// principals reads x-gateway-principals.
func (l *loader) principals(n source.Node) []*model.Principal {
	if !l.isMap(n, "x-gateway-principals") {
		return nil
	}
	var list []*model.Principal
	for _, pair := range n.Pairs() {
		p := &model.Principal{AccessKeyID: pair.Key}
		ok := l.settings(pair.Value, "a principal",
			field{"secret", l.intoText(&p.Secret, "secret")},
			field{"sessionToken", l.intoText(&p.SessionToken, "sessionToken")},
			field{"arn", l.intoText(&p.ARN, "arn")},
			field{"policy", func(n source.Node) { p.Policy = l.policy(n) }},
		)
		if ok || pair.Value.Kind() == source.Null {
			list = append(list, p)
		}
	}
	return list
}

// issuers reads x-gateway-issuers.
func (l *loader) issuers(n source.Node) []*model.Issuer {
	if !l.isMap(n, "x-gateway-issuers") {
		return nil
	}
	var list []*model.Issuer
	for _, pair := range n.Pairs() {
		i := &model.Issuer{Key: l.resolve(pair.Key)}
		ok := l.settings(pair.Value, "an issuer",
			field{"issuer", l.intoText(&i.Issuer, "issuer")},
			field{"jwks", func(n source.Node) {
				l.settings(n, "jwks",
					field{"file", l.intoText(&i.JWKSFile, "file")},
					field{"url", l.intoText(&i.JWKSURL, "url")},
				)
			}},
			field{"cacheSeconds", l.intoNumber(&i.Cache, "cacheSeconds")},
			field{"clockSkewSeconds", l.intoNumber(&i.ClockSkew, "clockSkewSeconds")},
		)
		if ok || pair.Value.Kind() == source.Null {
			list = append(list, i)
		}
	}
	return list
}

// apiKeys reads x-gateway-api-keys.
func (l *loader) apiKeys(n source.Node) []*model.APIKey {
	if !l.isMap(n, "x-gateway-api-keys") {
		return nil
	}
	var list []*model.APIKey
	for _, pair := range n.Pairs() {
		k := &model.APIKey{Name: pair.Key}
		ok := l.settings(pair.Value, "an API key",
			field{"value", l.intoText(&k.Value, "value")},
			field{"enabled", l.intoTruth(&k.Enabled, "enabled")},
			field{"customerId", l.intoLiteral(&k.CustomerID, "customerId")},
		)
		if ok || pair.Value.Kind() == source.Null {
			list = append(list, k)
		}
	}
	return list
}

// usagePlans reads x-gateway-usage-plans.
func (l *loader) usagePlans(n source.Node) []*model.UsagePlan {
	if !l.isMap(n, "x-gateway-usage-plans") {
		return nil
	}
	var list []*model.UsagePlan
	for _, pair := range n.Pairs() {
		u := &model.UsagePlan{Name: pair.Key}
		ok := l.settings(pair.Value, "a usage plan",
			field{"description", func(source.Node) {}},
			field{"throttle", func(n source.Node) { u.Throttle = l.throttle(n, "the throttle of a usage plan", nil) }},
			field{"quota", func(n source.Node) { u.Quota = l.quota(n) }},
			field{"stages", func(n source.Node) { u.Stages = l.planStages(n) }},
			field{"keys", l.intoList(&u.Keys, "keys")},
			field{"onStoreFailure", l.intoText(&u.OnStoreFailure, "onStoreFailure")},
		)
		if ok || pair.Value.Kind() == source.Null {
			list = append(list, u)
		}
	}
	return list
}

// planStages reads the stages that a usage plan is for: none at all is not every stage.
func (l *loader) planStages(n source.Node) []model.PlanStage {
	if !l.isMap(n, "the stages of a usage plan") {
		return nil
	}
	list := []model.PlanStage{}
	for _, pair := range n.Pairs() {
		s := model.PlanStage{Name: pair.Key}
		l.settings(pair.Value, "a stage of a usage plan",
			field{"methods", func(n source.Node) { s.Methods = l.methodThrottles(n, "the methods of a usage plan", nil) }})
		list = append(list, s)
	}
	return list
}

// intoShape keeps a value as it stands, whose keys are looked at.
func (l *loader) intoShape(into **source.Node, what string, s shape) func(source.Node) {
	return func(n source.Node) {
		*into = node(n)
		l.shape(n, what, s)
	}
}
