package policy

// Authorization is how a method knows its callers.
type Authorization uint8

// The kinds of authorization.
const (
	// NoAuthorization is a method that anybody may call who the resource policy lets in.
	NoAuthorization Authorization = iota
	// LambdaAuthorizer is a Lambda authorizer, which answers with a policy of its own.
	LambdaAuthorizer
	// IAMAuthorization is a signed request; the caller's identity may have a policy.
	IAMAuthorization
	// CognitoAuthorizer is a token of a Cognito user pool.
	CognitoAuthorizer
)

// Flow decides about a request to an API with a resource policy (rest.md 12.6): resource is what that policy says, other
// what the authorizer's or the caller's own says, and sameAccount whether a signed request's caller belongs to the
// account that owns the API. An API without a resource policy is Neutral about signed requests and Lambda authorizers;
// for the other kinds there is then nothing to ask Flow.
//
// A resource policy's explicit deny also comes before the authorizer is asked: what it says needs no one's answer.
func Flow(kind Authorization, resource, other Effect, sameAccount bool) Decision {
	switch {
	case kind == NoAuthorization:
		return alone(resource)
	case kind == CognitoAuthorizer:
		return afterToken(resource)
	case kind == IAMAuthorization && !sameAccount:
		return acrossAccounts(resource, other)
	}
	return withinAccount(resource, other)
}

// alone decides where the resource policy is all there is. It must allow.
//
//	resource   decision
//	Allow      allowed
//	–          implicit deny
//	Deny       explicit deny
func alone(resource Effect) Decision {
	switch resource {
	case Allow:
		return Allowed
	case ExplicitDeny:
		return ExplicitlyDenied
	}
	return ImplicitlyDenied
}

// afterToken decides for callers whose token a Cognito user pool gave. The token was good, or nobody would ask; the
// resource policy is evaluated by itself and must allow. (The guide's Table A names Cognito too, but a token is no policy
// that could allow in place of this one.)
//
//	resource   decision
//	Allow      allowed
//	–          implicit deny
//	Deny       explicit deny
func afterToken(resource Effect) Decision { return alone(resource) }

// withinAccount is Table A: the caller's policy and the resource policy belong to the same account. One of them must
// allow.
//
//	other   resource   decision
//	Allow   Allow      allowed
//	Allow   –          allowed
//	Allow   Deny       explicit deny
//	–       Allow      allowed
//	–       –          implicit deny
//	–       Deny       explicit deny
//	Deny    any        explicit deny
func withinAccount(resource, other Effect) Decision {
	switch {
	case resource == ExplicitDeny || other == ExplicitDeny:
		return ExplicitlyDenied
	case resource == Allow || other == Allow:
		return Allowed
	}
	return ImplicitlyDenied
}

// acrossAccounts is Table B: the caller's policy and the resource policy belong to different accounts. Both must allow.
//
//	other   resource   decision
//	Allow   Allow      allowed
//	Allow   –          implicit deny
//	Allow   Deny       explicit deny
//	–       Allow      implicit deny
//	–       –          implicit deny
//	–       Deny       explicit deny
//	Deny    any        explicit deny
func acrossAccounts(resource, other Effect) Decision {
	switch {
	case resource == ExplicitDeny || other == ExplicitDeny:
		return ExplicitlyDenied
	case resource == Allow && other == Allow:
		return Allowed
	}
	return ImplicitlyDenied
}
