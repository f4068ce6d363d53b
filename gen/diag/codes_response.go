package diag

// Responses.
const (
	UndeclaredHeader       Code = "GW5001"
	UndeclaredStatus       Code = "GW5002"
	UnknownGatewayResponse Code = "GW5003"
	BadGatewayStatus       Code = "GW5004"
	BadGatewayHeader       Code = "GW5005"
	CompressionRange       Code = "GW5006"
	NoEffectGatewayTarget  Code = "GW5007"
	NoEffectGatewayType    Code = "GW5008"
	BadBinaryMediaType     Code = "GW5009"
)

// responseCodes are the findings about responses.
func responseCodes() []Info {
	return []Info{{
		Code: UndeclaredHeader, Title: "mapped response header that is not declared",
		Explanation: "An integration response may map the headers that the operation's response of the same status declares, and no others. Amazon API Gateway refuses to import the document.",
		Example:     "responses:\n  \"200\": {description: ok}   # no headers\nx-amazon-apigateway-integration:\n  responses:\n    default:\n      statusCode: 200\n      responseParameters:\n        method.response.header.X-Id: integration.response.header.X-Id",
		Remedy:      "Declare the header under the response's headers.",
		Allowed:     "The header is sent all the same.",
	}, {
		Code: UndeclaredStatus, Title: "integration response with an undeclared status",
		Explanation: "The statusCode of an integration response must be one of the operation's responses. Amazon API Gateway refuses to import the document.",
		Example:     "responses:\n  \"200\": {description: ok}\nx-amazon-apigateway-integration:\n  responses:\n    default: {statusCode: 201}",
		Remedy:      "Declare a response for the status, or correct the status.",
		Allowed:     "The status is sent all the same.",
	}, {
		Code: UnknownGatewayResponse, Title: "unknown type of gateway response",
		Explanation: "The keys of x-amazon-apigateway-gateway-responses are the types of errors that the gateway answers itself, such as UNAUTHORIZED, THROTTLED, MISSING_AUTHENTICATION_TOKEN, DEFAULT_4XX and DEFAULT_5XX.",
		Example:     "x-amazon-apigateway-gateway-responses:\n  DEFAULT_4xx: {statusCode: 404}",
		Remedy:      "Write one of the types, in capitals.",
		Allowed:     "The entry has no effect.",
	}, {
		Code: BadGatewayStatus, Title: "bad status of a gateway response",
		Explanation: "The status of a gateway response is a number from 100 to 599.",
		Example:     "x-amazon-apigateway-gateway-responses:\n  DEFAULT_4XX: {statusCode: \"4xx\"}",
		Remedy:      "Write a status such as 404.",
	}, {
		Code: BadGatewayHeader, Title: "header that a gateway response cannot set",
		Explanation: "A header that a gateway response sets must not be one that frames the message or rules its connection (Content-Length, Transfer-Encoding, Connection and such): the gateway itself sets those.",
		Example:     "responseParameters:\n  gatewayresponse.header.Content-Length: \"'5'\"",
		Remedy:      "Take the mapping away.",
	}, {
		Code: CompressionRange, Title: "minimum compression size out of range",
		Explanation: "x-amazon-apigateway-minimum-compression-size is a number of bytes from 0 to 10485760; absent or null, nothing is compressed.",
		Example:     "x-amazon-apigateway-minimum-compression-size: -1",
		Remedy:      "Write a number within the range, or take the key away.",
	}, {
		Code: NoEffectGatewayTarget, Title: "target of a gateway response without effect",
		Explanation: "Amazon's guide lists gatewayresponse.path.NAME and gatewayresponse.querystring.NAME as targets, but a response has neither path nor query string, so they do nothing.",
		Example:     "responseParameters:\n  gatewayresponse.path.id: \"'1'\"",
		Remedy:      "Take the mapping away.",
	}, {
		Code: NoEffectGatewayType, Title: "gateway response that cannot be changed",
		Explanation: "A request that is too large is refused before the API is known, so the entry REQUEST_TOO_LARGE does nothing.",
		Example:     "x-amazon-apigateway-gateway-responses:\n  REQUEST_TOO_LARGE: {statusCode: 400}",
		Remedy:      "Take the entry away.",
	}, {
		Code: BadBinaryMediaType, Title: "binary media type that never matches",
		Explanation: "An entry of x-amazon-apigateway-binary-media-types is a whole media type such as image/png, a right-hand wildcard such as image/*, or */* for everything. Anything else matches nothing.",
		Example:     "x-amazon-apigateway-binary-media-types: [\"*/png\"]",
		Remedy:      "Write the media type as clients send it.",
	}}
}
