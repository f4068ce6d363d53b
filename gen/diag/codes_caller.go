package diag

// Callers: who they are, and what tells.
const (
	BadSecret     Code = "GW6015"
	BadPrincipal  Code = "GW6016"
	BadIssuer     Code = "GW6017"
	BadAPIKey     Code = "GW6018"
	BadUsagePlan  Code = "GW6019"
	NobodyMayCall Code = "GW6020"
	IdleSetting   Code = "GW6021"
)

// callerCodes are the findings about lists of callers.
func callerCodes() []Info {
	return []Info{{
		Code: BadSecret, Title: "no place of a secret",
		Explanation: "Secrets never stand in a document, nor in the program that comes of it. It says where they are: env:NAME is a variable of the gateway's environment, file:PATH a file (a line end behind the secret does not count), and for API keys sha256:HEX is the hash of one.",
		Example:     "x-gateway-api-keys:\n  alice: {value: 3fb1c9a6e2d84be79c55}",
		Remedy:      "Move the secret into the environment or a file, and change it where the document has been shared.",
	}, {
		Code: BadPrincipal, Title: "malformed principal",
		Explanation: "An entry of x-gateway-principals is an access key id that may sign requests, with secret, the place of its secret access key; arn, who it is; and, where wanted, sessionToken and policy.",
		Example:     "x-gateway-principals:\n  AKIDEXAMPLE: {secret: \"env:ALICE_SECRET\", arn: alice}",
		Remedy:      "Write the ARN of a user, role, session or account root, such as arn:aws:iam::123456789012:user/alice.",
	}, {
		Code: BadIssuer, Title: "malformed token issuer",
		Explanation: "An entry of x-gateway-issuers says of a Cognito user pool (by its ARN) or another issuer (by its URL) where the keys of its tokens are. Keys come over https, from this machine, or out of a file.",
		Example:     "x-gateway-issuers:\n  \"https://login.example.com/\": {jwks: {url: \"http://login.example.com/keys\"}}",
		Remedy:      "Write the issuer exactly as the authorizer has it, an https URL for its keys, and times in seconds within their bounds.",
	}, {
		Code: BadAPIKey, Title: "malformed API key",
		Explanation: "An entry of x-gateway-api-keys is the name of a key, of 1 to 1024 characters, with value, the place of what clients send in X-API-Key (20 to 128 characters).",
		Example:     "x-gateway-api-keys:\n  alice: {enabled: true}",
		Remedy:      "Write value: env:NAME, file:PATH or sha256:HEX.",
	}, {
		Code: BadUsagePlan, Title: "malformed usage plan",
		Explanation: "A plan of x-gateway-usage-plans names keys of x-gateway-api-keys and stages of x-gateway-stages. A key has at most one plan for each stage.",
		Example:     "x-gateway-usage-plans:\n  gold: {keys: [alcie]}",
		Remedy:      "Correct the name, or list what it names.",
	}, {
		Code: NobodyMayCall, Title: "guard that nobody can pass",
		Explanation: "An operation wants signed requests where x-gateway-principals lists nobody, or an API key where no usage plan is there that keys could belong to, or one of its Lambda authorizer (x-amazon-apigateway-api-key-source: AUTHORIZER) where it has none. In Amazon's accounts both stand outside the document.",
		Example:     "paths:\n  /pets:\n    get:\n      x-amazon-apigateway-auth: {type: AWS_IAM}   # and no x-gateway-principals",
		Remedy:      "List who may call: x-gateway-principals for signatures; x-gateway-api-keys and x-gateway-usage-plans for keys.",
		Allowed:     "The operations refuse every request, as Amazon API Gateway does when nobody may call.",
	}, {
		Code: IdleSetting, Title: "setting of an authorizer that nothing reads",
		Explanation: "The authorizer has a setting that belongs to another type, such as an identitySource where the scheme's own name says which header has the token, or an operation lists scopes for a scheme that reads no tokens. Callers are let in as if it were not there, at Amazon too.",
		Example:     "security: [{guard: [pets/read]}]   # guard asks a Lambda function",
		Remedy:      "Take it away, or correct the type of the authorizer.",
	}}
}
