package diag

// Limits.
const (
	BadLimit    Code = "GW7024"
	UnusedLimit Code = "GW7025"
)

// limitCodes are the findings about throttles and quotas.
func limitCodes() []Info {
	return []Info{{
		Code: BadLimit, Title: "malformed limit",
		Explanation: "A throttle has rateLimit, requests a second, and burstLimit, requests at a time; x-gateway-throttle may also have concurrent, requests under way, and key, which tells clients apart. Throttles of single methods stand under keys such as GET /pets/{id}, * /* or Amazon's ~1pets~1{id}/GET, which name operations of the document. A quota has limit and period. With 0 nothing passes.",
		Example:     "x-gateway-throttle: {rateLimit: -1, burstLimit: 20}",
		Remedy:      "Write both numbers, a key that fits an operation, DAY, WEEK or MONTH as period.",
	}, {
		Code: UnusedLimit, Title: "limit that is not what it seems",
		Explanation: "Usage plans count callers by their API keys. An operation that asks for none is open to everybody as often as they like, whatever a plan says, as it is at Amazon. An x-gateway-throttle whose key is an API key or a claim tells nobody apart where callers bring none: they all share one limit. A plan whose list of stages is empty is for no stage: its keys are refused everywhere.",
		Example:     "x-gateway-usage-plans: {gold: {keys: [alice], quota: {limit: 100, period: DAY}}}   # and no operation with such a scheme",
		Remedy:      "List the scheme of API keys in the security of the operation, or limit it by x-gateway-throttle with another key.",
	}}
}
