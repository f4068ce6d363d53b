package load

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// neighbours warns of what other resources of a template say of the API, such as how much may be called: a template is read
// for its document. What the documents of the command line say themselves is not missed.
func (l *loader) neighbours(api *model.API) {
	for _, doc := range l.roots {
		if doc.resource == nil {
			continue
		}
		n := neighbour{loader: l, api: api, name: doc.resource.Key.Value}
		for _, p := range doc.template.Get("Resources").Pairs() {
			n.look(p)
		}
	}
}

// neighbour looks at resources beside the API of that logical name.
type neighbour struct {
	*loader
	api  *model.API
	name string
}

func (n neighbour) look(p source.Pair) {
	kind, _ := p.Value.Get("Type").Text()
	properties := p.Value.Get("Properties")
	ours := n.mentions(properties.Get("RestApiId").YAML)
	switch kind.Value {
	case "AWS::ApiGateway::UsagePlan":
		if len(n.api.UsagePlans) == 0 && n.mentions(properties.Get("ApiStages").YAML) {
			n.resource(p, kind, "write x-gateway-usage-plans, with x-gateway-api-keys, into a document beside the template")
		}
	case "AWS::ApiGateway::Stage":
		if ours && len(n.api.Stages) == 0 {
			n.stage(kind, properties)
		}
	case "AWS::ApiGateway::Deployment":
		if ours && len(n.api.Stages) == 0 {
			n.stage(kind, properties.Get("StageDescription"))
		}
	case "AWS::ApiGateway::GatewayResponse":
		if ours {
			n.resource(p, kind, "write x-amazon-apigateway-gateway-responses into the document")
		}
	case "AWS::ApiGateway::Method":
		if ours {
			n.resource(p, kind, "write the operation into the document")
		}
	}
}

// stage looks at the settings of a stage that change how the API answers.
func (n neighbour) stage(kind source.String, settings source.Node) {
	for _, p := range settings.Pairs() {
		switch p.Key.Value {
		case "MethodSettings", "Variables", "CanarySetting":
			if !isIdle(p) {
				n.unread(p, kind, strings.Replace(helps[p.Key.Value], "into the document", "into a document beside the template", 1))
			}
		case "ThrottlingRateLimit", "ThrottlingBurstLimit":
			n.unread(p, kind, "write x-gateway-stages with a throttle into a document beside the template")
		}
	}
}

func (n neighbour) resource(p source.Pair, kind source.String, help string) {
	n.warn(diag.UnreadResource, p.Key.Span, help, "%s %s has no effect: %s alone is read of the template", kind.Value, p.Key.Value, n.name)
}

func (n neighbour) unread(p source.Pair, kind source.String, help string) {
	n.warn(diag.UnreadResource, p.Key.Span, help, "%s of %s has no effect: %s alone is read of the template", p.Key.Value, kind.Value, n.name)
}

// mentions reports whether a value names the API: by Ref, Fn::GetAtt or Fn::Sub.
func (n neighbour) mentions(value *yaml.Node) bool {
	if value == nil {
		return false
	}
	if value.Kind == yaml.AliasNode {
		value = value.Alias
	}
	text := value.Value
	if text == n.name || strings.HasPrefix(text, n.name+".") || strings.Contains(text, "${"+n.name+"}") || strings.Contains(text, "${"+n.name+".") {
		return true
	}
	for _, child := range value.Content {
		if n.mentions(child) {
			return true
		}
	}
	return false
}
