package limit

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Policy says what happens when a shared store cannot answer (extensions.md, onStoreFailure).
type Policy uint8

const (
	Local  Policy = iota // limits of this gateway alone: what the document says, divided by the gateways last seen
	Closed               // nothing passes: 503
	Open                 // everything passes
)

// Line is one thing that requests take from: a bucket, or with Quota.Limit above 0 a quota.
type Line struct {
	// Name tells the line from all others of the API; the same on every gateway and after a restart.
	Name string
	// Tag is who the line belongs to: lines of one client share it, so that they are kept together.
	Tag   string
	Rate  Rate
	Quota Quota
}

// Shared is a line that a store keeps.
type Shared interface {
	// Set changes the line's limits, of which the name stays; Name and Tag of line are not looked at.
	Set(line Line)
	// Used is what was taken of a quota in the period of now, as far as this gateway knows.
	Used(now time.Time) int64
}

// Store keeps lines that several gateways share. It is safe for concurrent use.
type Store interface {
	// Line makes a line known; the handle is good until the store is closed. Idle lines cost nothing but memory.
	Line(line Line) Shared
	// Admit takes one from each of lines, or of none: refused is the place in lines of the first that has nothing
	// left, -1 when all had. Lines are in the order in which refusals count. An error means that the store does not
	// know, soon (well before deadline): nothing was taken then, or what was taken is given back when it can be.
	Admit(deadline time.Time, lines []Shared) (refused int, err error)
	// Return gives back what Admit took: another limit has refused the request.
	Return(lines []Shared)
	// Remembers says whether a line that is made anew goes on where the one of that name was: false where this gateway
	// alone keeps lines.
	Remembers() bool
	// Nodes is how many gateways share the store, as last seen; at least 1.
	Nodes() int
	// Healthy says whether the store answers; the error says why not.
	Healthy() error
	// Close gives back what is leased, and ends within 2 seconds.
	Close() error
}

// Rate is a token bucket's: PerSecond tokens a second (may be a fraction), at most Burst at a time. With either 0
// nothing passes.
type Rate struct {
	PerSecond float64
	Burst     int64
}

// Bounds of what a limit may be. Amazon's rates are doubles and its bursts, quotas and offsets 32-bit integers; quotas
// here may be larger.
const (
	MaxPerSecond = 1e9               // one in each nanosecond, the unit of the clock
	MaxBurst     = math.MaxInt32     // tokens
	MaxFill      = (1 << 61) - 1     // nanoseconds, 73 years: how long an empty bucket may take to be full
	MaxQuota     = 1_000_000_000_000 // requests in a period
)

// Check says what is wrong with a rate: no number, negative, beyond MaxPerSecond or MaxBurst, or so slow for its burst
// that an empty bucket takes more than MaxFill to be full. Zeros are right: nothing passes.
func (r Rate) Check() error {
	switch {
	case math.IsNaN(r.PerSecond):
		return errors.New("the rate is not a number")
	case r.PerSecond < 0 || r.PerSecond > MaxPerSecond:
		return fmt.Errorf("the rate %v is not between 0 and %v requests a second", r.PerSecond, float64(MaxPerSecond))
	case r.Burst < 0 || r.Burst > MaxBurst:
		return fmt.Errorf("the burst %d is not between 0 and %d requests", r.Burst, int64(MaxBurst))
	case r.PerSecond > 0 && float64(r.Burst)/r.PerSecond*1e9 >= MaxFill:
		return fmt.Errorf("at %v requests a second a burst of %d is refilled in more than 73 years", r.PerSecond, r.Burst)
	}
	return nil
}

// Quota is how many requests pass in a period; Offset of them count as made already in the first period of the key,
// which is that of its first request.
type Quota struct {
	Limit  int64
	Period Period
	Offset int64
}

// Check says what is wrong with a quota: a limit or an offset below 0 or above MaxQuota, or a period that there is not.
// An offset at or above the limit is right: nothing passes in the first period.
func (q Quota) Check() error {
	switch {
	case q.Limit < 0 || q.Limit > MaxQuota:
		return fmt.Errorf("the quota %d is not between 0 and %d requests", q.Limit, int64(MaxQuota))
	case q.Offset < 0 || q.Offset > MaxQuota:
		return fmt.Errorf("the quota's offset %d is not between 0 and %d requests", q.Offset, int64(MaxQuota))
	case q.Period > Month:
		return fmt.Errorf("there is no period %d", q.Period)
	}
	return nil
}
