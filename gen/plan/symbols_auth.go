package plan

// The packages that find out who calls.
const (
	AccessRuntime     = Runtime + "/auth/access"
	AuthorizerRuntime = Runtime + "/auth/authorizer"
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
)
