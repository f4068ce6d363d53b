package diag

// Mapping expressions, uris and templates.
const (
	BadExpression        Code = "GW4001"
	WrongSide            Code = "GW4002"
	BadMappedName        Code = "GW4003"
	UnclosedLiteral      Code = "GW4004"
	UnknownContext       Code = "GW4005"
	LogOnlyContext       Code = "GW4006"
	BadJSONPath          Code = "GW4007"
	BadTarget            Code = "GW4008"
	RepeatedTarget       Code = "GW4009"
	UndeclaredParameter  Code = "GW4010"
	UnknownPathParameter Code = "GW4011"
	UnusedPathMapping    Code = "GW4012"
	UnmappedPlaceholder  Code = "GW4013"
	MappingNotText       Code = "GW4014"
	BadURIText           Code = "GW4015"
	BadTemplateReference Code = "GW4016"
)

// mappingCodes are the findings about mapping expressions, uris and templates.
func mappingCodes() []Info {
	return append(expressionCodes(), targetCodes()...)
}

func expressionCodes() []Info {
	return []Info{{
		Code: BadExpression, Title: "not a mapping expression",
		Explanation: "The value of a parameter mapping is an expression: on requests method.request.{path,querystring,multivaluequerystring,header,multivalueheader}.NAME or method.request.body[.PATH]; on responses integration.response.{header,multivalueheader}.NAME or integration.response.body[.PATH]; on both context.NAME, stageVariables.NAME, or a literal text in single quotes.",
		Example:     "requestParameters:\n  integration.request.header.X-Kind: pet   # a literal is written 'pet'",
		Remedy:      "Put a literal into single quotes (in YAML: \"'pet'\"), or write one of the expressions above.",
	}, {
		Code: WrongSide, Title: "expression that has no value here",
		Explanation: "Request mappings read the client's request (method.request.…), response mappings the backend's response (integration.response.…), and gateway responses the client's request. The other side is not at hand.",
		Example:     "responseParameters:\n  method.response.header.X-Id: method.request.header.X-Id",
		Remedy:      "Read the value from the side that the mapping stands on.",
	}, {
		Code: BadMappedName, Title: "bad name in a mapping",
		Explanation: "The names of parameters, headers and stage variables in mappings are made of letters, digits, and the characters . _ $ and -; stage variables of letters, digits and _.",
		Example:     "requestParameters:\n  integration.request.header.X Kind: \"'pet'\"",
		Remedy:      "Correct the name.",
	}, {
		Code: UnclosedLiteral, Title: "literal without its closing quote",
		Explanation: "A literal text in a mapping stands between two single quotes, and nothing follows the second.",
		Example:     "responseParameters:\n  method.response.header.Access-Control-Allow-Origin: \"'*\"",
		Remedy:      "Close the literal with a single quote.",
	}, {
		Code: UnknownContext, Title: "unknown context variable",
		Explanation: "There is no context variable of this name, so the mapping would never send anything.",
		Example:     "requestParameters:\n  integration.request.header.X-Ip: context.identity.sourceIP   # sourceIp",
		Remedy:      "Write one of the names that Amazon's gateway knows; upper and lower case count.",
	}, {
		Code: LogOnlyContext, Title: "context variable of access logs",
		Explanation: "This context variable is known only when the response has been sent; it can be used in access logs, not in mappings.",
		Example:     "requestParameters:\n  integration.request.header.X-Latency: context.responseLatency",
		Remedy:      "Take the mapping away, or use a variable that is known while the request is served.",
	}, {
		Code: BadJSONPath, Title: "malformed JSON path",
		Explanation: "What follows body. in a mapping is a JSON path without its leading $.: names and indexes such as pets[0].name, pets[*].id, ['odd name'], [1:3] or ..id.",
		Example:     "requestParameters:\n  integration.request.header.X-Name: method.request.body.pets[0.name",
		Remedy:      "Correct the path.",
	}, {
		Code: UndeclaredParameter, Title: "mapping from an undeclared parameter",
		Explanation: "A mapping may read the parameters that the operation declares, and no others. Names count with upper and lower case, those of headers too.",
		Example:     "get:\n  parameters: [{name: page, in: query}]\n  x-amazon-apigateway-integration:\n    requestParameters:\n      integration.request.querystring.p: method.request.querystring.Page",
		Remedy:      "Declare the parameter under the operation's parameters, or correct the name.",
		Allowed:     "The value is read all the same.",
	}, {
		Code: UnknownPathParameter, Title: "mapping from a parameter that the path does not have",
		Explanation: "method.request.path.NAME reads the part of the path that the template calls NAME. The template of this operation has no such part.",
		Example:     "/pets/{id}:\n  get:\n    x-amazon-apigateway-integration:\n      requestParameters:\n        integration.request.path.id: method.request.path.petId",
		Remedy:      "Write a name that stands in the path template.",
	}, {
		Code: MappingNotText, Title: "mapping whose value is no text",
		Explanation: "The value of a mapping is a text with an expression. Amazon API Gateway drops others (numbers, true, null) with a warning, and the backend does not get the parameter.",
		Example:     "requestParameters:\n  integration.request.header.X-Debug: true",
		Remedy:      "For a literal write single quotes inside double ones: \"'true'\".",
		Allowed:     "The mapping is dropped, as Amazon does.",
	}}
}

func targetCodes() []Info {
	return []Info{{
		Code: BadTarget, Title: "not a target of a mapping",
		Explanation: "The key of a mapping says where its value goes: integration.request.{path,querystring,header}.NAME on requests, method.response.header.NAME on responses, gatewayresponse.header.NAME in gateway responses.",
		Example:     "requestParameters:\n  integration.request.headers.X-Kind: \"'pet'\"   # header",
		Remedy:      "Write one of the keys above.",
	}, {
		Code: RepeatedTarget, Title: "one target mapped twice",
		Explanation: "The same place is the target of two mappings, header names compared without regard to case.",
		Example:     "requestParameters:\n  integration.request.header.X-Kind: \"'pet'\"\n  integration.request.header.x-kind: \"'toy'\"",
		Remedy:      "Take one of the two away.",
	}, {
		Code: UnusedPathMapping, Title: "mapped path parameter that the uri does not use",
		Explanation: "integration.request.path.NAME fills {NAME} in the integration's uri. The uri has no {NAME}, so the value goes nowhere.",
		Example:     "uri: http://pets.example/pets\nrequestParameters:\n  integration.request.path.id: method.request.path.id",
		Remedy:      "Write {NAME} into the uri, or take the mapping away.",
	}, {
		Code: UnmappedPlaceholder, Title: "placeholder of a uri that nothing fills",
		Explanation: "{NAME} in an integration's uri is filled by integration.request.path.NAME. Without that mapping the backend gets the braces and the name as they stand.",
		Example:     "uri: http://pets.example/pets/{id}   # no integration.request.path.id",
		Remedy:      "Map it: `integration.request.path.id: method.request.path.id`.",
	}, {
		Code: BadURIText, Title: "malformed uri",
		Explanation: "An integration's uri is text with {NAME} for mapped path parameters and ${stageVariables.NAME} for stage variables. Every brace needs its partner.",
		Example:     "uri: http://${stageVariables.host/pets",
		Remedy:      "Close the brace, or write a literal one as %7B or %7D.",
	}, {
		Code: BadTemplateReference, Title: "reference that a gateway response does not know",
		Explanation: "The templates of gateway responses are no mapping templates: $context.NAME, $stageVariables.NAME and method.request.{header,querystring,path}.NAME are replaced by their values, all other text is sent as it stands.",
		Example:     "responseTemplates:\n  application/json: '{\"ip\": \"$context.identity.sourceIP\"}'",
		Remedy:      "Correct the name of the variable.",
	}}
}
