package load

import (
	"regexp"
	"strconv"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// gatewayAPI reads x-gateway-api, which other keys depend on.
func (l *loader) gatewayAPI(api *model.API) {
	l.settings(l.topGateway("api"), "x-gateway-api",
		field{"type", l.intoText(&api.APIType, "type")},
		field{"id", l.intoLiteral(&api.APIID, "id")},
		field{"account", l.intoLiteral(&api.Account, "account")},
		field{"region", l.intoText(&api.Region, "region")},
	)
}

// gatewaySettings reads the other x-gateway-* keys of the root (extensions.md).
func (l *loader) gatewaySettings(api *model.API) {
	s := &api.GatewaySettings
	for _, name := range []string{"upstream", "function", "validate", "throttle", "cache", "timeout", "max-body"} {
		l.topGateway(name) // for conflicts between documents
	}
	for _, doc := range l.roots {
		l.routeSettings(doc.root, &s.Gateway)
	}
	s.Stages = l.stages(l.topGateway("stages"))
	s.Upstream = l.upstreams(l.topGateway("upstreams"))
	s.Function = l.functions(l.topGateway("functions"))
	s.Principals = l.principals(l.topGateway("principals"))
	s.Issuers = l.issuers(l.topGateway("issuers"))
	s.APIKeys = l.apiKeys(l.topGateway("api-keys"))
	s.UsagePlans = l.usagePlans(l.topGateway("usage-plans"))
	s.Domains = l.domains(l.topGateway("domains"))
	s.AccountThrottle = l.accountThrottle(l.topGateway("account"))
	s.StoreFailure = l.store(l.topGateway("store"))
	for name, into := range map[string]**source.Node{
		"websocket": &s.WebSocket,
		"portal":    &s.Portal, "cors": &s.CORS,
	} {
		*into = node(l.topGateway(name))
	}
	l.shapes(s)
}

// stages reads x-gateway-stages.
func (l *loader) stages(n source.Node) []*model.Stage {
	if !l.isMap(n, "x-gateway-stages") {
		return nil
	}
	var list []*model.Stage
	for _, p := range n.Pairs() {
		stage := &model.Stage{Name: p.Key}
		other := func(n source.Node) {
			stage.Other = append(stage.Other, model.Setting{Key: n.Key(), Value: n})
			l.shape(n, "the "+n.Key().Value+" of a stage", stageShapes[n.Key().Value])
		}
		ok := l.settings(p.Value, "a stage",
			field{"description", func(n source.Node) { stage.Description = note(n) }},
			field{"variables", func(n source.Node) { stage.Variables = l.variables(n, "variables", "a stage variable") }},
			field{"throttle", func(n source.Node) { stage.Throttle = l.throttle(n, "the throttle of a stage", nil) }},
			field{"methods", func(n source.Node) { stage.Methods = l.stageMethods(n, stage) }},
			field{"cache", other}, field{"accessLog", other},
			field{"deployment", other}, field{"canary", other}, field{"tracing", other},
			field{"clientCertificate", func(n source.Node) { stage.Certificate = l.keyPair(n, "clientCertificate") }},
		)
		if ok || p.Value.Kind() == source.Null {
			list = append(list, stage)
		}
	}
	return list
}

// stageMethods reads the throttles of single methods; their other settings are kept as they stand.
func (l *loader) stageMethods(n source.Node, stage *model.Stage) []model.MethodThrottle {
	return l.methodThrottles(n, "the methods of a stage", func(p source.Pair) {
		inner, known := methodShapes[p.Key.Value]
		if !known {
			l.unknownKey("a method of a stage", "throttle", "logging", "cache", "metrics")(p)
			return
		}
		stage.Other = append(stage.Other, model.Setting{Key: p.Key, Value: p.Value})
		l.shape(p.Value, "the "+p.Key.Value+" of a method", inner)
	})
}

// keyPair reads the files of a certificate and its key.
func (l *loader) keyPair(n source.Node, what string) *model.KeyPair {
	p := &model.KeyPair{Span: n.Key().Span}
	ok := l.settings(n, what,
		field{"certFile", l.intoText(&p.CertFile, "certFile")},
		field{"keyFile", l.intoText(&p.KeyFile, "keyFile")},
	)
	if !ok {
		return nil
	}
	return p
}

// variables reads names with values; numbers and truth values are texts too.
func (l *loader) variables(n source.Node, what, item string) []model.Variable {
	if !l.isMap(n, what) {
		return nil
	}
	var list []model.Variable
	for _, p := range n.Pairs() {
		value := l.literal(p.Value, item)
		if value == nil && p.Value.Kind() == source.Null {
			value = &source.String{Span: p.Value.Span()}
		}
		if value != nil {
			list = append(list, model.Variable{Name: p.Key, Value: *value})
		}
	}
	return list
}

// routeSettings reads the x-gateway-* keys that may stand at the root, a path item or an operation. What s already
// has stays.
func (l *loader) routeSettings(n source.Node, s *model.RouteSettings) {
	for _, text := range []struct {
		name string
		into **source.String
	}{{"upstream", &s.Upstream}, {"function", &s.Function}, {"validate", &s.Validate}} {
		if at := l.gateway(n, text.name); !at.IsZero() && *text.into == nil {
			*text.into = l.text(at, gatewayPrefix+text.name)
		}
	}
	if at := l.gateway(n, "throttle"); !at.IsZero() && s.Throttle == nil {
		s.Throttle = l.routeThrottle(at)
	}
	if at := l.gateway(n, "cache"); !at.IsZero() && s.Cache == nil {
		s.Cache = node(at)
		l.shape(at, "x-gateway-cache", shape{"ttlSeconds": nil, "key": nil, "staleWhileRevalidateSeconds": nil, "staleIfErrorSeconds": nil})
	}
	if at := l.gateway(n, "timeout"); !at.IsZero() && s.Timeout == nil {
		s.Timeout = l.number(at, "x-gateway-timeout")
	}
	if at := l.gateway(n, "max-body"); !at.IsZero() && s.MaxBody == nil {
		s.MaxBody = l.byteSize(at, "x-gateway-max-body")
	}
}

// sizeText matches a number of bytes with its unit.
var sizeText = regexp.MustCompile(`^\s*(\d{1,12})\s*(|KiB|MiB|GiB)\s*$`)

// byteSize reads a number of bytes, or a text with a unit.
func (l *loader) byteSize(n source.Node, what string) *source.Int {
	text, ok := n.Text()
	if !ok || n.Tag() != "" {
		return l.number(n, what)
	}
	parts := sizeText.FindStringSubmatch(text.Value)
	if parts == nil {
		l.wrongKind(n, "a number of bytes such as 1024 or 10 MiB", what)
		return nil
	}
	value, err := strconv.ParseInt(parts[1], 10, 64)
	shift := map[string]int{"": 0, "KiB": 10, "MiB": 20, "GiB": 30}[parts[2]]
	if err != nil || value > (1<<62)>>shift {
		l.wrongKind(n, "a smaller number of bytes", what)
		return nil
	}
	return &source.Int{Value: value << shift, Span: text.Span}
}
