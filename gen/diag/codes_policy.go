package diag

// Policies: who may call, in IAM's language.
const (
	BadPolicy          Code = "GW6005"
	PolicyPrincipal    Code = "GW6006"
	PolicyAction       Code = "GW6007"
	PolicyResource     Code = "GW6008"
	PolicyOperator     Code = "GW6009"
	PolicyKey          Code = "GW6010"
	PolicyValue        Code = "GW6011"
	PolicyNeverApplies Code = "GW6012"
	PolicyTooLong      Code = "GW6013"
	PolicyVariable     Code = "GW6014"
)

// policyCodes are the findings about policies.
func policyCodes() []Info {
	return append(policyElementCodes(), policyConditionCodes()...)
}

func policyElementCodes() []Info {
	return []Info{{
		Code: BadPolicy, Title: "malformed policy",
		Explanation: "A policy has Version (2012-10-17 or 2008-10-17), Id and Statement; a statement has Sid, Effect (Allow or Deny), Principal or NotPrincipal, Action or NotAction, Resource or NotResource, and Condition. The names count with their case. IAM takes no other element, and a statement that is not understood could let in whom it was to keep out.",
		Example:     "x-amazon-apigateway-policy:\n  Version: \"2012-10-17\"\n  Statement:\n    - {effect: Allow, Principal: \"*\", Action: \"execute-api:Invoke\", Resource: \"execute-api:/*\"}",
		Remedy:      "Write the elements as IAM names them, each once.",
	}, {
		Code: PolicyPrincipal, Title: "principal of a policy",
		Explanation: "A resource policy says in each statement whom it is about: \"*\", or {AWS: …} with numbers of accounts and ARNs of users, roles, sessions and accounts' roots, without wildcards in them. The policy of a principal is about that principal and names none. NotPrincipal stands with Deny only: with Allow it would let in everybody else, strangers included.",
		Example:     "Statement:\n  - {Effect: Allow, Principal: {AWS: \"arn:aws:iam::123456789012:role/*\"}, Action: \"execute-api:Invoke\", Resource: \"execute-api:/*\"}",
		Remedy:      "Name each principal in full, or write \"*\" and a condition on aws:PrincipalArn, which takes wildcards.",
	}, {
		Code: PolicyAction, Title: "action of a policy",
		Explanation: "The actions on an API are execute-api:Invoke, execute-api:InvalidateCache and, for WebSocket APIs, execute-api:ManageConnections; * and ? are wildcards, and case does not count. A name that matches none of them is mistyped, and its statement would never apply.",
		Example:     "Statement:\n  - {Effect: Deny, Principal: \"*\", Action: \"execute-api:Invok\", Resource: \"execute-api:/*\"}",
		Remedy:      "Write execute-api:Invoke, or execute-api:* for all.",
	}, {
		Code: PolicyResource, Title: "resource of a policy",
		Explanation: "A resource is *, an ARN (arn:aws:execute-api:region:account:api/stage/METHOD/path) or, for this API, execute-api:/stage/METHOD/path. Policy variables may stand behind an ARN's fifth colon only.",
		Example:     "Statement:\n  - {Effect: Allow, Principal: \"*\", Action: \"execute-api:Invoke\", Resource: /pets}",
		Remedy:      "Write execute-api:/STAGE/METHOD/path, in which * is any text, slashes included.",
	}, {
		Code: PolicyNeverApplies, Title: "part of a policy that never applies",
		Explanation: "The entry is sound, but no request to this API is what it says: a service of Amazon's as principal, an action of another service, the ARN of another API, or a condition that asks for what no request has. Amazon takes it in silence, and a statement that denies then denies nobody.",
		Example:     "Statement:\n  - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: \"execute-api:Invoke\", Resource: \"execute-api:/*\"}",
		Remedy:      "Take the entry away, or name what was meant: execute-api:/… is this API, whatever its id.",
	}, {
		Code: PolicyTooLong, Title: "policy longer than Amazon takes",
		Explanation: "Amazon API Gateway takes policies of up to 8192 characters; white space does not count. A gateway has no such bound.",
		Example:     "x-amazon-apigateway-policy:\n  Statement: []   # of more than 8192 characters",
		Remedy:      "Join statements that differ in one value, or use wildcards, where the API is to be imported into Amazon API Gateway as well.",
	}}
}

func policyConditionCodes() []Info {
	return []Info{{
		Code: PolicyOperator, Title: "condition operator",
		Explanation: "IAM's operators are StringEquals, StringLike, ArnLike, IpAddress, DateLessThan, NumericEquals, Bool, Null and their like, negated ones among them; IfExists may follow and ForAnyValue: or ForAllValues: precede. Each fits keys of its kind: an address is compared by IpAddress, a time by Date operators.",
		Example:     "Condition: {IpAdress: {\"aws:SourceIp\": 203.0.113.0/24}}",
		Remedy:      "Correct the name, or take an operator for the kind of value that the key has.",
	}, {
		Code: PolicyKey, Title: "condition key that no request has",
		Explanation: "Requests to a gateway have these condition keys: aws:CurrentTime, aws:EpochTime, aws:PrincipalAccount, aws:PrincipalArn, aws:PrincipalIsAWSService, aws:PrincipalType, aws:Referer, aws:RequestedRegion, aws:ResourceAccount, aws:SecureTransport, aws:SourceIp, aws:SourceVpc, aws:SourceVpce, aws:UserAgent, aws:userid, aws:username, aws:ViaAWSService and aws:VpcSourceIp; aws:MultiFactorAuthAge, aws:MultiFactorAuthPresent and aws:TokenIssueTime are taken and always missing. A condition on another key could never be what it was meant to be: tags and organizations exist in Amazon's accounts alone.",
		Example:     "Condition: {StringEquals: {\"aws:PrincipalOrgID\": o-a1b2c3d4e5}}",
		Remedy:      "Ask for a key that says the same, such as aws:PrincipalAccount for an organization's accounts.",
		Allowed:     "The key counts as missing in every request, as on Amazon: conditions are false, negated ones and those with IfExists true.",
	}, {
		Code: PolicyValue, Title: "value of a condition",
		Explanation: "The value is not what the operator compares: an address or range (203.0.113.0/24), a date (2026-01-31T12:00:00Z) or seconds since 1970, a number, true or false, base64, an ARN of six parts, a text whose policy variables ${aws:username} are closed and known. Operators for numbers, dates, addresses and truth values take no policy variables.",
		Example:     "Condition: {IpAddress: {\"aws:SourceIp\": 203.0.113.300}}",
		Remedy:      "Write the value in the operator's form. A range of addresses is written with its length, not with wildcards.",
	}, {
		Code: PolicyVariable, Title: "policy variable that is none",
		Explanation: "Policy variables came with version 2012-10-17 of the language. In a policy with an earlier Version, or without one, ${aws:username} is the text that it is, and matches nothing that a caller has.",
		Example:     "x-amazon-apigateway-policy:\n  Statement:\n    - {Effect: Allow, Principal: \"*\", Action: \"execute-api:Invoke\", Resource: \"execute-api:/*/GET/${aws:username}\"}",
		Remedy:      "Write Version: \"2012-10-17\".",
	}}
}
