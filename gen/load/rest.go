package load

import (
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// restSettings reads Amazon's extensions of the root (rest.md 1.1).
func (l *loader) restSettings(api *model.API) {
	s := &api.RESTSettings
	s.APIKeySource = l.text(l.topExtension("api-key-source"), "api-key-source")
	s.BinaryMediaTypes = l.list(l.topExtension("binary-media-types"), "binary-media-types")
	s.EndpointAccessMode = l.text(l.topExtension("endpoint-access-mode"), "endpoint-access-mode")
	if at := l.topExtension("endpoint-configuration"); !at.IsZero() {
		s.EndpointConfiguration = l.endpointConfiguration(at)
	}
	s.SecurityPolicy = l.text(l.topExtension("security-policy"), "security-policy")
	s.GatewayResponses = l.gatewayResponses(l.topExtension("gateway-responses"))
	s.MinimumCompressionSize = l.number(l.topExtension("minimum-compression-size"), "minimum-compression-size")
	s.Policy = l.policy(l.topExtension("policy"))
	s.RequestValidator = l.text(l.topExtension("request-validator"), "request-validator")
	s.RequestValidators = l.requestValidators(l.topExtension("request-validators"))
	s.Documentation = node(l.topExtension("documentation"))
	s.ImportExportVersion = l.literal(l.topExtension("importexport-version"), "importexport-version")
	s.HTTPAPICORS = node(l.amazonCORS())
}

// amazonCORS returns x-amazon-apigateway-cors, which has no twin: x-gateway-cors is a key of our own.
func (l *loader) amazonCORS() source.Node {
	return l.topmost("cors", func(root source.Node, name string) source.Node {
		value := root.Get(amazonPrefix + name)
		if !value.IsZero() {
			l.use(value)
		}
		return value
	})
}

// endpointConfiguration reads x-amazon-apigateway-endpoint-configuration.
func (l *loader) endpointConfiguration(n source.Node) *model.EndpointConfiguration {
	c := &model.EndpointConfiguration{Span: n.Key().Span}
	ok := l.amazonObject(n, n.Key().Value,
		field{"disableExecuteApiEndpoint", l.intoTruth(&c.DisableExecuteAPIEndpoint, "disableExecuteApiEndpoint")},
		field{"vpcEndpointIds", l.intoList(&c.VPCEndpointIDs, "vpcEndpointIds")},
	)
	if !ok {
		return nil
	}
	return c
}

// gatewayResponses reads x-amazon-apigateway-gateway-responses (rest.md 1.5).
func (l *loader) gatewayResponses(n source.Node) []*model.GatewayResponse {
	if !l.isMap(n, n.Key().Value) {
		return nil
	}
	var list []*model.GatewayResponse
	for _, p := range n.Pairs() {
		r := &model.GatewayResponse{Type: p.Key}
		ok := l.amazonObject(p.Value, "a gateway response",
			field{"statusCode", l.intoLiteral(&r.StatusCode, "statusCode")},
			field{"responseParameters", func(n source.Node) { r.Parameters = l.mappings(n, "responseParameters") }},
			field{"responseTemplates", func(n source.Node) { r.Templates = l.templates(n, "responseTemplates") }},
		)
		if ok || p.Value.Kind() == source.Null {
			list = append(list, r)
		}
	}
	return list
}

// requestValidators reads x-amazon-apigateway-request-validators.
func (l *loader) requestValidators(n source.Node) []*model.RequestValidator {
	if !l.isMap(n, n.Key().Value) {
		return nil
	}
	var list []*model.RequestValidator
	for _, p := range n.Pairs() {
		v := &model.RequestValidator{Name: p.Key}
		ok := l.amazonObject(p.Value, "a request validator",
			field{"validateRequestBody", l.intoTruth(&v.Body, "validateRequestBody")},
			field{"validateRequestParameters", l.intoTruth(&v.Parameters, "validateRequestParameters")},
		)
		if ok {
			list = append(list, v)
		}
	}
	return list
}
