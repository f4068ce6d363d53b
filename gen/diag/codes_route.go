package diag

// Routes and parameters.
const (
	RouteConflict         Code = "GW2001"
	SeveralVariables      Code = "GW2002"
	ChildOfGreedy         Code = "GW2003"
	BadPathTemplate       Code = "GW2004"
	BadParameterName      Code = "GW2005"
	GreedyNotWhole        Code = "GW2006"
	RepeatedPathParameter Code = "GW2007"
	ParameterNotInPath    Code = "GW2008"
	ParameterNotDeclared  Code = "GW2009"
	TooManySegments       Code = "GW2010"
	PathCannotBeServed    Code = "GW2011"
	ParameterInTwoPlaces  Code = "GW2012"
	UnknownValidator      Code = "GW2101"
	BadValidator          Code = "GW2102"
	BadValidateMode       Code = "GW2103"
	BadParameterStyle     Code = "GW2104"
	UncheckedContent      Code = "GW2105"
)

// routeCodes are the findings about paths, parameters and their validation.
func routeCodes() []Info {
	return append(pathCodes(), parameterCodes()...)
}

func pathCodes() []Info {
	return []Info{{
		Code: RouteConflict, Title: "two operations serve the same requests",
		Explanation: "Two path templates that differ only in the names of their parameters match the same requests. When both have an operation for a method, nobody could say which of the two answers.",
		Example:     "paths:\n  /pets/{id}:\n    get: {}\n  /pets/{petId}:\n    get: {}   # the same requests",
		Remedy:      "Put both operations under one path, or make the paths differ in their literal text.",
	}, {
		Code: SeveralVariables, Title: "several variable children of one path",
		Explanation: "Amazon API Gateway lets a resource have one variable child only: /pets/{id} and /pets/{name}/toys cannot stand in one API, as the segment has two names. Documents for Amazon keep that rule. {x} and {y+} are two variables as well.",
		Example:     "paths:\n  /pets/{id}: {}\n  /pets/{name}/toys: {}",
		Remedy:      "Give the segment one name in all paths.",
		Allowed:     "Both paths are served; the segment has the name that the matching path gives it.",
	}, {
		Code: ChildOfGreedy, Title: "a path below a greedy parameter",
		Explanation: "A greedy parameter such as {proxy+} takes the rest of the path, so nothing can follow it.",
		Example:     "paths:\n  /{proxy+}/edit: {}",
		Remedy:      "Move the greedy parameter to the end of the path, or make it an ordinary one: {proxy}.",
	}, {
		Code: BadPathTemplate, Title: "malformed path template",
		Explanation: "A path is literal text with parameters in braces. Every brace needs its partner, braces do not nest, and two parameters in one segment need literal text between them, as nobody could say where one ends and the next begins.",
		Example:     "paths:\n  /pets/{id: {}\n  /pets/{a}{b}: {}",
		Remedy:      "Write each parameter as {name}, with literal text between two of one segment.",
	}, {
		Code: BadParameterName, Title: "bad name of a parameter",
		Explanation: "The name of a parameter is made of letters, digits, and the characters . _ $ and -.",
		Example:     "paths:\n  /pets/{pet id}: {}",
		Remedy:      "Rename the parameter.",
	}, {
		Code: GreedyNotWhole, Title: "greedy parameter inside a segment",
		Explanation: "A greedy parameter such as {proxy+} takes whole segments: it cannot share its segment with other text.",
		Example:     "paths:\n  /files/v{path+}: {}",
		Remedy:      "Give the greedy parameter a segment of its own at the end of the path.",
	}, {
		Code: RepeatedPathParameter, Title: "a parameter stands twice in one path",
		Explanation: "A parameter has one value. A path that holds the same name twice would give it two.",
		Example:     "paths:\n  /users/{id}/pets/{id}: {}",
		Remedy:      "Give each parameter a name of its own.",
	}, {
		Code: TooManySegments, Title: "path has too many segments",
		Explanation: "A gateway looks at the first 32 segments of a request's path and refuses longer ones unless a greedy parameter takes the rest, so a template with more segments could never match.",
		Example:     "paths:\n  /1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25/26/27/28/29/30/31/32/33: {}",
		Remedy:      "Shorten the path, or take its end with a greedy parameter: /1/2/{rest+}.",
	}, {
		Code: PathCannotBeServed, Title: "path that no request can have",
		Explanation: "Requests are matched by their path after duplicate slashes are joined, and requests whose path has dot segments, control characters or backslashes are refused. A template that holds such things could never match.",
		Example:     "paths:\n  /a//b: {}\n  /a/../b: {}\n  /search?q=x: {}",
		Remedy:      "Write the path as clients send it: it starts with a slash, has no empty segment, no . or .. segment, no query and no fragment.",
	}}
}

func parameterCodes() []Info {
	return []Info{{
		Code: ParameterNotInPath, Title: "path parameter that is not in the path",
		Explanation: "A parameter `in: path` gets its value from the place in the path template that has its name. Without one it has no value, and a required one makes every request fail.",
		Example:     "paths:\n  /pets/{id}:\n    get:\n      parameters: [{name: petId, in: path, required: true}]",
		Remedy:      "Give the parameter and the place in the path the same name, or take the parameter away.",
		Allowed:     "The parameter has no value.",
	}, {
		Code: ParameterNotDeclared, Title: "path parameter that is not declared",
		Explanation: "OpenAPI wants every parameter of a path declared. The gateway serves the path all the same, but mappings cannot use the parameter, and tools that read the document do not know it.",
		Example:     "paths:\n  /pets/{id}:\n    get: {responses: {}}   # no parameter id",
		Remedy:      "Declare the parameter: {name: id, in: path, required: true, schema: {type: string}}.",
	}, {
		Code: ParameterInTwoPlaces, Title: "one parameter name in two places",
		Explanation: "Amazon API Gateway wants the names of an operation's parameters to be unique across path, query string and header.",
		Example:     "parameters:\n  - {name: id, in: path, required: true}\n  - {name: id, in: query}",
		Remedy:      "Rename one of the two.",
		Allowed:     "Both parameters are there, each under its own place.",
	}, {
		Code: UnknownValidator, Title: "unknown request validator",
		Explanation: "x-amazon-apigateway-request-validator names an entry of x-amazon-apigateway-request-validators at the root of the document. There is none of this name, so nothing would be validated.",
		Example:     "x-amazon-apigateway-request-validators:\n  all: {validateRequestBody: true, validateRequestParameters: true}\nx-amazon-apigateway-request-validator: al",
		Remedy:      "Write the name of one of the validators.",
		Allowed:     "Nothing is validated.",
	}, {
		Code: BadValidator, Title: "request validator without its two settings",
		Explanation: "A request validator says for body and parameters whether they are validated: validateRequestBody and validateRequestParameters are both required.",
		Example:     "x-amazon-apigateway-request-validators:\n  all: {validateRequestBody: true}",
		Remedy:      "Write both settings.",
		Allowed:     "The absent setting counts as false.",
	}, {
		Code: BadValidateMode, Title: "unknown value of x-gateway-validate",
		Explanation: "x-gateway-validate is off (nothing is validated), amazon (what the request validators say) or strict (everything the document says).",
		Example:     "x-gateway-validate: full",
		Remedy:      "Write off, amazon or strict.",
	}, {
		Code: BadParameterStyle, Title: "style that a parameter cannot have",
		Explanation: "A parameter's style says how its value is written: simple, label and matrix in paths, form, spaceDelimited, pipeDelimited and deepObject in queries, simple in headers, form in cookies. Strict validation reads values by it. Where the document asks for strict validation this is an error, elsewhere a warning, and the parameter's value is not checked.",
		Example:     "parameters:\n  - {name: filter, in: header, style: deepObject, schema: {type: object}}",
		Remedy:      "Write a style that the place can have, or take it away.",
		Allowed:     "The value of the parameter is not checked.",
	}, {
		Code: UncheckedContent, Title: "schema that requests are not checked against",
		Explanation: "Strict validation checks bodies and parameters that are JSON. A body of another media type is streamed as it is, and a parameter whose content is another media type is passed on: the schema says nothing to the gateway.",
		Example:     "x-gateway-validate: strict\npaths:\n  /a:\n    post: {requestBody: {content: {multipart/form-data: {schema: {type: object}}}}}",
		Remedy:      "Let the backend check such bodies.",
	}}
}
