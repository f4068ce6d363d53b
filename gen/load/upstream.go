package load

import (
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// upstreams reads x-gateway-upstreams.
func (l *loader) upstreams(n source.Node) []*model.Upstream {
	if !l.isMap(n, "x-gateway-upstreams") {
		return nil
	}
	var list []*model.Upstream
	for _, p := range n.Pairs() {
		u := &model.Upstream{Name: p.Key}
		ok := l.settings(p.Value, "an upstream",
			field{"targets", func(n source.Node) { u.Targets = l.targets(n) }},
			field{"balance", l.intoText(&u.Balance, "balance")},
			field{"hashOn", l.intoText(&u.HashOn, "hashOn")},
			field{"health", func(n source.Node) { u.Health = l.health(n) }},
			field{"passive", func(n source.Node) { u.Passive = l.passive(n) }},
			field{"retries", func(n source.Node) { u.Retries = l.retries(n) }},
			field{"connectTimeoutMillis", l.intoNumber(&u.ConnectTimeout, "connectTimeoutMillis")},
			field{"idleTimeoutSeconds", l.intoNumber(&u.IdleTimeout, "idleTimeoutSeconds")},
			field{"maxConnections", l.intoNumber(&u.MaxConnections, "maxConnections")},
			field{"maxConcurrent", l.intoNumber(&u.MaxConcurrent, "maxConcurrent")},
			field{"tls", func(n source.Node) { u.TLS = l.upstreamTLS(n) }},
		)
		if ok || p.Value.Kind() == source.Null {
			list = append(list, u)
		}
	}
	return list
}

// targets reads an upstream's addresses: texts, or maps of url and weight.
func (l *loader) targets(n source.Node) []model.Target {
	var list []model.Target
	for _, item := range l.items(n, "targets") {
		var t model.Target
		var url *source.String
		if item.Kind() == source.Map && !l.intrinsic(item) {
			l.settings(item, "a target",
				field{"url", l.intoText(&url, "url")},
				field{"weight", l.intoNumber(&t.Weight, "weight")},
			)
			if url == nil && item.Get("url").IsZero() {
				url = &source.String{Span: item.Span()}
			}
		} else {
			url = l.text(item, "a target")
		}
		if url != nil {
			t.URL = *url
			list = append(list, t)
		}
	}
	return list
}

// health reads an upstream's active health check.
func (l *loader) health(n source.Node) *model.Health {
	h := &model.Health{Span: n.Key().Span}
	ok := l.settings(n, "health",
		field{"path", l.intoText(&h.Path, "path")},
		field{"intervalSeconds", l.intoNumber(&h.Interval, "intervalSeconds")},
		field{"timeoutMillis", l.intoNumber(&h.Timeout, "timeoutMillis")},
		field{"healthyAfter", l.intoNumber(&h.HealthyAfter, "healthyAfter")},
		field{"unhealthyAfter", l.intoNumber(&h.UnhealthyAfter, "unhealthyAfter")},
	)
	if !ok {
		return nil
	}
	return h
}

// passive reads an upstream's passive health check.
func (l *loader) passive(n source.Node) *model.Passive {
	p := &model.Passive{Span: n.Key().Span}
	ok := l.settings(n, "passive",
		field{"consecutiveFailures", l.intoNumber(&p.ConsecutiveFailures, "consecutiveFailures")},
		field{"ejectSeconds", l.intoNumber(&p.Eject, "ejectSeconds")},
	)
	if !ok {
		return nil
	}
	return p
}

// retries reads when an upstream's requests are sent again.
func (l *loader) retries(n source.Node) *model.Retries {
	r := &model.Retries{Span: n.Key().Span}
	ok := l.settings(n, "retries",
		field{"attempts", l.intoNumber(&r.Attempts, "attempts")},
		field{"on", l.intoList(&r.On, "on")},
		field{"budget", func(n source.Node) { r.Budget = l.fraction(n, "budget") }},
	)
	if !ok {
		return nil
	}
	return r
}

// fraction reads a number such as 0.2, as it is written.
func (l *loader) fraction(n source.Node, what string) *source.String {
	switch n.Kind() {
	case source.Integer, source.Float:
		return l.literal(n, what)
	case source.Missing, source.Null:
		return nil
	}
	if !l.intrinsic(n) {
		l.wrongKind(n, source.Float.String(), what)
	}
	return nil
}

// upstreamTLS reads how an upstream is spoken to over TLS.
func (l *loader) upstreamTLS(n source.Node) *model.UpstreamTLS {
	t := &model.UpstreamTLS{Span: n.Key().Span}
	ok := l.settings(n, "tls",
		field{"caFile", l.intoText(&t.CAFile, "caFile")},
		field{"certFile", l.intoText(&t.CertFile, "certFile")},
		field{"keyFile", l.intoText(&t.KeyFile, "keyFile")},
		field{"serverName", l.intoText(&t.ServerName, "serverName")},
		field{"insecureSkipVerify", l.intoTruth(&t.InsecureSkipVerify, "insecureSkipVerify")},
	)
	if !ok {
		return nil
	}
	return t
}
