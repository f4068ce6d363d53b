package plan

// The packages that limit how much callers may call.
const (
	LimitRuntime    = Runtime + "/limit"
	ThrottleRuntime = Runtime + "/throttle"
	RedisRuntime    = Runtime + "/part/redis"
)

// Names of those packages.
var (
	LimitRate   = Symbol{LimitRuntime, "Rate"}
	LimitQuota  = Symbol{LimitRuntime, "Quota"}
	LimitDay    = Symbol{LimitRuntime, "Day"}
	LimitWeek   = Symbol{LimitRuntime, "Week"}
	LimitMonth  = Symbol{LimitRuntime, "Month"}
	LimitLocal  = Symbol{LimitRuntime, "Local"}
	LimitClosed = Symbol{LimitRuntime, "Closed"}
	LimitOpen   = Symbol{LimitRuntime, "Open"}

	LimitsType            = Symbol{ThrottleRuntime, "Limits"}
	LimitsConfig          = Symbol{ThrottleRuntime, "Config"}
	NewLimits             = Symbol{ThrottleRuntime, "New"}
	LimitsTake            = Selector{LimitsType, "Take"}
	ThrottleStage         = Symbol{ThrottleRuntime, "Stage"}
	ThrottleMethod        = Symbol{ThrottleRuntime, "Method"}
	ThrottlePlace         = Symbol{ThrottleRuntime, "Place"}
	ThrottleClientAddress = Symbol{ThrottleRuntime, "ClientAddress"}
	ThrottleAPIKey        = Symbol{ThrottleRuntime, "APIKey"}
	ThrottleHeader        = Symbol{ThrottleRuntime, "Header"}
	ThrottleClaim         = Symbol{ThrottleRuntime, "Claim"}
	UsagePlanMethod       = Symbol{UsagePlanRuntime, "Method"}

	RedisPart = Symbol{RedisRuntime, "Part"}
)
