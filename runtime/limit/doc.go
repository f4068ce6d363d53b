// Package limit counts what requests take, on one machine: token buckets, quotas of calendar periods, how many at a
// time, and how long work waits (rest.md, section 11; extensions.md, throttle and usage plans). It must not know
// requests, routes, or how a refusal is answered.
//
// Clocks are given by the caller. Where a time is an int64 it is nanoseconds of one monotonic clock that never runs
// backwards and starts at or after zero, such as the time since the process began; quotas take the time of day.
package limit
