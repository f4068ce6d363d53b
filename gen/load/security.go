package load

import (
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/cfn"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// security reads a list of alternatives; nil when it is absent.
func (l *loader) security(n source.Node) *model.Security {
	s := &model.Security{Span: n.Key().Span}
	if guard, open := l.unknownGuard(n); open {
		s.Alternatives = append(s.Alternatives, guard)
		return s
	}
	if !l.wants(n, source.List, "security") {
		return nil
	}
	for _, item := range n.Items() {
		if guard, open := l.unknownGuard(item); open {
			s.Alternatives = append(s.Alternatives, guard)
			continue
		}
		if !l.isMap(item, "an item of security") {
			continue
		}
		var r model.SecurityRequirement
		for _, p := range item.Pairs() {
			r.Schemes = append(r.Schemes, model.SchemeUse{Name: p.Key, Scopes: l.list(p.Value, "the scopes of "+p.Key.Value)})
		}
		s.Alternatives = append(s.Alternatives, r)
	}
	return s
}

// unknownGuard makes a requirement that nothing meets of a function that could not be evaluated: were it absent, what it
// guards would be open where the finding is allowed.
func (l *loader) unknownGuard(n source.Node) (model.SecurityRequirement, bool) {
	if !l.intrinsic(n) {
		return model.SecurityRequirement{}, false
	}
	name, _ := cfn.Function(n)
	return model.SecurityRequirement{Schemes: []model.SchemeUse{{Name: source.String{Value: name, Span: n.Start()}}}}, true
}

// securitySchemes reads the schemes and the authorizers inside them.
func (l *loader) securitySchemes(api *model.API) {
	pairs := l.joined("components", "securitySchemes")
	if l.version == model.Swagger20 {
		pairs = l.joined("securityDefinitions")
	}
	for _, p := range pairs {
		l.reading = p.Key.Span
		n, ok := l.follow(p.Value, "security scheme")
		if !ok || !l.isMap(n, "a security scheme") {
			continue
		}
		s := &model.SecurityScheme{Name: p.Key}
		l.object(n, "a security scheme", nil,
			field{"type", func(n source.Node) { s.Type = orZero(l.text(n, "type")) }},
			field{"in", func(n source.Node) { s.In = orZero(l.text(n, "in")).Value }},
			field{"name", func(n source.Node) { s.ParameterName = orZero(l.text(n, "name")) }},
			field{"scheme", func(n source.Node) { s.HTTPScheme = strings.ToLower(orZero(l.text(n, "scheme")).Value) }},
			field{"openIdConnectUrl", func(n source.Node) { s.OpenIDConnectURL = orZero(l.text(n, "openIdConnectUrl")).Value }},
		)
		s.AuthType = l.text(l.extension(n, "authtype"), "authtype")
		s.Authorizer = l.authorizer(l.extension(n, "authorizer"))
		l.misplaced(n, "a security scheme")
		api.SecuritySchemes = append(api.SecuritySchemes, s)
	}
}

// authorizer reads x-amazon-apigateway-authorizer (rest.md 1.3).
func (l *loader) authorizer(n source.Node) *model.Authorizer {
	a := &model.Authorizer{Span: n.Key().Span}
	known := l.amazonObject(n, "the authorizer",
		field{"type", func(n source.Node) { a.Type = orZero(l.text(n, "type")) }},
		field{"authorizerUri", l.intoText(&a.URI, "authorizerUri")},
		field{"authorizerCredentials", l.intoText(&a.Credentials, "authorizerCredentials")},
		field{"identitySource", func(n source.Node) { a.IdentitySource = l.identitySource(n) }},
		field{"identityValidationExpression", func(n source.Node) { a.ValidationExpression = l.plainText(n, "identityValidationExpression") }},
		field{"authorizerResultTtlInSeconds", func(n source.Node) { a.ResultTTL = l.numberOrText(n, "authorizerResultTtlInSeconds") }},
		field{"providerARNs", l.intoList(&a.ProviderARNs, "providerARNs")},
		field{"authorizerPayloadFormatVersion", l.intoLiteral(&a.PayloadFormat, "authorizerPayloadFormatVersion")},
		field{"enableSimpleResponses", l.intoTruth(&a.EnableSimpleResponses, "enableSimpleResponses")},
		field{"jwtConfiguration", func(n source.Node) {
			l.amazonObject(n, "jwtConfiguration", field{"issuer", l.intoText(&a.Issuer, "issuer")}, field{"audience", l.intoList(&a.Audience, "audience")})
		}},
	)
	if !known {
		return nil
	}
	return a
}

// identitySource reads a text of sources joined by commas, or the list of them that HTTP APIs have.
func (l *loader) identitySource(n source.Node) *source.String {
	if n.Kind() != source.List {
		return l.text(n, "identitySource")
	}
	var parts []string
	for _, part := range l.list(n, "identitySource") {
		parts = append(parts, part.Value)
	}
	return &source.String{Value: strings.Join(parts, ","), Span: n.Span()}
}

// plainText reads a text in which ${ is nothing special, such as a regular expression.
func (l *loader) plainText(n source.Node, what string) *source.String {
	if !l.wants(n, source.Text, what) {
		return nil
	}
	text, _ := n.Text()
	text = l.files.env.Pseudo(text)
	return &text
}

// numberOrText reads a whole number that may be written as a text.
func (l *loader) numberOrText(n source.Node, what string) *source.Int {
	if text, ok := n.Text(); ok && n.Tag() == "" {
		if v, err := strconv.ParseInt(strings.TrimSpace(text.Value), 10, 64); err == nil {
			return &source.Int{Value: v, Span: text.Span}
		}
	}
	return l.number(n, what)
}
