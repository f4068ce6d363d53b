package language

import (
	"encoding/base64"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// ParseNetwork reads an address or a range of addresses (CIDR). An address alone is a range of one.
func ParseNetwork(text string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		addr, err := netip.ParseAddr(text)
		if err != nil || addr.Zone() != "" {
			return netip.Prefix{}, false
		}
		prefix = netip.PrefixFrom(addr, addr.BitLen())
	}
	if addr := prefix.Addr(); addr.Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(addr.Unmap(), prefix.Bits()-96) // clients' addresses are never in that form
	}
	return prefix.Masked(), true
}

// dateLayouts are the forms of dates by W3C's note on ISO 8601.
var dateLayouts = []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00"}

// maxEpoch is how many digits seconds since 1970 may have: enough for the year 5138.
const maxEpoch = 11

// ParseDate reads a date in one of W3C's forms, or seconds since 1970. Four digits are a year.
func ParseDate(text string) (time.Time, bool) {
	if len(text) != len("2006") && len(text) <= maxEpoch && isDigits(text) {
		seconds, err := strconv.ParseInt(text, 10, 64)
		return time.Unix(seconds, 0).UTC(), err == nil
	}
	// The standard library takes hours of one digit and fractions behind a comma, too.
	if i := strings.IndexByte(text, 'T'); i >= 0 && (len(text) < i+6 || text[i+3] != ':') || strings.IndexByte(text, ',') >= 0 {
		return time.Time{}, false
	}
	for _, layout := range dateLayouts {
		if date, err := time.Parse(layout, text); err == nil {
			return date.UTC(), true
		}
	}
	return time.Time{}, false
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// maxNumber is how long a number may be.
const maxNumber = 64

// ParseNumber reads a decimal number.
func ParseNumber(text string) (float64, bool) {
	if len(text) > maxNumber || strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil && !math.IsInf(number, 0)
}

// ParseBool reads true or false; case does not count.
func ParseBool(text string) (value, ok bool) {
	switch {
	case strings.EqualFold(text, "true"):
		return true, true
	case strings.EqualFold(text, "false"):
		return false, true
	}
	return false, false
}

// ParseBinary reads bytes in base64.
func ParseBinary(text string) (string, bool) {
	decoded, err := base64.StdEncoding.Strict().DecodeString(text)
	return string(decoded), err == nil
}
