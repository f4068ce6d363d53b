package diag

// What answers an operation, as far as no single integration is at fault.
const (
	NoIntegration     Code = "GW3001"
	NoServer          Code = "GW3002"
	ServerNotAbsolute Code = "GW3003"
)

// backendCodes are the findings about what answers an operation.
func backendCodes() []Info {
	return []Info{{
		Code: NoIntegration, Title: "operation without integration",
		Explanation: "In a document for Amazon API Gateway each operation says what answers it: an x-amazon-apigateway-integration, or an x-gateway-upstream at the operation, its path or the root. An operation without one cannot be deployed.",
		Example:     "paths:\n  /pets:\n    get:\n      responses: {}",
		Remedy:      "Give the operation an x-amazon-apigateway-integration, or write x-gateway-upstream at the root for all operations without one.",
		Allowed:     "The operation answers 500 Internal server error.",
	}, {
		Code: NoServer, Title: "no server to proxy to",
		Explanation: "A document without Amazon's extensions is served by proxying each operation to the first of its servers. This one names none.",
		Example:     "openapi: 3.0.3\ninfo: {title: Pets, version: \"1\"}\npaths:\n  /pets:\n    get: {responses: {}}",
		Remedy:      "Write `servers: [{url: \"http://localhost:8080\"}]`, or `x-gateway-upstream: http://localhost:8080` at the root.",
	}, {
		Code: ServerNotAbsolute, Title: "server that is no address",
		Explanation: "A document without Amazon's extensions is served by proxying each operation to the first of its servers, so that server's URL must say scheme and host. A relative URL means the host that the document came from, which a file does not have.",
		Example:     "servers:\n  - url: /v1",
		Remedy:      "Write the whole URL (https://api.example.com/v1), or name the backend with x-gateway-upstream.",
	}}
}
