package diag

// One integration.
const (
	BadEndpoint             Code = "GW3101"
	BadHTTPMethod           Code = "GW3102"
	TimeoutOutOfRange       Code = "GW3103"
	UnknownLink             Code = "GW3104"
	ForbiddenHeader         Code = "GW3105"
	UnsentHeader            Code = "GW3106"
	BadPattern              Code = "GW3107"
	IdlePattern             Code = "GW3108"
	NoResponses             Code = "GW3109"
	BadStatusCode           Code = "GW3110"
	NoMockStatus            Code = "GW3111"
	UnknownIntegrationValue Code = "GW3112"
	UnknownIntegrationType  Code = "GW3113"
	BrokenTemplate          Code = "GW3114"
	UnknownIntegrationKey   Code = "GW3115"
	BadFunctionURI          Code = "GW3116"
	BadFunctionMethod       Code = "GW3117"
	BadServiceURI           Code = "GW3118"
	UnknownServiceAction    Code = "GW3119"
	BadCredentials          Code = "GW3120"
	BadTransferMode         Code = "GW3121"
)

// integrationCodes are the findings about one integration, GW31xx to GW38xx.
func integrationCodes() []Info {
	return append(endpointCodes(), append(answerCodes(), amazonCodes()...)...)
}

// endpointCodes are the findings about the way to a backend.
func endpointCodes() []Info {
	return []Info{{
		Code: BadEndpoint, Title: "uri that is no HTTP endpoint",
		Explanation: "The uri of an http or http_proxy integration is an http or https URL with a host; stage variables (${stageVariables.x}) may stand anywhere behind the scheme, {x} anywhere a mapping fills it.",
		Example:     "x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: pets.example/pets}",
		Remedy:      "Write the whole URL, such as https://pets.example/pets.",
	}, {
		Code: BadHTTPMethod, Title: "missing or unknown httpMethod",
		Explanation: "An http or http_proxy integration says by which method its backend is asked: one of DELETE GET HEAD OPTIONS PATCH POST PUT, or ANY for the client's own.",
		Example:     "x-amazon-apigateway-integration: {type: http_proxy, uri: \"https://pets.example\"}",
		Remedy:      "Write httpMethod.",
	}, {
		Code: TimeoutOutOfRange, Title: "timeoutInMillis out of range",
		Explanation: "Amazon API Gateway waits between 50 and 29000 milliseconds for a backend.",
		Example:     "timeoutInMillis: 60000",
		Remedy:      "Write a number within the range, or x-gateway-timeout, which has no upper bound.",
		Allowed:     "The time is taken as it is written.",
	}, {
		Code: UnknownLink, Title: "VPC link that is no upstream",
		Explanation: "An integration with connectionType VPC_LINK reaches its backend through a link that only Amazon's network knows. Gatewright takes connectionId for the name of an entry of x-gateway-upstreams, which says where the backend is; the uri's host remains the Host that it is asked for.",
		Example:     "connectionType: VPC_LINK\nconnectionId: abc123   # not under x-gateway-upstreams",
		Remedy:      "Add the entry: `x-gateway-upstreams: {abc123: {targets: [\"http://10.0.0.1:8080\"]}}`.",
		Allowed:     "The host of the uri is asked directly.",
	}, {
		Code: ForbiddenHeader, Title: "header that cannot be mapped",
		Explanation: "The gateway itself sets Content-Length, Transfer-Encoding, X-Amzn-Trace-Id and X-Amzn-Apigateway-Api-Id of the requests to backends. Amazon API Gateway accepts a mapping onto one of them and then answers 500 to every request.",
		Example:     "requestParameters:\n  integration.request.header.Content-Length: \"'0'\"",
		Remedy:      "Take the mapping away.",
		Allowed:     "The operation answers 500 Internal server error, as Amazon's does.",
	}, {
		Code: UnsentHeader, Title: "mapped header that is never sent",
		Explanation: "Connection, Expect, Proxy-Authenticate, TE and Via are about one connection, not about the request. Amazon API Gateway drops mappings onto them silently, and so does Gatewright.",
		Example:     "requestParameters:\n  integration.request.header.Via: \"'gateway'\"",
		Remedy:      "Take the mapping away.",
	}, {
		Code: UnknownIntegrationValue, Title: "unknown value in an integration",
		Explanation: "passthroughBehavior is when_no_match, when_no_templates or never; contentHandling is CONVERT_TO_BINARY or CONVERT_TO_TEXT; connectionType is INTERNET or VPC_LINK.",
		Example:     "passthroughBehavior: when_no_templtes",
		Remedy:      "Write one of the values.",
	}, {
		Code: UnknownIntegrationType, Title: "unknown type of integration",
		Explanation: "The type of an integration is http, http_proxy, aws, aws_proxy or mock.",
		Example:     "x-amazon-apigateway-integration: {type: htttp}",
		Remedy:      "Write one of the types.",
	}, {
		Code: UnknownIntegrationKey, Title: "unknown key of an integration",
		Explanation: "The integration object has no key of this name. Amazon API Gateway ignores it, and so does Gatewright.",
		Example:     "x-amazon-apigateway-integration: {type: mock, respones: {}}",
		Remedy:      "Correct the name, or take the key away.",
	}}
}

// answerCodes are the findings about templates and responses.
func answerCodes() []Info {
	return []Info{{
		Code: BadPattern, Title: "pattern that is no regular expression",
		Explanation: "The keys of an integration's responses are regular expressions (as in Java) that are compared with the whole status.",
		Example:     "responses:\n  \"4\\d{2\": {statusCode: \"400\"}",
		Remedy:      "Correct the expression.",
	}, {
		Code: IdlePattern, Title: "pattern that no status selects",
		Explanation: "No status from 100 to 599 selects this response: the expression matches none, or earlier responses match all of them. The expression is compared with the whole status; the text of an error is compared for Lambda functions only.",
		Example:     "responses:\n  \".*Not Found.*\": {statusCode: \"404\"}",
		Remedy:      "Write an expression over statuses such as 404 or 4\\d{2}, or take the response away.",
	}, {
		Code: NoResponses, Title: "integration without responses",
		Explanation: "What clients get from an http or mock integration is chosen among its responses. Without any, every request gets 500.",
		Example:     "x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '{\"statusCode\": 200}'}}",
		Remedy:      "Write `responses: {default: {statusCode: \"200\"}}`.",
		Allowed:     "The operation answers 500 Internal server error, as Amazon's does.",
	}, {
		Code: BadStatusCode, Title: "bad statusCode of a response",
		Explanation: "A response of an integration gives the status that clients get: a number from 100 to 599.",
		Example:     "responses:\n  default: {statusCode: OK}",
		Remedy:      "Write the status.",
		Allowed:     "The response answers 500 Internal server error.",
	}, {
		Code: NoMockStatus, Title: "mock without status",
		Explanation: "The request template of a mock integration must be a JSON object with an integer statusCode, which selects the response. With another one every request gets 500.",
		Example:     "requestTemplates:\n  application/json: '{\"statusCode\": \"200\"}'",
		Remedy:      "Write `{\"statusCode\": 200}`.",
		Allowed:     "The operation answers 500 Internal server error, as Amazon's does.",
	}, {
		Code: BrokenTemplate, Title: "template that does not parse",
		Explanation: "Velocity refuses a template that ends in $ or #, or that opens a raw block (#[[) without closing it. Amazon API Gateway answers 500 to every request that needs such a template.",
		Example:     "requestTemplates:\n  application/json: 'price in $'",
		Remedy:      "Correct the template.",
		Allowed:     "The operation answers 500 Internal server error, as Amazon's does.",
	}}
}
