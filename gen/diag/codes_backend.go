package diag

// What answers an operation, as far as no single integration is at fault.
const (
	NoIntegration           Code = "GW3001"
	NoServer                Code = "GW3002"
	ServerNotAbsolute       Code = "GW3003"
	LambdaNotYet            Code = "GW3901"
	ServiceNotYet           Code = "GW3902"
	FunctionNotYet          Code = "GW3903"
	ResponseStreamingNotYet Code = "GW3904"
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
	}, {
		Code: LambdaNotYet, Title: "Lambda integrations are not supported yet",
		Explanation: "The operation is answered by a Lambda function (type aws_proxy, or aws with a function's ARN). Gatewright cannot invoke functions yet.",
		Example:     "x-amazon-apigateway-integration:\n  type: aws_proxy\n  httpMethod: POST\n  uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:GetPet/invocations",
		Remedy:      "Put an HTTP server in front of the function and use http_proxy, or allow the code.",
		Allowed:     "The operation answers 500 Internal server error.",
	}, {
		Code: ServiceNotYet, Title: "AWS service integrations are not supported yet",
		Explanation: "The operation calls an AWS service such as DynamoDB, SQS or S3 (type aws). Gatewright cannot call AWS services yet.",
		Example:     "x-amazon-apigateway-integration:\n  type: aws\n  httpMethod: POST\n  uri: arn:aws:apigateway:us-east-1:dynamodb:action/GetItem",
		Remedy:      "Put an HTTP server in front of the service and use http_proxy, or allow the code.",
		Allowed:     "The operation answers 500 Internal server error.",
	}, {
		Code: FunctionNotYet, Title: "functions are not supported yet",
		Explanation: "x-gateway-function and x-gateway-functions let functions answer operations. Gatewright cannot invoke functions yet.",
		Example:     "x-gateway-function: GetPet",
		Remedy:      "Put an HTTP server in front of the function and use x-gateway-upstream, or allow the code.",
		Allowed:     "Operations with x-gateway-function answer 500 Internal server error; the entries of x-gateway-functions are not used.",
	}, {
		Code: ResponseStreamingNotYet, Title: "response transfer mode is not supported yet",
		Explanation: "responseTransferMode STREAM lets a Lambda function stream its answer. Gatewright cannot do that yet; answers of http_proxy integrations stream without it.",
		Example:     "x-amazon-apigateway-integration:\n  type: aws_proxy\n  responseTransferMode: STREAM",
		Remedy:      "Take the key away, or allow the code.",
		Allowed:     "The answer is sent when it is complete.",
	}}
}
