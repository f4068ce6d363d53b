package diag

import "slices"

// Security.
const (
	UnknownSecurityScheme Code = "GW6001"
	BadAPIKeySource       Code = "GW6002"
	BadAuthType           Code = "GW6003"
	BadAuthorizer         Code = "GW6004"
	CognitoNotYet         Code = "GW6902"
	IAMNotYet             Code = "GW6903"
	APIKeysNotYet         Code = "GW6904"
	MutualTLSNotYet       Code = "GW6906"
	TokenIssuersNotYet    Code = "GW6907"
	SecuritySchemeNotYet  Code = "GW6908"
)

// closedWhenAllowed is what happens when a missing check is allowed.
const closedWhenAllowed = "The operation answers 500 Internal server error: what was to be guarded is never left open."

// securityCodes are the findings about who may call.
func securityCodes() []Info {
	return slices.Concat(schemeCodes(), policyCodes(), guardCodes())
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
		Explanation: "The type of x-amazon-apigateway-authorizer is token, request or cognito_user_pools (or jwt), and it stands in a security scheme of type apiKey.",
		Example:     "x-amazon-apigateway-authorizer: {type: lambda}",
		Remedy:      "Write token or request for a Lambda authorizer, cognito_user_pools for a Cognito one.",
	}, {
		Code: SecuritySchemeNotYet, Title: "security scheme that cannot be enforced",
		Explanation: "The operation asks for a security scheme that Amazon API Gateway ignores in REST APIs (http, oauth2, openIdConnect, or an apiKey without authorizer). Gatewright does not leave an operation open that asks for a check.",
		Example:     "security: [{basic: []}]\ncomponents:\n  securitySchemes:\n    basic: {type: http, scheme: basic}",
		Remedy:      "Take the requirement away where the backend checks for itself (security: []).",
		Allowed:     closedWhenAllowed,
	}}
}

func guardCodes() []Info {
	return []Info{{
		Code: CognitoNotYet, Title: "Cognito authorizers are not supported yet",
		Explanation: "The operation is guarded by a Cognito user pool. Gatewright cannot verify its tokens yet, and never leaves a guarded operation open unasked.",
		Example:     "x-amazon-apigateway-authorizer:\n  type: cognito_user_pools\n  providerARNs: [\"arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1\"]",
		Remedy:      "Take the requirement away where the backend checks for itself.",
		Allowed:     closedWhenAllowed,
	}, {
		Code: IAMNotYet, Title: "IAM authorization is not supported yet",
		Explanation: "The operation wants requests signed with AWS Signature Version 4. Gatewright cannot verify signatures yet, and never leaves a guarded operation open unasked.",
		Example:     "x-amazon-apigateway-auth: {type: AWS_IAM}",
		Remedy:      "Take the requirement away where the backend checks for itself.",
		Allowed:     closedWhenAllowed,
	}, {
		Code: APIKeysNotYet, Title: "API keys are not supported yet",
		Explanation: "The operation wants an API key. Gatewright cannot check keys yet, and never leaves a guarded operation open unasked.",
		Example:     "securityDefinitions:\n  api_key: {type: apiKey, name: x-api-key, in: header}\nsecurity: [{api_key: []}]",
		Remedy:      "Take the requirement away where the backend checks for itself.",
		Allowed:     closedWhenAllowed,
	}, {
		Code: MutualTLSNotYet, Title: "mutual TLS is not supported yet",
		Explanation: "A scheme of type mutualTLS wants clients to show a certificate. Gatewright cannot ask for one yet, and never leaves a guarded operation open unasked.",
		Example:     "components:\n  securitySchemes:\n    client: {type: mutualTLS}",
		Remedy:      "Take the requirement away where something in front of the gateway asks for the certificate.",
		Allowed:     closedWhenAllowed,
	}, {
		Code: TokenIssuersNotYet, Title: "token issuers are not supported yet",
		Explanation: "jwt authorizers and x-gateway-issuers let the gateway verify tokens. Gatewright cannot do that yet, and never leaves a guarded operation open unasked.",
		Example:     "x-gateway-issuers:\n  \"https://login.example.com/\": {jwks: {url: \"https://login.example.com/keys\"}}",
		Remedy:      "Take the requirement away where the backend checks for itself.",
		Allowed:     closedWhenAllowed,
	}}
}
