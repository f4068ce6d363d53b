package throttle

import (
	"fmt"
	"math"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/limit/methodkey"
)

// Caller is what is known of who calls an operation.
type Caller interface {
	// Keyed reports whether callers bring an API key.
	Keyed() bool
	// Claims reports whether they bring a token with claims.
	Claims() bool
}

// Check returns what is wrong with the limits of a document. callers says who calls an operation.
func Check(api *model.API, callers func(*model.Operation) Caller) []diag.Diagnostic {
	c := &checker{api: api, callers: callers}
	c.throttle(api.AccountThrottle)
	c.routeThrottle(api.Gateway.Throttle)
	for _, item := range api.Paths {
		c.routeThrottle(item.Gateway.Throttle)
		for _, op := range item.Operations {
			c.routeThrottle(op.Gateway.Throttle)
		}
	}
	c.untold()
	for _, s := range api.Stages {
		c.throttle(s.Throttle)
		c.methods(s.Methods)
	}
	for _, u := range api.UsagePlans {
		c.throttle(u.Throttle)
		c.quota(u.Quota)
		c.policy(u.OnStoreFailure)
		if u.Stages != nil && len(u.Stages) == 0 {
			c.warn(u.Name.Span, fmt.Sprintf("usage plan %s is for no stage, so that its keys open nothing", u.Name.Value), "name stages, or leave stages out for every stage")
		}
		unused := c.unused(u)
		for _, s := range u.Stages {
			c.methods(s.Methods)
			for _, m := range s.Methods {
				if !unused {
					c.unusedMethod(u, m)
				}
			}
		}
	}
	c.policy(api.StoreFailure)
	return c.found
}

type checker struct {
	api     *model.API
	callers func(*model.Operation) Caller
	found   []diag.Diagnostic
}

func (c *checker) bad(span source.Span, message, help string) {
	c.found = append(c.found, diag.Diagnostic{Code: diag.BadLimit, Span: span, Message: message, Help: help})
}

// throttle checks rateLimit and burstLimit, which go together.
func (c *checker) throttle(t *model.Throttle) {
	if t == nil {
		return
	}
	if t.Rate == nil || t.Burst == nil {
		c.bad(t.Span, "rateLimit and burstLimit of a throttle go together", "write both: requests a second, and at a time")
		return
	}
	rate, isRate := number(t.Rate)
	if !isRate || rate > limit.MaxPerSecond {
		c.bad(t.Rate.Span, fmt.Sprintf("%q is no rate", t.Rate.Value), fmt.Sprintf("write requests a second, from 0 to %d; fractions are allowed", int64(limit.MaxPerSecond)))
		return
	}
	burst, isBurst := number(t.Burst)
	if !isBurst || burst > limit.MaxBurst || burst != math.Trunc(burst) {
		c.bad(t.Burst.Span, fmt.Sprintf("%q is no burst", t.Burst.Value), fmt.Sprintf("write a whole number of requests, from 0 to %d", limit.MaxBurst))
		return
	}
	if err := (limit.Rate{PerSecond: rate, Burst: int64(burst)}).Check(); err != nil {
		c.bad(t.Rate.Span, err.Error(), "")
	}
}

// routeThrottle checks an x-gateway-throttle.
func (c *checker) routeThrottle(t *model.Throttle) {
	if t == nil {
		return
	}
	if t.Rate != nil || t.Burst != nil || t.Concurrent == nil {
		c.throttle(t)
	}
	if n := t.Concurrent; n != nil && (n.Value < 1 || n.Value > limit.MaxBurst) {
		c.bad(n.Span, fmt.Sprintf("%d requests cannot be the most at a time", n.Value), "write a number above 0, or leave concurrent out")
	}
	by, name, ok := KeyOf(t)
	switch {
	case !ok:
		c.bad(t.Key.Span, fmt.Sprintf("%q tells no clients apart", t.Key.Value), "write none, client-ip, api-key, header:NAME or claim:NAME")
	case by == APIKey && len(c.api.UsagePlans) == 0:
		c.bad(t.Key.Span, "API keys are told apart, but the document has no usage plan", "list plans in x-gateway-usage-plans, or write header:X-Api-Key")
	case by == Header && !httpguts.ValidHeaderFieldName(name):
		c.bad(t.Key.Span, fmt.Sprintf("%q is no name of a header", name), "")
	case by == Header && ofConnection[strings.ToLower(name)]:
		c.bad(t.Key.Span, fmt.Sprintf("%s is of a connection, not of a client", name), "name a header that something in front of the gateway sets")
	}
}

// ofConnection are headers that end at the next hop (RFC 9110, sections 7.6.1 and 10.1.1): all clients would be told apart by
// what is behind one proxy, or by nothing, as gateways of Amazon's hide them (rest.md, section 4.2).
var ofConnection = map[string]bool{
	"connection": true, "expect": true, "keep-alive": true, "proxy-connection": true, "te": true, "trailer": true,
	"transfer-encoding": true, "upgrade": true,
}

// methods checks throttles by method key.
func (c *checker) methods(methods []model.MethodThrottle) {
	before := map[methodkey.Key]string{}
	for _, m := range methods {
		c.throttle(m.Throttle)
		key, err := methodkey.Parse(m.Method.Value)
		if err != nil {
			c.bad(m.Method.Span, err.Error(), "")
			continue
		}
		if other, twice := before[key]; twice {
			c.bad(m.Method.Span, fmt.Sprintf("%q names the same as %q", m.Method.Value, other), "leave one of them")
			continue
		}
		before[key] = m.Method.Value
		if !c.fitsAny(key) {
			c.bad(m.Method.Span, fmt.Sprintf("%q names no operation of the document", m.Method.Value), "write METHOD and path as the document has them, or * /* for all")
		}
	}
}

func (c *checker) fitsAny(key methodkey.Key) bool {
	for _, item := range c.api.Paths {
		for _, op := range item.Operations {
			if key.Fits(op.Method, item.Path.Value) {
				return true
			}
		}
	}
	return false
}

// unused warns of a plan that limits nobody: callers count by their API keys, where operations ask for one.
func (c *checker) unused(u *model.UsagePlan) bool {
	if c.anyKeyed(func(string, string) bool { return true }) {
		return false
	}
	span := source.Span{}
	switch {
	case u.Throttle != nil:
		span = u.Throttle.Span
	case u.Quota != nil:
		span = u.Quota.Span
	default:
		return false
	}
	c.warn(span, fmt.Sprintf("usage plan %s limits nothing: no operation asks for an API key", u.Name.Value), keyHelp)
	return true
}

// unusedMethod warns of a throttle in a plan that fits operations without API keys alone.
func (c *checker) unusedMethod(u *model.UsagePlan, m model.MethodThrottle) {
	if key, err := methodkey.Parse(m.Method.Value); err == nil && c.fitsAny(key) && !c.anyKeyed(key.Fits) {
		c.warn(m.Method.Span, fmt.Sprintf("usage plan %s limits nothing there: %s asks for no API key", u.Name.Value, m.Method.Value), keyHelp)
	}
}

const keyHelp = "list the scheme of API keys in the operation's security, or write x-gateway-throttle"

func (c *checker) warn(span source.Span, message, help string) {
	c.found = append(c.found, diag.Diagnostic{Code: diag.UnusedLimit, Severity: diag.Warning, Span: span, Message: message, Help: help})
}

// untold warns of an x-gateway-throttle that tells clients apart by what none of its operations asks them for: they all share
// one limit.
func (c *checker) untold() {
	told := map[*model.Throttle]bool{}
	var order []*model.Throttle
	for _, item := range c.api.Paths {
		for _, op := range item.Operations {
			t := PlaceOf(c.api, item, op).Throttle
			if t == nil {
				continue
			}
			if _, seen := told[t]; !seen {
				order = append(order, t)
			}
			told[t] = told[t] || c.tells(t, c.callers(op))
		}
	}
	for _, t := range order {
		if !told[t] {
			c.warn(t.Key.Span, fmt.Sprintf("%s tells no clients apart there: no operation below asks for it", t.Key.Value),
				"list the scheme that asks for it in the operation's security, or write another key")
		}
	}
}

// tells reports whether callers bring what the throttle tells them apart by. What is wrong without that was said.
func (c *checker) tells(t *model.Throttle, callers Caller) bool {
	switch by, _, _ := KeyOf(t); by {
	case APIKey:
		return callers.Keyed() || len(c.api.UsagePlans) == 0
	case Claim:
		return callers.Claims()
	default:
		return true
	}
}

// anyKeyed reports whether any operation that fits asks for an API key.
func (c *checker) anyKeyed(fits func(method, path string) bool) bool {
	for _, item := range c.api.Paths {
		for _, op := range item.Operations {
			if fits(op.Method, item.Path.Value) && c.callers(op).Keyed() {
				return true
			}
		}
	}
	return false
}

// quota checks a plan's quota.
func (c *checker) quota(q *model.Quota) {
	if q == nil {
		return
	}
	if q.Limit == nil || q.Period == nil {
		c.bad(q.Span, "limit and period of a quota go together", "write both, such as {limit: 1000, period: MONTH}")
		return
	}
	sound := 1 <= q.Limit.Value && q.Limit.Value <= limit.MaxQuota
	if !sound {
		c.bad(q.Limit.Span, fmt.Sprintf("%d requests are no quota", q.Limit.Value), fmt.Sprintf("write a number from 1 to %d; a key that may not call at all is enabled: false", int64(limit.MaxQuota)))
	}
	if _, ok := periodOf(q.Period); !ok {
		c.bad(q.Period.Span, fmt.Sprintf("unknown period %q", q.Period.Value), "write DAY, WEEK or MONTH")
	}
	if o := q.Offset; o != nil && (o.Value < 0 || sound && o.Value > q.Limit.Value) {
		c.bad(o.Span, fmt.Sprintf("an offset of %d does not fit into the limit", o.Value), "it is how many requests count as made in the first period")
	}
}

// policy checks what happens where the shared store cannot answer.
func (c *checker) policy(text *source.String) {
	if _, ok := PolicyOf(text, limit.Local); !ok {
		c.bad(text.Span, fmt.Sprintf("unknown onFailure %q", text.Value), "write local, closed or open")
	}
}
