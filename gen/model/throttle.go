package model

import "github.com/gatewright/gatewright/gen/source"

// Throttle is how many requests pass. Numbers stand as they are written, as rates may be fractions.
type Throttle struct {
	Span       source.Span    // of the key
	Rate       *source.String // requests a second
	Burst      *source.String // requests at a time
	Concurrent *source.Int    // requests under way; x-gateway-throttle alone
	Key        *source.String // none, client-ip, api-key, header:NAME, claim:NAME; x-gateway-throttle alone
}

// MethodThrottle is a throttle for the operations that a method key fits (extensions.md).
type MethodThrottle struct {
	Method   source.String
	Throttle *Throttle
}

// Quota is how many requests a key may make in a period.
type Quota struct {
	Span   source.Span
	Limit  *source.Int
	Period *source.String // DAY, WEEK, MONTH
	Offset *source.Int
}
