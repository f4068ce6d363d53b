// Package throttle holds what Gatewright knows of limits: which of them count for an operation, and what can be wrong with
// one. It must not know how documents are loaded, nor how limits are kept.
package throttle

import (
	"math"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/limit/methodkey"
)

// Place is where an x-gateway-throttle stands. What the operations below it share is one limit.
type Place struct {
	*model.Throttle
	// Name is the operation or the path; empty: the root.
	Name string
}

// PlaceOf is the x-gateway-throttle of an operation, the innermost one (extensions.md). Its Throttle is nil where there is
// none.
func PlaceOf(api *model.API, item *model.PathItem, op *model.Operation) Place {
	switch {
	case op.Gateway.Throttle != nil:
		return Place{op.Gateway.Throttle, op.Method + " " + item.Path.Value}
	case item.Gateway.Throttle != nil:
		return Place{item.Gateway.Throttle, item.Path.Value}
	default:
		return Place{api.Gateway.Throttle, ""}
	}
}

// Fitting is the throttle of the most specific key that fits an operation; nil: none does.
func Fitting(methods []model.MethodThrottle, item *model.PathItem, op *model.Operation) *model.Throttle {
	var best methodkey.Key
	var found *model.Throttle
	for _, m := range methods {
		key, err := methodkey.Parse(m.Method.Value)
		if err == nil && key.Fits(op.Method, item.Path.Value) && (found == nil || key.Before(best)) {
			best, found = key, m.Throttle
		}
	}
	return found
}

// Limited reports whether an operation has any limit. keyed says that it wants an API key.
func Limited(api *model.API, item *model.PathItem, op *model.Operation, keyed bool) bool {
	if api.AccountThrottle != nil || PlaceOf(api, item, op).Throttle != nil {
		return true
	}
	for _, s := range api.Stages {
		if s.Throttle != nil || Fitting(s.Methods, item, op) != nil {
			return true
		}
	}
	return keyed && Planned(api, item, op)
}

// Planned reports whether usage plans limit an operation that wants an API key.
func Planned(api *model.API, item *model.PathItem, op *model.Operation) bool {
	for _, u := range api.UsagePlans {
		if u.Throttle != nil || u.Quota != nil {
			return true
		}
		for _, s := range u.Stages {
			if Fitting(s.Methods, item, op) != nil {
				return true
			}
		}
	}
	return false
}

// RateOf is the bucket of a throttle that was checked; ok is false where it bounds no rate.
func RateOf(t *model.Throttle) (rate limit.Rate, ok bool) {
	if t == nil || t.Rate == nil || t.Burst == nil {
		return limit.Rate{}, false
	}
	perSecond, _ := number(t.Rate)
	burst, _ := number(t.Burst)
	return limit.Rate{PerSecond: perSecond, Burst: int64(burst)}, true
}

// QuotaOf is a quota that was checked.
func QuotaOf(q *model.Quota) limit.Quota {
	quota := limit.Quota{Limit: q.Limit.Value}
	quota.Period, _ = periodOf(q.Period)
	if q.Offset != nil {
		quota.Offset = q.Offset.Value
	}
	return quota
}

func periodOf(text *source.String) (limit.Period, bool) {
	if text == nil {
		return 0, false
	}
	period, ok := map[string]limit.Period{"DAY": limit.Day, "WEEK": limit.Week, "MONTH": limit.Month}[text.Value]
	return period, ok
}

// PolicyOf is what a plan or the store wants where the store cannot answer; absent it is otherwise.
func PolicyOf(text *source.String, otherwise limit.Policy) (limit.Policy, bool) {
	if text == nil {
		return otherwise, true
	}
	policy, ok := map[string]limit.Policy{"local": limit.Local, "closed": limit.Closed, "open": limit.Open}[text.Value]
	return policy, ok
}

// number reads a finite number that is not negative.
func number(text *source.String) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text.Value), 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) && v >= 0
}

// By is what tells the clients of an x-gateway-throttle apart.
type By uint8

// The kinds.
const (
	Together By = iota // all clients share one limit
	ClientAddress
	APIKey
	Header // by Name
	Claim  // by Name
)

// KeyOf reads the key of an x-gateway-throttle.
func KeyOf(t *model.Throttle) (by By, name string, ok bool) {
	if t.Key == nil {
		return Together, "", true
	}
	kind, name, named := strings.Cut(t.Key.Value, ":")
	switch {
	case named && name == "":
		return 0, "", false
	case named && kind == "header":
		return Header, name, true
	case named && kind == "claim":
		return Claim, name, true
	case t.Key.Value == "none":
		return Together, "", true
	case t.Key.Value == "client-ip":
		return ClientAddress, "", true
	case t.Key.Value == "api-key":
		return APIKey, "", true
	}
	return 0, "", false
}
