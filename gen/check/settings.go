package check

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// settings checks what the root says of the API and its gateway.
func (c *checker) settings() {
	c.unknownKeys()
	c.apiSettings()
	c.laterNode(diag.HTTPAPINotYet, c.api.HTTPAPICORS)
	c.domains()
	c.laterNode(diag.WebSocketNotYet, c.api.WebSocket)
	c.laterNode(diag.PortalNotYet, c.api.Portal)
	c.laterNode(diag.CORSNotYet, c.api.CORS)
	c.endpoint()
}

// unknownKeys reports the extensions that nobody knows: Amazon ignores its own, ours would not be done.
func (c *checker) unknownKeys() {
	amazon := amazonKeys()
	gateway := append(amazonKeys(), gatewayKeys()...)
	for i, key := range c.api.Unknown {
		name, ours := strings.CutPrefix(key.Value, "x-gateway-")
		if !ours {
			name = strings.TrimPrefix(key.Value, "x-amazon-apigateway-")
		}
		d := diag.Diagnostic{Code: diag.UnknownAmazonKey, Severity: diag.Warning, Span: key.Span, Message: fmt.Sprintf("unknown key %q", key.Value)}
		known := amazon
		if ours {
			known = gateway
			d.Code, d.Severity = diag.UnknownGatewayKey, diag.Error
		}
		if i < diag.Limit { // nobody reads further
			if near := diag.Nearest(name, known); near != "" {
				d.Help = fmt.Sprintf("did you mean %s%s?", strings.TrimSuffix(key.Value, name), near)
			}
		}
		c.add(d)
	}
}

// amazonKeys returns what follows x-amazon-apigateway- (rest.md 1.1).
func amazonKeys() []string {
	return strings.Fields(`any-method api-key-source auth authorizer authtype binary-media-types cors documentation endpoint-access-mode
		endpoint-configuration gateway-responses importexport-version integration integrations minimum-compression-size policy request-validator
		request-validators security-policy tag-value`)
}

// gatewayKeys returns what follows x-gateway- beyond Amazon's (extensions.md).
func gatewayKeys() []string {
	return strings.Fields(`api stages account usage-plans api-keys upstreams functions issuers principals domains websocket portal cors
		validate store upstream function throttle cache timeout max-body`)
}

var (
	accountID = regexp.MustCompile(`^[0-9]{12}$`)
	apiID     = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)
	region    = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)
)

// apiSettings checks x-gateway-api.
func (c *checker) apiSettings() {
	if t := c.api.APIType; t != nil {
		switch t.Value {
		case "REST":
		case "HTTP":
			c.later(diag.HTTPAPINotYet, t.Span, "an API of type HTTP")
		case "WEBSOCKET":
			c.later(diag.WebSocketNotYet, t.Span, "an API of type WEBSOCKET")
		default:
			c.setting(t, "type of API", "write REST, HTTP or WEBSOCKET")
		}
	}
	if id := c.api.APIID; id != nil && !apiID.MatchString(id.Value) {
		c.setting(id, "id of an API", "write letters and digits, such as a1b2c3d4e5")
	}
	if account := c.api.Account; account != nil && !accountID.MatchString(account.Value) {
		c.setting(account, "account", "write twelve digits in quotes, such as \"123456789012\"")
	}
	if r := c.api.Region; r != nil && !region.MatchString(r.Value) {
		c.setting(r, "region", "write one such as us-east-1")
	}
}

func (c *checker) setting(value *source.String, what, help string) {
	c.add(diag.Diagnostic{Code: diag.BadAPISetting, Span: value.Span, Message: fmt.Sprintf("%q is no %s", value.Value, what), Help: help})
}

// endpoint checks how clients may reach the API.
func (c *checker) endpoint() {
	private := c.api.PrivateType
	if e := c.api.EndpointConfiguration; e != nil && len(e.VPCEndpointIDs) > 0 {
		c.vpcEndpoints(e.VPCEndpointIDs)
		private = &e.VPCEndpointIDs[0]
	}
	if private != nil && c.api.Policy == nil {
		c.add(diag.Diagnostic{Code: diag.PrivateWithoutPolicy, Span: private.Span, Message: "a private API without a resource policy refuses every request",
			Help: "write x-amazon-apigateway-policy with a statement that allows execute-api:Invoke, such as on the condition StringEquals: {aws:SourceVpce: [the endpoints]}"})
	}
	if mode := c.api.EndpointAccessMode; mode != nil {
		switch mode.Value {
		case "BASIC":
		case "STRICT":
			c.later(diag.SecurityPolicyNotYet, mode.Span, "strict access to the endpoint")
		default:
			c.setting(mode, "endpoint access mode", "write BASIC or STRICT")
		}
	}
	if policy := c.api.SecurityPolicy; policy != nil && policy.Value != "TLS_1_0" && policy.Value != "TLS_1_2" {
		c.later(diag.SecurityPolicyNotYet, policy.Span, fmt.Sprintf("the TLS policy %s", policy.Value))
	}
}

var vpcEndpointID = regexp.MustCompile(`^vpce-[0-9a-f]+$`)

// vpcEndpoints checks what makes an API private (rest.md 12.6 and 15).
func (c *checker) vpcEndpoints(ids []source.String) {
	for _, id := range ids {
		if !vpcEndpointID.MatchString(id.Value) {
			c.add(diag.Diagnostic{Code: diag.BadVPCEndpoint, Span: id.Span, Message: fmt.Sprintf("%q is no id of a VPC endpoint", id.Value),
				Help: "write one such as vpce-1a2b3c4d"})
		}
	}
}

var (
	stageName     = regexp.MustCompile(`^([A-Za-z0-9_-]{1,128}|\$default)$`)
	variableName  = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)
	variableValue = regexp.MustCompile(`^[A-Za-z0-9._~:/?#&=,-]{0,512}$`)
)

// stages checks x-gateway-stages (rest.md 13).
func (c *checker) stages() {
	for _, stage := range c.api.Stages {
		if !stageName.MatchString(stage.Name.Value) {
			c.add(diag.Diagnostic{Code: diag.BadStageName, Span: stage.Name.Span, Message: fmt.Sprintf("%q is no name of a stage", stage.Name.Value),
				Help: "a name is made of letters, digits, - and _, at most 128 of them"})
		}
		for _, variable := range stage.Variables {
			if !variableName.MatchString(variable.Name.Value) {
				c.add(diag.Diagnostic{Code: diag.BadStageVariable, Span: variable.Name.Span,
					Message: fmt.Sprintf("%q is no name of a stage variable", variable.Name.Value), Help: "a name is made of letters, digits and _, at most 64 of them"})
			}
			if !variableValue.MatchString(variable.Value.Value) {
				c.add(diag.Diagnostic{Code: diag.BadStageVariable, Span: variable.Value.Span,
					Message: fmt.Sprintf("stage variable %s has a value that stage variables cannot have", variable.Name.Value),
					Help:    "a value is made of letters, digits and - . _ ~ : / ? # & = and comma, at most 512 of them"})
			}
		}
		if p := stage.Certificate; p != nil {
			c.keyPair(p.Span, p.CertFile, p.KeyFile, true)
		}
		for _, setting := range stage.Other {
			c.stageSetting(setting)
		}
	}
}

// stageSetting reports a setting of a stage that is still to come.
func (c *checker) stageSetting(setting model.Setting) {
	code, known := map[string]diag.Code{
		"cache": diag.CacheNotYet, "accessLog": diag.LogsNotYet, "deployment": diag.CanaryNotYet,
		"canary": diag.CanaryNotYet, "tracing": diag.TracingNotYet,
		"logging": diag.LogsNotYet, "metrics": diag.MethodMetricsNotYet,
	}[setting.Key.Value]
	switch {
	case known:
		c.later(code, setting.Key.Span, fmt.Sprintf("%s of a stage", setting.Key.Value))
	default:
		c.add(diag.Diagnostic{Code: diag.UnknownGatewayKey, Span: setting.Key.Span, Message: fmt.Sprintf("unknown key %q of a stage", setting.Key.Value)})
	}
}
