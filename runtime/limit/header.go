package limit

import (
	"strconv"
	"time"
)

// The names of the fields whose values this file writes. RateLimit and RateLimit-Policy are those of the IETF's draft
// draft-ietf-httpapi-ratelimit-headers, revisions 08 to 10: lists of structured-field strings with parameters (RFC 9651). Amazon
// sends none of the three (rest.md, section 11).
const (
	RetryAfterHeader = "Retry-After"
	PolicyHeader     = "RateLimit-Policy"
	LimitHeader      = "RateLimit"
)

// AppendRetryAfter writes whole seconds, rounded up and at least 1 (RFC 9110, section 10.2.3). What never ends is not a
// time that a client could be told: nothing is written for Never.
func AppendRetryAfter(dst []byte, wait time.Duration) []byte {
	if wait == Never {
		return dst
	}
	return strconv.AppendInt(dst, max(seconds(wait), 1), 10)
}

// AppendPolicy writes one item of RateLimit-Policy, after a comma unless dst is empty: quota requests in each window,
// which is rounded up to whole seconds, at least 1. For a bucket these are its burst and Rate.Window, for a quota its limit
// and the length of its period.
func AppendPolicy(dst []byte, name string, quota int64, window time.Duration) []byte {
	dst = appendName(dst, name)
	dst = strconv.AppendInt(append(dst, ";q="...), max(quota, 0), 10)
	return strconv.AppendInt(append(dst, ";w="...), max(seconds(window), 1), 10)
}

// AppendLimit writes one item of RateLimit, after a comma unless dst is empty: how many requests are left and the time
// until there are all again, which is rounded up to whole seconds and left out when that is Never.
func AppendLimit(dst []byte, name string, left int64, reset time.Duration) []byte {
	dst = appendName(dst, name)
	dst = strconv.AppendInt(append(dst, ";r="...), max(left, 0), 10)
	if reset == Never {
		return dst
	}
	return strconv.AppendInt(append(dst, ";t="...), seconds(reset), 10)
}

// Window is the time in which an empty bucket of rate r is full; Never when nothing is refilled. A bucket counts more
// exactly, by less than a millionth.
func (r Rate) Window() time.Duration {
	if r.PerSecond == 0 || r.Burst == 0 || r.Check() != nil {
		return Never
	}
	return time.Duration(float64(r.Burst) / r.PerSecond * 1e9)
}

// seconds are whole ones, rounded up.
func seconds(d time.Duration) int64 {
	whole := int64(max(d, 0) / time.Second)
	if d > time.Duration(whole)*time.Second {
		whole++
	}
	return whole
}

// appendName writes a structured-field string. It holds printable ASCII alone; anything else in a name becomes "_".
func appendName(dst []byte, name string) []byte {
	if len(dst) > 0 {
		dst = append(dst, ", "...)
	}
	dst = append(dst, '"')
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ' || c > '~':
			dst = append(dst, '_')
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
