package schema

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/runtime/schema/ecma"
)

// The functions below check the formats of JSON Schema. They allocate nothing, except IsRegex and the formats of
// international names.

// IsDate is full-date of RFC 3339.
func IsDate(s string) bool {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return false
	}
	year, okY := number2(s[:4])
	month, okM := number2(s[5:7])
	day, okD := number2(s[8:])
	return okY && okM && okD && 1 <= month && month <= 12 && 1 <= day && day <= days(year, month)
}

// number2 reads a few decimal digits.
func number2(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != ""
}

func days(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// IsTime is full-time of RFC 3339: a leap second only where it is 23:59 in UTC.
func IsTime(s string) bool {
	if len(s) < len("15:04:05Z") || s[2] != ':' || s[5] != ':' {
		return false
	}
	hour, okH := number2(s[:2])
	minute, okM := number2(s[3:5])
	second, okS := number2(s[6:8])
	if !okH || !okM || !okS || hour > 23 || minute > 59 || second > 60 {
		return false
	}
	rest := s[8:]
	if rest[0] == '.' {
		i := 1
		for i < len(rest) && '0' <= rest[i] && rest[i] <= '9' {
			i++
		}
		if i == 1 {
			return false
		}
		rest = rest[i:]
	}
	offset, ok := zone(rest)
	if !ok {
		return false
	}
	utc := ((hour*60+minute-offset)%1440 + 1440) % 1440
	return second < 60 || utc == 23*60+59
}

// zone reads Z or +hh:mm and gives the minutes that it is ahead of UTC.
func zone(s string) (minutes int, ok bool) {
	if s == "Z" || s == "z" {
		return 0, true
	}
	if len(s) != len("+00:00") || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	hour, okH := number2(s[1:3])
	minute, okM := number2(s[4:])
	minutes = hour*60 + minute
	if s[0] == '-' {
		minutes = -minutes
	}
	return minutes, okH && okM && hour <= 23 && minute <= 59
}

// IsDateTime is date-time of RFC 3339.
func IsDateTime(s string) bool {
	return len(s) > len("2006-01-02T") && (s[10] == 'T' || s[10] == 't') && IsDate(s[:10]) && IsTime(s[11:])
}

// IsDuration is duration of RFC 3339, appendix A.
func IsDuration(s string) bool {
	s, ok := strings.CutPrefix(s, "P")
	if !ok || s == "" {
		return false
	}
	if week, ok := strings.CutSuffix(s, "W"); ok {
		_, ok := number2(week)
		return ok
	}
	date, time, hasTime := strings.Cut(s, "T")
	if hasTime && time == "" {
		return false
	}
	return units(date, "YMD") && units(time, "HMS")
}

// units reads numbers, each with a unit; the units follow each other without a gap.
func units(s, order string) bool {
	previous := -1
	for s != "" {
		i := 0
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		if i == 0 || i == len(s) {
			return false
		}
		at := strings.IndexByte(order, s[i])
		if at < 0 || previous >= 0 && at != previous+1 {
			return false
		}
		previous, s = at, s[i+1:]
	}
	return true
}

// IsIPv4 is a dotted quad without leading zeros.
func IsIPv4(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4()
}

// IsIPv6 is an address of RFC 4291 without a zone.
func IsIPv6(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && a.Zone() == "" && strings.IndexByte(s, '%') < 0
}

// IsUUID is RFC 4122's form.
func IsUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHex(s[i]) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// IsJSONPointer is RFC 6901's string form.
func IsJSONPointer(s string) bool {
	if s != "" && s[0] != '/' {
		return false
	}
	for i := range len(s) {
		if s[i] == '~' && (i+1 == len(s) || s[i+1] != '0' && s[i+1] != '1') {
			return false
		}
	}
	return true
}

// IsRelativeJSONPointer is a number of levels and a pointer, or a hash mark.
func IsRelativeJSONPointer(s string) bool {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == 0 || i > 1 && s[0] == '0' {
		return false
	}
	return s[i:] == "#" || IsJSONPointer(s[i:])
}

// IsRegex is a regular expression of ECMA-262.
func IsRegex(s string) bool { return ecma.Valid(s) }

// IsEmail is a mailbox of RFC 5321.
func IsEmail(s string) bool { return email(s, false) }

// IsIDNEmail is a mailbox of RFC 6531.
func IsIDNEmail(s string) bool { return email(s, true) }

func email(s string, international bool) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || !international && !ascii(s) {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if len(local) > 64 || !localPart(local) {
		return false
	}
	if literal, ok := strings.CutPrefix(domain, "["); ok {
		literal, ok = strings.CutSuffix(literal, "]")
		if v6, is6 := strings.CutPrefix(literal, "IPv6:"); is6 {
			return ok && IsIPv6(v6)
		}
		return ok && IsIPv4(literal)
	}
	if international {
		return IsIDNHostname(domain)
	}
	return IsHostname(domain)
}

// localPart is a dot-string or a quoted one.
func localPart(s string) bool {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		for i := 1; i < len(s)-1; i++ {
			if s[i] == '\\' {
				i++
				if i == len(s)-1 {
					return false
				}
			} else if s[i] == '"' || s[i] < ' ' {
				return false
			}
		}
		return true
	}
	if s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c < utf8.RuneSelf && !isLetter(c) && !isDigit(c) && strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) < 0 {
			return false
		}
	}
	return true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
