package diag

// amazonCodes are the findings about integrations with Lambda functions and with other services of Amazon's.
func amazonCodes() []Info {
	return []Info{{
		Code: BadFunctionURI, Title: "uri that names no function",
		Explanation: "The uri of an aws_proxy integration is that of Lambda's API: arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION/invocations. FUNCTION is a function's ARN or name, with or without version or alias; stage variables (${stageVariables.x}) may stand in it.",
		Example:     "x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, uri: \"arn:aws:lambda:us-east-1:123456789012:function:GetPet\"}",
		Remedy:      "Write the whole uri. To call a function by its name alone, write x-gateway-function instead of the integration.",
		Allowed:     "The operation answers 500 Internal server error.",
	}, {
		Code: BadFunctionMethod, Title: "function that is not called by POST",
		Explanation: "Lambda's API takes POST alone, whatever method the client used. Amazon API Gateway accepts another httpMethod and then answers 500 to every request.",
		Example:     "x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: GET, uri: …}",
		Remedy:      "Write `httpMethod: POST`.",
		Allowed:     "The operation answers 500 Internal server error, as Amazon's does.",
	}, {
		Code: BadServiceURI, Title: "uri that names no AWS service",
		Explanation: "The uri of an aws integration is arn:aws:apigateway:REGION:SERVICE:action/ACTION or arn:aws:apigateway:REGION:SERVICE:path/PATH; a subdomain may stand before the service (BUCKET.s3). Stage variables and {placeholders} may stand in the path only.",
		Example:     "x-amazon-apigateway-integration: {type: aws, httpMethod: POST, uri: \"arn:aws:sqs:us-east-1:123456789012:orders\"}",
		Remedy:      "Write the uri in one of these forms, such as arn:aws:apigateway:us-east-1:sqs:path/123456789012/orders.",
		Allowed:     "The operation answers 500 Internal server error.",
	}, {
		Code: UnknownServiceAction, Title: "action of a service that is not known",
		Explanation: "Where a uri names an action, the gateway must know how the service wants to be told: by an X-Amz-Target header or in the query. It does not know this service.",
		Example:     "uri: arn:aws:apigateway:us-east-1:newservice:action/DoIt",
		Remedy:      "Write `path/` instead, and map what the service wants: its X-Amz-Target and Content-Type, or the query parameters Action and Version.",
		Allowed:     "The action goes into the query, as with the services of Amazon's query protocol.",
	}, {
		Code: BadCredentials, Title: "credentials that are no role",
		Explanation: "The credentials of an integration are the ARN of the role that signs: arn:aws:iam::ACCOUNT:role/NAME, in which stage variables may stand. arn:aws:iam::*:user/* stands for the caller's own: the key that has signed the request, which the operation has to ask for (AWS_IAM).",
		Example:     "credentials: my-role",
		Remedy:      "Write the role's ARN. Without credentials the gateway signs with its own, as the AWS SDKs find them.",
		Allowed:     "The operation answers 500 Internal server error.",
	}, {
		Code: BadTransferMode, Title: "integration that cannot stream",
		Explanation: "responseTransferMode STREAM passes an answer on while it comes. Only proxies can do that: http_proxy and aws_proxy. The answers of other integrations are mapped, for which they must be whole.",
		Example:     "x-amazon-apigateway-integration:\n  type: aws\n  responseTransferMode: STREAM",
		Remedy:      "Take the key away, or use a proxy. Objects of S3 stream without it where no template reads them.",
		Allowed:     "The answer is sent when it is complete.",
	}}
}
