package model

import "github.com/gatewright/gatewright/gen/source"

// Principal is one entry of x-gateway-principals: who may sign requests.
type Principal struct {
	AccessKeyID  source.String
	Secret       *source.String // a secret source
	SessionToken *source.String // a secret source
	ARN          *source.String
	Policy       *source.Node
}

// Issuer is one entry of x-gateway-issuers: how the keys of tokens are found.
type Issuer struct {
	Key       source.String  // the ARN of a Cognito user pool, or the issuer's URL
	Issuer    *source.String // what iss must be; absent: what Key says
	JWKSFile  *source.String
	JWKSURL   *source.String
	Cache     *source.Int // seconds
	ClockSkew *source.Int // seconds
}

// APIKey is one entry of x-gateway-api-keys.
type APIKey struct {
	Name       source.String
	Value      *source.String // a secret source
	Enabled    *source.Bool   // absent: true
	CustomerID *source.String
}

// UsagePlan is one entry of x-gateway-usage-plans.
type UsagePlan struct {
	Name     source.String
	Throttle *Throttle
	Quota    *Quota
	// Stages are those that the plan is for; nil: every stage.
	Stages         []PlanStage
	Keys           []source.String // names of API keys
	OnStoreFailure *source.String
}

// PlanStage is a stage that a usage plan is for.
type PlanStage struct {
	Name    source.String
	Methods []MethodThrottle
}
