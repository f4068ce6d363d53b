package diag

// Limits.
const BadLimit Code = "GW7024"

// limitCodes are the findings about throttles and quotas.
func limitCodes() []Info {
	return []Info{{
		Code: BadLimit, Title: "malformed limit",
		Explanation: "A throttle has rateLimit, requests a second, and burstLimit, requests at a time; x-gateway-throttle may also have concurrent, requests under way, and key, which tells clients apart. Throttles of single methods stand under keys such as GET /pets/{id}, * /* or Amazon's ~1pets~1{id}/GET, which name operations of the document. A quota has limit and period. With 0 nothing passes.",
		Example:     "x-gateway-throttle: {rateLimit: -1, burstLimit: 20}",
		Remedy:      "Write both numbers, a key that fits an operation, DAY, WEEK or MONTH as period.",
	}}
}
