// Package limit says how many requests pass: token buckets and quotas, kept by this gateway alone or by a store that several
// share. It must not know what a request is, nor how one is refused.
package limit

import "time"

// Policy says what happens when a shared store cannot answer.
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
	// Nodes is how many gateways share the store, as last seen; at least 1.
	Nodes() int
	// Healthy says whether the store answers; the error says why not.
	Healthy() error
	// Close gives back what is leased, and ends within 2 seconds.
	Close() error
}

// Rate is a token bucket's: PerSecond tokens a second (may be a fraction), at most Burst at a time. With either 0 nothing
// passes.
type Rate struct {
	PerSecond float64
	Burst     int64
}

// Quota is how many requests pass in a period; Offset of them count as made already in the first period of the key.
type Quota struct {
	Limit  int64
	Period Period
	Offset int64
}
