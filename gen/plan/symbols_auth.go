package plan

// The packages that find out who calls.
const (
	AccessRuntime     = Runtime + "/auth/access"
	AuthorizerRuntime = Runtime + "/auth/authorizer"
	BearerRuntime     = Runtime + "/auth/bearer"
	IAMRuntime        = Runtime + "/auth/iam"
	JWTRuntime        = Runtime + "/auth/jwt"
	MTLSRuntime       = Runtime + "/auth/mtls"
	APIKeyRuntime     = Runtime + "/auth/apikey"
	UsagePlanRuntime  = Runtime + "/usageplan"
)

// Names of those packages.
var (
	AccessType   = Symbol{AccessRuntime, "Access"}
	NewAccess    = Symbol{AccessRuntime, "New"}
	AccessAnyone = Selector{AccessType, "Anyone"}

	AuthorizerType          = Symbol{AuthorizerRuntime, "Authorizer"}
	AuthorizerConfig        = Symbol{AuthorizerRuntime, "Config"}
	AuthorizerSource        = Symbol{AuthorizerRuntime, "Source"}
	NewAuthorizer           = Symbol{AuthorizerRuntime, "New"}
	AuthorizerHeader        = Symbol{AuthorizerRuntime, "Header"}
	AuthorizerQuery         = Symbol{AuthorizerRuntime, "Query"}
	AuthorizerStageVariable = Symbol{AuthorizerRuntime, "StageVariable"}
	AuthorizerContext       = Symbol{AuthorizerRuntime, "Context"}
	Authorize               = Selector{AuthorizerType, "Authorize"}

	BearerType      = Symbol{BearerRuntime, "Authorizer"}
	BearerConfig    = Symbol{BearerRuntime, "Config"}
	NewBearer       = Symbol{BearerRuntime, "New"}
	BearerAuthorize = Selector{BearerType, "Authorize"}
	IssuerType      = Symbol{JWTRuntime, "Issuer"}
	IssuerConfig    = Symbol{JWTRuntime, "IssuerConfig"}
	NewIssuer       = Symbol{JWTRuntime, "NewIssuer"}
	NoClockSkew     = Symbol{JWTRuntime, "NoClockSkew"}

	PrincipalsType      = Symbol{IAMRuntime, "Guard"}
	PrincipalsConfig    = Symbol{IAMRuntime, "Config"}
	Principal           = Symbol{IAMRuntime, "Principal"}
	NewPrincipals       = Symbol{IAMRuntime, "New"}
	PrincipalsAuthorize = Selector{PrincipalsType, "Authorize"}

	TruststoreType   = Symbol{MTLSRuntime, "Truststore"}
	TruststoreConfig = Symbol{MTLSRuntime, "Config"}
	NewTruststore    = Symbol{MTLSRuntime, "New"}

	APIKey           = Symbol{APIKeyRuntime, "Key"}
	UsagePlansType   = Symbol{UsagePlanRuntime, "Plans"}
	UsagePlansConfig = Symbol{UsagePlanRuntime, "Config"}
	UsagePlan        = Symbol{UsagePlanRuntime, "Plan"}
	NewUsagePlans    = Symbol{UsagePlanRuntime, "New"}
	UsagePlansAdmit  = Selector{UsagePlansType, "Admit"}
)
