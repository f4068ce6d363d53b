package diag

import "slices"

// Security.
const (
	UnknownSecurityScheme Code = "GW6001"
	BadAPIKeySource       Code = "GW6002"
	BadAuthType           Code = "GW6003"
	BadAuthorizer         Code = "GW6004"
	SecuritySchemeNotYet  Code = "GW6908"
)

// closedWhenAllowed is what happens when a missing check is allowed.
const closedWhenAllowed = "The operation answers 500 Internal server error: what was to be guarded is never left open."

// securityCodes are the findings about who may call.
func securityCodes() []Info {
	return slices.Concat(schemeCodes(), policyCodes(), callerCodes())
}

func schemeCodes() []Info {
	return []Info{{
		Code: UnknownSecurityScheme, Title: "unknown security scheme",
		Explanation: "A security requirement names an entry of securityDefinitions (Swagger 2.0) or components.securitySchemes. There is none of this name, so it is not known how callers are to be checked.",
		Example:     "security:\n  - pets_auth: []   # not under securitySchemes",
		Remedy:      "Define the scheme, or correct its name.",
	}, {
		Code: BadAPIKeySource, Title: "unknown source of API keys",
		Explanation: "x-amazon-apigateway-api-key-source says where the API key of a request is: HEADER (the header X-API-Key) or AUTHORIZER (what the authorizer answers).",
		Example:     "x-amazon-apigateway-api-key-source: QUERY",
		Remedy:      "Write HEADER or AUTHORIZER.",
	}, {
		Code: BadAuthType, Title: "unknown type of x-amazon-apigateway-auth",
		Explanation: "The type of x-amazon-apigateway-auth is NONE or AWS_IAM. With another one it is not known how callers are to be checked.",
		Example:     "x-amazon-apigateway-auth: {type: IAM}",
		Remedy:      "Write NONE or AWS_IAM.",
	}, {
		Code: BadAuthorizer, Title: "malformed authorizer",
		Explanation: "The type of x-amazon-apigateway-authorizer is token or request, which ask a Lambda function; cognito_user_pools, which reads tokens of the pools in providerARNs; or jwt, which reads those of the issuer in jwtConfiguration.",
		Example:     "x-amazon-apigateway-authorizer: {type: lambda}",
		Remedy:      "Write token or request for a Lambda authorizer, cognito_user_pools for a Cognito one, jwt for another issuer, each with its own keys.",
	}, {
		Code: SecuritySchemeNotYet, Title: "security scheme that cannot be enforced",
		Explanation: "The operation asks for a security scheme that does not say how callers are to be checked (http, oauth2 or openIdConnect without a jwt authorizer, an apiKey other than x-api-key without an authorizer), or for several authorizers at once. Amazon API Gateway ignores such schemes in REST APIs; Gatewright does not leave an operation open that asks for a check.",
		Example:     "security: [{basic: []}]\ncomponents:\n  securitySchemes:\n    basic: {type: http, scheme: basic}",
		Remedy:      "Write an authorizer into the scheme, or take the requirement away where the backend checks for itself (security: []).",
		Allowed:     closedWhenAllowed,
	}}
}
