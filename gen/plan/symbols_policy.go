package plan

// PolicyRuntime is the package that decides what IAM policies say.
const PolicyRuntime = Runtime + "/auth/policy"

// Names of the runtime for policies.
var (
	PolicyEffect       = Symbol{PolicyRuntime, "Effect"}
	PolicyNeutral      = Symbol{PolicyRuntime, "Neutral"}
	PolicyAllow        = Symbol{PolicyRuntime, "Allow"}
	PolicyExplicitDeny = Symbol{PolicyRuntime, "ExplicitDeny"}

	PolicyInvoke            = Symbol{PolicyRuntime, "Invoke"}
	PolicyInvalidateCache   = Symbol{PolicyRuntime, "InvalidateCache"}
	PolicyManageConnections = Symbol{PolicyRuntime, "ManageConnections"}

	PolicyRequest               = Symbol{PolicyRuntime, "Request"}
	PolicyAction                = Selector{PolicyRequest, "Action"}
	PolicyResource              = Selector{PolicyRequest, "Resource"}
	PolicyInAPI                 = Selector{PolicyRequest, "InAPI"}
	PolicyPrincipal             = Selector{PolicyRequest, "Principal"}
	PolicyNotPrincipal          = Selector{PolicyRequest, "NotPrincipal"}
	PolicyTime                  = Selector{PolicyRequest, "Time"}
	PolicySourceIP              = Selector{PolicyRequest, "SourceIP"}
	PolicySourceVPC             = Selector{PolicyRequest, "SourceVPC"}
	PolicySourceVPCE            = Selector{PolicyRequest, "SourceVPCE"}
	PolicyVPCSourceIP           = Selector{PolicyRequest, "VPCSourceIP"}
	PolicyUserAgent             = Selector{PolicyRequest, "UserAgent"}
	PolicyReferer               = Selector{PolicyRequest, "Referer"}
	PolicySecureTransport       = Selector{PolicyRequest, "SecureTransport"}
	PolicyViaAWSService         = Selector{PolicyRequest, "ViaAWSService"}
	PolicyRequestedRegion       = Selector{PolicyRequest, "RequestedRegion"}
	PolicyResourceAccount       = Selector{PolicyRequest, "ResourceAccount"}
	PolicyPrincipalARN          = Selector{PolicyRequest, "PrincipalARN"}
	PolicyPrincipalAccount      = Selector{PolicyRequest, "PrincipalAccount"}
	PolicyPrincipalType         = Selector{PolicyRequest, "PrincipalType"}
	PolicyPrincipalIsAWSService = Selector{PolicyRequest, "PrincipalIsAWSService"}
	PolicyUserID                = Selector{PolicyRequest, "UserID"}
	PolicyUsername              = Selector{PolicyRequest, "Username"}

	PolicyNull                     = Symbol{PolicyRuntime, "Null"}
	PolicyStringEquals             = Symbol{PolicyRuntime, "StringEquals"}
	PolicyStringEqualsIgnoreCase   = Symbol{PolicyRuntime, "StringEqualsIgnoreCase"}
	PolicyStringLike               = Symbol{PolicyRuntime, "StringLike"}
	PolicyARNLike                  = Symbol{PolicyRuntime, "ARNLike"}
	PolicyBool                     = Symbol{PolicyRuntime, "Bool"}
	PolicyIPAddress                = Symbol{PolicyRuntime, "IPAddress"}
	PolicyMustNetworks             = Symbol{PolicyRuntime, "MustNetworks"}
	PolicyMustDates                = Symbol{PolicyRuntime, "MustDates"}
	PolicyDateEquals               = Symbol{PolicyRuntime, "DateEquals"}
	PolicyDateLessThan             = Symbol{PolicyRuntime, "DateLessThan"}
	PolicyDateLessThanEquals       = Symbol{PolicyRuntime, "DateLessThanEquals"}
	PolicyDateGreaterThan          = Symbol{PolicyRuntime, "DateGreaterThan"}
	PolicyDateGreaterThanEquals    = Symbol{PolicyRuntime, "DateGreaterThanEquals"}
	PolicyMustNumbers              = Symbol{PolicyRuntime, "MustNumbers"}
	PolicyNumericEquals            = Symbol{PolicyRuntime, "NumericEquals"}
	PolicyNumericLessThan          = Symbol{PolicyRuntime, "NumericLessThan"}
	PolicyNumericLessThanEquals    = Symbol{PolicyRuntime, "NumericLessThanEquals"}
	PolicyNumericGreaterThan       = Symbol{PolicyRuntime, "NumericGreaterThan"}
	PolicyNumericGreaterThanEquals = Symbol{PolicyRuntime, "NumericGreaterThanEquals"}

	PolicyTemplate                 = Symbol{PolicyRuntime, "Template"}
	PolicyMustTemplate             = Symbol{PolicyRuntime, "MustTemplate"}
	PolicyTemplateEquals           = Selector{PolicyTemplate, "Equals"}
	PolicyTemplateEqualsIgnoreCase = Selector{PolicyTemplate, "EqualsIgnoreCase"}
	PolicyTemplateLike             = Selector{PolicyTemplate, "Like"}
	PolicyTemplateARNLike          = Selector{PolicyTemplate, "ARNLike"}
	PolicyTemplateResource         = Selector{PolicyTemplate, "Resource"}
	PolicyTemplateInAPI            = Selector{PolicyTemplate, "InAPI"}
)
