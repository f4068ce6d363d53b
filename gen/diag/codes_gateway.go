package diag

// Settings of the gateway.
const (
	UnknownAmazonKey     Code = "GW7001"
	UnknownGatewayKey    Code = "GW7002"
	BadStageName         Code = "GW7003"
	BadStageVariable     Code = "GW7004"
	BadAPISetting        Code = "GW7005"
	BadVPCEndpoint       Code = "GW7006"
	PrivateWithoutPolicy Code = "GW7007"
	NoTargets            Code = "GW7010"
	BadTargetURL         Code = "GW7011"
	RepeatedUpstream     Code = "GW7012"
	NumberOutOfRange     Code = "GW7013"
	BadBalance           Code = "GW7014"
	BadHashOn            Code = "GW7015"
	BadUpstreamTLS       Code = "GW7016"
	UnknownUpstream      Code = "GW7017"
	BadRetries           Code = "GW7018"
	BadHealthPath        Code = "GW7019"
	BadFunctionPlace     Code = "GW7020"
	BadFunctionName      Code = "GW7021"
	UnlinkedFunction     Code = "GW7022"
	WebSocketNotYet      Code = "GW7901"
	HTTPAPINotYet        Code = "GW7902"
	PortalNotYet         Code = "GW7903"
	CacheNotYet          Code = "GW7906"
	CanaryNotYet         Code = "GW7907"
	LogsNotYet           Code = "GW7908"
	TracingNotYet        Code = "GW7910"
	DomainsNotYet        Code = "GW7911"
	CORSNotYet           Code = "GW7912"
	SecurityPolicyNotYet Code = "GW7914"
	MethodMetricsNotYet  Code = "GW7916"
)

// gatewayCodes are the findings about the settings of a gateway.
func gatewayCodes() []Info {
	return append(settingCodes(), append(upstreamCodes(), append(functionCodes(), append(domainCodes(), append(limitCodes(), laterCodes()...)...)...)...)...)
}

func settingCodes() []Info {
	return []Info{{
		Code: UnknownAmazonKey, Title: "unknown key of Amazon's",
		Explanation: "There is no x-amazon-apigateway-* key of this name. Amazon API Gateway ignores it, and so does Gatewright.",
		Example:     "x-amazon-apigateway-integraton: {type: mock}",
		Remedy:      "Correct the name, or take the key away.",
	}, {
		Code: UnknownGatewayKey, Title: "unknown key of Gatewright's",
		Explanation: "There is no x-gateway-* key of this name, so what it asks for would not happen.",
		Example:     "x-gateway-upstraem: pets",
		Remedy:      "Correct the name, or take the key away.",
		Allowed:     "The key is ignored.",
	}, {
		Code: BadStageName, Title: "bad name of a stage",
		Explanation: "The name of a stage is the first part of its URLs: letters, digits, - and _, at most 128 of them, and $default alone.",
		Example:     "x-gateway-stages:\n  prod/eu: {}",
		Remedy:      "Rename the stage.",
	}, {
		Code: BadStageVariable, Title: "bad stage variable",
		Explanation: "The name of a stage variable is made of letters, digits and _; its value of letters, digits and the characters - . _ ~ : / ? # & = and comma, at most 512 of them.",
		Example:     "x-gateway-stages:\n  prod:\n    variables: {back-end: pets.internal}",
		Remedy:      "Rename the variable, or correct its value.",
	}, {
		Code: BadAPISetting, Title: "bad setting of the API",
		Explanation: "x-gateway-api says what the API is: type REST, HTTP or WEBSOCKET; id ten lower-case letters and digits (others are taken as they are when they consist of letters and digits); account twelve digits; region a name such as us-east-1.",
		Example:     "x-gateway-api: {type: SOAP}",
		Remedy:      "Correct the value.",
	}, {
		Code: BadVPCEndpoint, Title: "bad id of a VPC endpoint",
		Explanation: "vpcEndpointIds names the VPC endpoints that lead to a private API. An id is vpce- with hexadecimal digits in lower case; nobody could come through an endpoint of another name.",
		Example:     "x-amazon-apigateway-endpoint-configuration: {vpcEndpointIds: [vpc-1a2b3c4d]}",
		Remedy:      "Write the endpoint's id, such as vpce-1a2b3c4d.",
	}, {
		Code: PrivateWithoutPolicy, Title: "private API without a resource policy",
		Explanation: "vpcEndpointIds makes an API private, and so does the type PRIVATE in a template's EndpointConfiguration. Amazon API Gateway lets nobody into a private API whose resource policy does not allow it, and so into none without a policy.",
		Example:     "x-amazon-apigateway-endpoint-configuration: {vpcEndpointIds: [vpce-1a2b3c4d]}   # and no x-amazon-apigateway-policy",
		Remedy:      "Write x-amazon-apigateway-policy with a statement that allows execute-api:Invoke, and perhaps one that denies it unless aws:SourceVpce is the endpoint; or take vpcEndpointIds or PRIVATE away.",
	}}
}

func upstreamCodes() []Info {
	return []Info{{
		Code: NoTargets, Title: "upstream without targets",
		Explanation: "An upstream is one or more addresses that answer requests. This one has none.",
		Example:     "x-gateway-upstreams:\n  pets: {targets: []}",
		Remedy:      "Write at least one target: `targets: [\"http://10.0.0.1:8080\"]`.",
	}, {
		Code: BadTargetURL, Title: "bad address of a backend",
		Explanation: "The address of a backend is an http or https URL with a host and perhaps a port and a base path, which comes before the path of each request. It has no query, no fragment and no user name.",
		Example:     "x-gateway-upstreams:\n  pets: {targets: [\"10.0.0.1:8080\"]}",
		Remedy:      "Write it as http://10.0.0.1:8080.",
	}, {
		Code: RepeatedUpstream, Title: "one target twice in an upstream",
		Explanation: "The same address stands twice among the targets of an upstream, which would count its failures twice.",
		Example:     "x-gateway-upstreams:\n  pets: {targets: [\"http://10.0.0.1\", \"http://10.0.0.1\"]}",
		Remedy:      "Take one away, and give the other a weight: {url: \"http://10.0.0.1\", weight: 2}.",
	}, {
		Code: NumberOutOfRange, Title: "number out of range",
		Explanation: "The number is smaller or larger than its meaning allows; the message says the range.",
		Example:     "x-gateway-timeout: 0",
		Remedy:      "Write a number within the range.",
	}, {
		Code: BadBalance, Title: "unknown way to balance",
		Explanation: "balance says which target of an upstream gets the next request: p2c (the less busy of two drawn at random), round_robin, least_connections, or hash (always the same one for the same hashOn value).",
		Example:     "x-gateway-upstreams:\n  pets: {targets: [\"http://10.0.0.1\"], balance: random}",
		Remedy:      "Write p2c, round_robin, least_connections or hash.",
	}, {
		Code: BadHashOn, Title: "hashOn and balance do not fit",
		Explanation: "With balance: hash, hashOn says what is hashed: header:NAME, client-ip or path; with any other balance it has no meaning.",
		Example:     "x-gateway-upstreams:\n  pets: {targets: [\"http://10.0.0.1\"], balance: hash}",
		Remedy:      "Write both, or neither.",
	}, {
		Code: BadUpstreamTLS, Title: "TLS settings that do not fit",
		Explanation: "certFile and keyFile, which the gateway shows to its backend, belong together, in an upstream's tls and in a stage's clientCertificate. An upstream's TLS settings have a meaning only for https targets.",
		Example:     "x-gateway-upstreams:\n  pets:\n    targets: [\"https://10.0.0.1\"]\n    tls: {certFile: gateway.pem}",
		Remedy:      "Write both files, or neither.",
	}, {
		Code: UnknownUpstream, Title: "unknown upstream",
		Explanation: "The name is not one of x-gateway-upstreams.",
		Example:     "x-gateway-upstream: pet   # the upstream is called pets",
		Remedy:      "Define the upstream under x-gateway-upstreams, correct the name, or write a URL.",
	}, {
		Code: BadRetries, Title: "unknown reason to try again",
		Explanation: "retries.on lists what makes the gateway send a request again: connect (the target could not be reached), or a status from 500 to 599. The budget is a fraction above 0, at most 1.",
		Example:     "x-gateway-upstreams:\n  pets: {targets: [\"http://10.0.0.1\"], retries: {on: [timeout]}}",
		Remedy:      "Write connect or a status such as \"503\".",
	}, {
		Code: BadHealthPath, Title: "bad path of a health check",
		Explanation: "A health check asks each target for a path, which starts with a slash.",
		Example:     "x-gateway-upstreams:\n  pets: {targets: [\"http://10.0.0.1\"], health: {path: healthz}}",
		Remedy:      "Write it as /healthz.",
	}}
}

// notYet is a capability that is still to come.
func notYet(code Code, title, asks, example, allowed string) Info {
	remedy := "Take the key away, or allow the code."
	if allowed == "" {
		remedy = "Take the key away."
	}
	return Info{
		Code: code, Title: title + " not supported yet",
		Explanation: asks + " Gatewright cannot do that yet.",
		Example:     example,
		Remedy:      remedy,
		Allowed:     allowed,
	}
}

func laterCodes() []Info {
	return []Info{
		notYet(WebSocketNotYet, "WebSocket APIs are", "x-gateway-websocket, and x-gateway-api with type WEBSOCKET, describe a WebSocket API.",
			"x-gateway-api: {type: WEBSOCKET}", ""),
		notYet(HTTPAPINotYet, "HTTP APIs are", "x-gateway-api with type HTTP, x-amazon-apigateway-cors and integrationSubtype belong to HTTP APIs, which behave differently from REST APIs.",
			"x-gateway-api: {type: HTTP}", ""),
		notYet(PortalNotYet, "the portal is", "x-gateway-portal describes a portal for developers.",
			"x-gateway-portal: {}", "There is no portal."),
		notYet(CacheNotYet, "caching is", "The document wants responses cached.",
			"x-gateway-cache: {ttlSeconds: 60}", "Every request reaches the backend."),
		notYet(CanaryNotYet, "deployments and canaries are", "The stage is bound to a deployment, or splits its traffic.",
			"x-gateway-stages:\n  prod:\n    canary: {deployment: m4n5o6p7q8, percentTraffic: 10}", "The stage serves this document to everybody."),
		notYet(LogsNotYet, "access and execution logs are", "The stage wants access logs, or execution logs.",
			"x-gateway-stages:\n  prod:\n    accessLog: {format: $context.requestId, to: stdout}", "Nothing is written there."),
		notYet(TracingNotYet, "tracing is", "The stage wants its requests traced.",
			"x-gateway-stages:\n  prod:\n    tracing: {sampling: 0.05}", "Nothing is traced; trace headers pass."),
		notYet(DomainsNotYet, "routing rules of domains are", "The domain chooses stages by the headers of requests. (By base paths it can, already.)",
			"x-gateway-domains:\n  api.example.com:\n    mappings: {v1: {stage: prod}}\n    rules: [{headers: {X-Version: \"2*\"}, stage: beta, priority: 1}]", "The mappings alone count."),
		notYet(CORSNotYet, "CORS without operations is", "x-gateway-cors answers browsers' preflight requests. (Mock integrations for OPTIONS can, already.)",
			"x-gateway-cors: {allowOrigins: [\"*\"]}", "Preflight requests are not answered."),
		notYet(SecurityPolicyNotYet, "TLS policies are", "x-amazon-apigateway-security-policy and -endpoint-access-mode restrict how clients may connect.",
			"x-amazon-apigateway-security-policy: SecurityPolicy_TLS13_1_3_2025_09", "TLS 1.2 and 1.3 are served with Go's choice of ciphers."),
		notYet(MethodMetricsNotYet, "metrics of single methods are", "The stage switches the metrics of a method on or off.",
			"x-gateway-stages:\n  prod:\n    methods:\n      GET /pets: {metrics: true}", "The gateway counts as it always does."),
	}
}
