package load

import (
	"github.com/gatewright/gatewright/gen/cfn"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// throttle reads rateLimit and burstLimit, and what else of a throttle fields read; nil, with an error, where one of them cannot
// be read: it is not missing beside that.
func (l *loader) throttle(n source.Node, what string, more func(t *model.Throttle) []field) *model.Throttle {
	t, before := &model.Throttle{Span: n.Key().Span}, l.errors
	fields := []field{
		{"rateLimit", l.intoLiteral(&t.Rate, "rateLimit")},
		{"burstLimit", l.intoLiteral(&t.Burst, "burstLimit")},
	}
	if more != nil {
		fields = append(fields, more(t)...)
	}
	if !l.settings(n, what, fields...) {
		return nil
	}
	unread := unread(n, "rateLimit", t.Rate == nil) || unread(n, "burstLimit", t.Burst == nil) || unread(n, "concurrent", t.Concurrent == nil)
	if unread && l.errors > before {
		return nil
	}
	return t
}

// unread reports whether a value stands there of which nothing could be read. A function without a value is none: it may be
// allowed, and then counts as absent.
func unread(n source.Node, name string, nothing bool) bool {
	value := n.Get(name)
	function, _ := cfn.Function(value)
	return nothing && !value.IsZero() && value.Kind() != source.Null && function == ""
}

// routeThrottle reads x-gateway-throttle.
func (l *loader) routeThrottle(n source.Node) *model.Throttle {
	return l.throttle(n, "x-gateway-throttle", func(t *model.Throttle) []field {
		return []field{
			{"concurrent", l.intoNumber(&t.Concurrent, "concurrent")},
			{"key", l.intoText(&t.Key, "key")},
		}
	})
}

// accountThrottle reads x-gateway-account.
func (l *loader) accountThrottle(n source.Node) (t *model.Throttle) {
	l.settings(n, "x-gateway-account", field{"throttle", func(n source.Node) { t = l.throttle(n, "the throttle of the account", nil) }})
	return t
}

// methodThrottles reads throttles by method key, and hands what else stands there to other.
func (l *loader) methodThrottles(n source.Node, what string, other func(source.Pair)) []model.MethodThrottle {
	if !l.isMap(n, what) {
		return nil
	}
	var list []model.MethodThrottle
	for _, pair := range n.Pairs() {
		m := model.MethodThrottle{Method: pair.Key}
		unknown := l.unknownKey("a method", "throttle")
		if other != nil {
			unknown = other
		}
		l.object(pair.Value, "a method", unknown, field{"throttle", func(n source.Node) { m.Throttle = l.throttle(n, "the throttle of a method", nil) }})
		if m.Throttle != nil {
			list = append(list, m)
		}
	}
	return list
}

// quota reads the quota of a usage plan; nil as for throttle.
func (l *loader) quota(n source.Node) *model.Quota {
	q, before := &model.Quota{Span: n.Key().Span}, l.errors
	ok := l.settings(n, "the quota of a usage plan",
		field{"limit", l.intoNumber(&q.Limit, "limit")},
		field{"period", l.intoText(&q.Period, "period")},
		field{"offset", l.intoNumber(&q.Offset, "offset")},
	)
	unread := unread(n, "limit", q.Limit == nil) || unread(n, "period", q.Period == nil)
	if !ok || unread && l.errors > before {
		return nil
	}
	return q
}

// store reads x-gateway-store.
func (l *loader) store(n source.Node) (onFailure *source.String) {
	l.settings(n, "x-gateway-store", field{"onFailure", l.intoText(&onFailure, "onFailure")})
	return onFailure
}
