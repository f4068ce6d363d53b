package load

import (
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// integration reads x-amazon-apigateway-integration (rest.md 1.4).
func (l *loader) integration(n source.Node) *model.Integration {
	if n.IsZero() || n.Kind() == source.Null {
		return nil
	}
	before := l.errors
	in := &model.Integration{Span: n.Key().Span}
	n, ok := l.follow(n, "integration")
	if ok {
		l.object(n, "the integration", func(p source.Pair) { in.Unknown = append(in.Unknown, p.Key) }, l.integrationFields(in)...)
	}
	in.Incomplete = !ok || l.errors > before
	return in
}

func (l *loader) integrationFields(in *model.Integration) []field {
	return []field{
		{"type", func(n source.Node) { in.Type = orZero(l.text(n, "type")) }},
		{"uri", l.intoText(&in.URI, "uri")},
		{"httpMethod", l.intoText(&in.HTTPMethod, "httpMethod")},
		{"credentials", l.intoText(&in.Credentials, "credentials")},
		{"requestParameters", func(n source.Node) { in.RequestParameters = l.mappings(n, "requestParameters") }},
		{"requestTemplates", func(n source.Node) { in.RequestTemplates = l.templates(n, "requestTemplates") }},
		{"passthroughBehavior", l.intoText(&in.PassthroughBehavior, "passthroughBehavior")},
		{"contentHandling", l.intoText(&in.ContentHandling, "contentHandling")},
		{"timeoutInMillis", l.intoNumber(&in.TimeoutInMillis, "timeoutInMillis")},
		{"cacheNamespace", l.intoText(&in.CacheNamespace, "cacheNamespace")},
		{"cacheKeyParameters", l.intoList(&in.CacheKeyParameters, "cacheKeyParameters")},
		{"connectionType", l.intoText(&in.ConnectionType, "connectionType")},
		{"connectionId", l.intoText(&in.ConnectionID, "connectionId")},
		{"tlsConfig", func(n source.Node) { in.TLSConfig = l.tlsConfig(n) }},
		{"responses", func(n source.Node) { in.Responses = l.integrationResponses(n) }},
		{"payloadFormatVersion", l.intoLiteral(&in.PayloadFormat, "payloadFormatVersion")},
		{"integrationSubtype", l.intoText(&in.Subtype, "integrationSubtype")},
		{"responseTransferMode", l.intoText(&in.TransferMode, "responseTransferMode")},
	}
}

// tlsConfig reads an integration's tlsConfig.
func (l *loader) tlsConfig(n source.Node) *model.TLSConfig {
	config := &model.TLSConfig{Span: n.Key().Span}
	if !l.amazonObject(n, "tlsConfig", field{"insecureSkipVerification", l.intoTruth(&config.InsecureSkipVerification, "insecureSkipVerification")}) {
		return nil
	}
	return config
}

// integrationResponses reads the responses of an integration, in document order.
func (l *loader) integrationResponses(n source.Node) []*model.IntegrationResponse {
	if !l.isMap(n, "responses") {
		return nil
	}
	var list []*model.IntegrationResponse
	for _, p := range n.Pairs() {
		r := &model.IntegrationResponse{Pattern: p.Key}
		ok := l.amazonObject(p.Value, "a response of the integration",
			field{"statusCode", l.intoLiteral(&r.StatusCode, "statusCode")},
			field{"responseParameters", func(n source.Node) { r.Parameters = l.mappings(n, "responseParameters") }},
			field{"responseTemplates", func(n source.Node) { r.Templates = l.templates(n, "responseTemplates") }},
			field{"contentHandling", l.intoText(&r.ContentHandling, "contentHandling")},
		)
		if ok || p.Value.Kind() == source.Null {
			list = append(list, r)
		}
	}
	return list
}

// mappings reads a map of parameter mappings. What is not a text is kept and marked: Amazon drops it.
func (l *loader) mappings(n source.Node, what string) []model.Mapping {
	if !l.isMap(n, what) {
		return nil
	}
	var list []model.Mapping
	for _, p := range n.Pairs() {
		m := model.Mapping{Target: p.Key}
		switch text, ok := p.Value.Text(); {
		case l.intrinsic(p.Value):
			continue
		case ok:
			m.Source = l.resolve(text)
		default:
			text, _ := p.Value.Scalar()
			m.Source, m.NotString = source.String{Value: text.Value, Span: p.Value.Span()}, true
		}
		list = append(list, m)
	}
	return list
}

// templates reads a map of media types and templates. In a template ${ is the template language's.
func (l *loader) templates(n source.Node, what string) []model.Template {
	if !l.isMap(n, what) {
		return nil
	}
	var list []model.Template
	for _, p := range n.Pairs() {
		t := model.Template{MediaType: p.Key, Node: p.Value}
		if p.Value.Kind() == source.Null { // no text is the empty template
			t.Text = source.String{Span: p.Value.Span()}
		} else if text := l.plainText(p.Value, "a template"); text != nil {
			t.Text = *text
		} else {
			continue
		}
		list = append(list, t)
	}
	return list
}
