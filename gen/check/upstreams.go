package check

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// maxMillis and maxSeconds keep every duration within what Go's clocks can add.
const (
	maxMillis  = math.MaxInt32
	maxSeconds = math.MaxInt32 / 1000
)

// upstreamSettings checks x-gateway-upstreams (extensions.md).
func (c *checker) upstreamSettings() {
	for _, upstream := range c.api.Upstream {
		c.targets(upstream)
		c.balance(upstream)
		c.health(upstream)
		c.retries(upstream)
		c.upstreamTLS(upstream)
		c.number("connectTimeoutMillis", upstream.ConnectTimeout, 1, maxMillis)
		c.number("idleTimeoutSeconds", upstream.IdleTimeout, 1, maxSeconds)
		c.number("maxConnections", upstream.MaxConnections, 1, math.MaxInt32)
		c.number("maxConcurrent", upstream.MaxConcurrent, 0, math.MaxInt32)
	}
}

func (c *checker) targets(upstream *model.Upstream) {
	if len(upstream.Targets) == 0 {
		c.add(diag.Diagnostic{Code: diag.NoTargets, Span: upstream.Name.Span, Message: fmt.Sprintf("upstream %q has no targets", upstream.Name.Value),
			Help: "write at least one, such as http://10.0.0.1:8080"})
	}
	seen := make(map[string]model.Target)
	for _, target := range upstream.Targets {
		if message, help := badAddress(target.URL.Value); message != "" {
			c.add(diag.Diagnostic{Code: diag.BadTargetURL, Span: target.URL.Span, Message: message, Help: help})
			continue
		}
		c.number("weight", target.Weight, 1, 1_000_000)
		key := strings.TrimSuffix(target.URL.Value, "/")
		if first, known := seen[key]; known {
			c.add(diag.Diagnostic{Code: diag.RepeatedUpstream, Span: target.URL.Span, Message: fmt.Sprintf("target %s stands twice", key),
				Help: "take one away; a weight gives a target more requests", Related: []diag.Related{{Span: first.URL.Span, Message: "the first one"}}})
			continue
		}
		seen[key] = target
	}
}

func (c *checker) balance(upstream *model.Upstream) {
	ways := []string{"p2c", "round_robin", "least_connections", "hash"}
	way := "p2c"
	if upstream.Balance != nil {
		way = upstream.Balance.Value
		if !slices.Contains(ways, way) {
			c.add(diag.Diagnostic{Code: diag.BadBalance, Span: upstream.Balance.Span, Message: fmt.Sprintf("unknown way to balance %q", way),
				Help: nearest(c, way, ways, itself, "write p2c, round_robin, least_connections or hash")})
			return
		}
	}
	switch {
	case way == "hash" && upstream.HashOn == nil:
		c.add(diag.Diagnostic{Code: diag.BadHashOn, Span: upstream.Balance.Span, Message: "hash does not say what it hashes on", Help: "write hashOn, such as header:X-User"})
	case way != "hash" && upstream.HashOn != nil:
		c.add(diag.Diagnostic{Code: diag.BadHashOn, Span: upstream.HashOn.Span, Message: fmt.Sprintf("hashOn has no meaning for %s", way), Help: "write balance: hash, or take hashOn away"})
	case way == "hash":
		on := upstream.HashOn.Value
		if name, ok := strings.CutPrefix(on, "header:"); on != "client-ip" && on != "path" && (!ok || !httpguts.ValidHeaderFieldName(name)) {
			c.add(diag.Diagnostic{Code: diag.BadHashOn, Span: upstream.HashOn.Span, Message: fmt.Sprintf("%q cannot be hashed on", on),
				Help: "write header:NAME, client-ip or path"})
		}
	}
}

func (c *checker) health(upstream *model.Upstream) {
	if h := upstream.Health; h != nil {
		if h.Path != nil && (!strings.HasPrefix(h.Path.Value, "/") || strings.ContainsFunc(h.Path.Value, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' })) {
			c.add(diag.Diagnostic{Code: diag.BadHealthPath, Span: h.Path.Span, Message: fmt.Sprintf("%q is no path", h.Path.Value), Help: "write one such as /healthz"})
		}
		c.number("intervalSeconds", h.Interval, 1, maxSeconds)
		c.number("timeoutMillis", h.Timeout, 1, maxMillis)
		c.number("healthyAfter", h.HealthyAfter, 1, 1000)
		c.number("unhealthyAfter", h.UnhealthyAfter, 1, 1000)
	}
	if p := upstream.Passive; p != nil {
		c.number("consecutiveFailures", p.ConsecutiveFailures, 1, math.MaxInt32)
		c.number("ejectSeconds", p.Eject, 1, maxSeconds)
	}
}

func (c *checker) retries(upstream *model.Upstream) {
	r := upstream.Retries
	if r == nil {
		return
	}
	c.number("attempts", r.Attempts, 0, 10)
	for _, reason := range r.On {
		status, err := strconv.Atoi(reason.Value)
		if reason.Value != "connect" && (err != nil || status < 500 || status > 599) {
			c.add(diag.Diagnostic{Code: diag.BadRetries, Span: reason.Span, Message: fmt.Sprintf("%q is no reason to try again", reason.Value),
				Help: "write connect, or a status from 500 to 599"})
		}
	}
	if r.Budget != nil {
		if budget, err := strconv.ParseFloat(r.Budget.Value, 64); err != nil || !(budget > 0 && budget <= 1) {
			c.add(diag.Diagnostic{Code: diag.BadRetries, Span: r.Budget.Span, Message: fmt.Sprintf("the budget of retries is %s, but must be above 0 and at most 1", r.Budget.Value),
				Help: "write attempts: 0 where nothing is to be sent again"})
		}
	}
}

func (c *checker) upstreamTLS(upstream *model.Upstream) {
	t := upstream.TLS
	if t == nil {
		return
	}
	c.keyPair(t.Span, t.CertFile, t.KeyFile, false)
	https := slices.ContainsFunc(upstream.Targets, func(target model.Target) bool { return strings.HasPrefix(target.URL.Value, "https://") })
	if !https && len(upstream.Targets) > 0 {
		c.add(diag.Diagnostic{Code: diag.BadUpstreamTLS, Span: t.Span, Message: fmt.Sprintf("upstream %q has TLS settings, but no https target", upstream.Name.Value),
			Help: "write https:// before its targets, or take tls away"})
	}
}

// keyPair checks that a certificate and its key are named together; wanted says that they must be there.
func (c *checker) keyPair(at source.Span, cert, key *source.String, wanted bool) {
	bad := func(at source.Span, message, help string) {
		c.add(diag.Diagnostic{Code: diag.BadUpstreamTLS, Span: at, Message: message, Help: help})
	}
	switch hasCert, hasKey := valueOf(cert) != "", valueOf(key) != ""; {
	case hasCert && !hasKey:
		bad(cert.Span, "a certificate without its key", "write keyFile too")
	case hasKey && !hasCert:
		bad(key.Span, "a key without its certificate", "write certFile too")
	case wanted && !hasCert:
		bad(at, "a client certificate without files", "write certFile and keyFile")
	}
}
