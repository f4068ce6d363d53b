package policy

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// The operators of IAM. Each is false for a value that is missing, and true when one of several values holds; ArnEquals is
// ArnLike.

// Null reports whether a key is missing.
func Null(value string) bool { return value == "" }

// StringEquals compares texts with their case. It is BinaryEquals, too: the generator decodes.
func StringEquals(value string, of ...string) bool {
	return value != "" && slices.Contains(of, value)
}

// StringEqualsIgnoreCase compares texts without their case.
func StringEqualsIgnoreCase(value string, of ...string) bool {
	for _, text := range of {
		if value != "" && strings.EqualFold(value, text) {
			return true
		}
	}
	return false
}

// StringLike compares with patterns, in which * is any text and ? one character. Case counts.
func StringLike(value string, patterns ...string) bool {
	for _, pattern := range patterns {
		if value != "" && language.Match(pattern, value) {
			return true
		}
	}
	return false
}

// ARNLike compares with patterns part by part: wildcards do not reach over a colon, but for the last part's.
func ARNLike(value string, patterns ...string) bool {
	for _, pattern := range patterns {
		if value != "" && language.MatchARN(pattern, value) {
			return true
		}
	}
	return false
}

// Bool compares with a truth value. A value that is neither true nor false is neither.
func Bool(value string, want bool) bool {
	got, ok := language.ParseBool(value)
	return ok && got == want
}

// Networks are ranges of addresses.
type Networks []netip.Prefix

// MustNetworks reads addresses and ranges (CIDR) that generation has checked.
func MustNetworks(texts ...string) Networks { return must(texts, language.ParseNetwork) }

// IPAddress reports whether an address is in one of networks. A text that is no address is in none.
func IPAddress(value string, networks Networks) bool {
	if value == "" {
		return false
	}
	addr, err := netip.ParseAddr(value)
	if err != nil {
		return false
	}
	addr = addr.Unmap().WithZone("")
	for i := range networks {
		if networks[i].Contains(addr) {
			return true
		}
	}
	return false
}

// Dates are points in time.
type Dates []time.Time

// MustDates reads dates, or seconds since 1970, that generation has checked.
func MustDates(texts ...string) Dates { return must(texts, language.ParseDate) }

// DateEquals reports whether t is one of dates.
func DateEquals(t time.Time, dates Dates) bool { return slices.ContainsFunc(dates, t.Equal) }

// DateLessThan reports whether t is before one of dates.
func DateLessThan(t time.Time, dates Dates) bool { return slices.ContainsFunc(dates, t.Before) }

// DateLessThanEquals reports whether t is at or before one of dates.
func DateLessThanEquals(t time.Time, dates Dates) bool {
	return slices.ContainsFunc(dates, func(d time.Time) bool { return !t.After(d) })
}

// DateGreaterThan reports whether t is after one of dates.
func DateGreaterThan(t time.Time, dates Dates) bool { return slices.ContainsFunc(dates, t.After) }

// DateGreaterThanEquals reports whether t is at or after one of dates.
func DateGreaterThanEquals(t time.Time, dates Dates) bool {
	return slices.ContainsFunc(dates, func(d time.Time) bool { return !t.Before(d) })
}

// Numbers are numbers.
type Numbers []float64

// MustNumbers reads numbers that generation has checked.
func MustNumbers(texts ...string) Numbers { return must(texts, language.ParseNumber) }

// The operators of numbers compare aws:EpochTime, the one number that requests have: t in seconds since 1970.

// NumericEquals reports whether t is one of numbers.
func NumericEquals(t time.Time, numbers Numbers) bool { return slices.Contains(numbers, seconds(t)) }

// NumericLessThan reports whether t is below one of numbers.
func NumericLessThan(t time.Time, numbers Numbers) bool {
	return slices.ContainsFunc(numbers, func(n float64) bool { return seconds(t) < n })
}

// NumericLessThanEquals reports whether t is at most one of numbers.
func NumericLessThanEquals(t time.Time, numbers Numbers) bool {
	return slices.ContainsFunc(numbers, func(n float64) bool { return seconds(t) <= n })
}

// NumericGreaterThan reports whether t is above one of numbers.
func NumericGreaterThan(t time.Time, numbers Numbers) bool {
	return slices.ContainsFunc(numbers, func(n float64) bool { return seconds(t) > n })
}

// NumericGreaterThanEquals reports whether t is at least one of numbers.
func NumericGreaterThanEquals(t time.Time, numbers Numbers) bool {
	return slices.ContainsFunc(numbers, func(n float64) bool { return seconds(t) >= n })
}

func seconds(t time.Time) float64 { return float64(t.Unix()) }

// must reads texts that generation has checked with the same parser.
func must[T any](texts []string, parse func(string) (T, bool)) []T {
	all := make([]T, len(texts))
	for i, text := range texts {
		value, ok := parse(text)
		if !ok {
			panic("policy: " + text + " is not what generation took it for")
		}
		all[i] = value
	}
	return all
}
