package load

import (
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

const (
	amazonPrefix  = "x-amazon-apigateway-"
	gatewayPrefix = "x-gateway-"
)

// amazonNames are the extensions of rest.md 1.1, without their prefix.
var amazonNames = set("any-method", "api-key-source", "auth", "authorizer", "authtype", "binary-media-types", "cors",
	"documentation", "endpoint-access-mode", "endpoint-configuration", "gateway-responses", "importexport-version",
	"integration", "integrations", "minimum-compression-size", "policy", "request-validator", "request-validators",
	"security-policy", "tag-value")

// gatewayNames are the extensions of our own (extensions.md), without their prefix.
var gatewayNames = set("api", "stages", "account", "usage-plans", "api-keys", "upstreams", "functions", "issuers",
	"principals", "domains", "websocket", "portal", "cors", "store", "validate", "upstream", "function", "throttle",
	"cache", "timeout", "max-body")

// homes say where a known key belongs.
var homes = map[string]string{
	"any-method": "a path item", "integration": "an operation", "auth": "an operation", "authorizer": "a security scheme",
	"authtype": "a security scheme", "integrations": "components", "tag-value": "an item of tags",
	"endpoint-configuration": "the root (Swagger 2.0) or an item of servers", "request-validator": "the root or an operation",
	"validate": "the root, a path item or an operation", "upstream": "the root, a path item or an operation",
	"function": "the root, a path item or an operation", "throttle": "the root, a path item or an operation",
	"cache": "the root, a path item or an operation", "timeout": "the root, a path item or an operation",
	"max-body": "the root, a path item or an operation",
}

func set(names ...string) map[string]bool {
	s := make(map[string]bool, len(names))
	for _, name := range names {
		s[name] = true
	}
	return s
}

// extensionName splits an extension key into its name and whether it has our prefix.
func extensionName(key string) (name string, ours, ok bool) {
	if name, ok = strings.CutPrefix(key, amazonPrefix); ok {
		return name, false, true
	}
	name, ok = strings.CutPrefix(key, gatewayPrefix)
	return name, true, ok
}

// extension returns the value of an extension of Amazon's, under either of its names.
func (l *loader) extension(n source.Node, name string) source.Node {
	amazon, hasAmazon := n.Lookup(amazonPrefix + name)
	ours, hasOurs := n.Lookup(gatewayPrefix + name)
	if hasAmazon {
		l.use(amazon.Value)
	}
	if !hasOurs {
		return amazon.Value
	}
	l.use(ours.Value)
	if hasAmazon {
		l.found.Add(diag.Diagnostic{
			Code: diag.BothTwins, Severity: diag.Warning, Span: amazon.Key.Span,
			Message: amazon.Key.Value + " is ignored, because " + ours.Key.Value + " stands here too",
			Related: []diag.Related{{Span: ours.Key.Span, Message: "this one counts"}},
		})
	}
	return ours.Value
}

// gateway returns the value of an extension of our own.
func (l *loader) gateway(n source.Node, name string) source.Node {
	p, ok := n.Lookup(gatewayPrefix + name)
	if ok {
		l.use(p.Value)
	}
	return p.Value
}

// use remembers that the key of an extension was read.
func (l *loader) use(value source.Node) { l.used[value.KeyIdentity()] = true }

// known reports whether there is an extension of a name, with our prefix or Amazon's.
func known(name string, ours bool) bool { return amazonNames[name] || ours && gatewayNames[name] }

// homeOf says where a known extension belongs.
func homeOf(name string) string {
	if home := homes[name]; home != "" {
		return home
	}
	return "the root"
}

// misplaced reports the known extension keys of an object that were not read.
func (l *loader) misplaced(n source.Node, where string) {
	for key, value := range n.Entries() {
		name, ours, ok := extensionName(key)
		if ok && known(name, ours) && !l.used[value.KeyIdentity()] {
			l.use(value)
			l.error(diag.MisplacedKey, value.Key().Span, "it belongs into "+homeOf(name), "%s means nothing in %s", key, where)
		}
	}
}
