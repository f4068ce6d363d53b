package value

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ascii reports whether positions in s count the same in bytes and in UTF-16.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// units returns s in UTF-16.
func units(s string) []uint16 { return utf16.Encode([]rune(s)) }

// length16 counts the UTF-16 code units of s.
func length16(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(max(r, 0))
	}
	return n
}

// unitOffset turns a byte offset into one of UTF-16; -1 stays.
func unitOffset(s string, i int) int {
	if i < 0 {
		return -1
	}
	return length16(s[:i])
}

// slice16 returns the code units from to to, which must lie in s. Half of a pair becomes a question mark, as Java writes it.
func slice16(s string, from, to int) string {
	if ascii(s) {
		return s[from:to]
	}
	var b strings.Builder
	at := 0
	for _, r := range s {
		n := utf16.RuneLen(r)
		if at >= from && at+n <= to {
			b.WriteRune(r)
		} else if n == 2 && (at+1 == from && at+1 < to || at >= from && at+1 == to) {
			b.WriteByte('?')
		}
		at += n
	}
	return b.String()
}

// compare16 is Java's compareTo: the difference of the first code units that differ, or of the lengths.
func compare16(x, y string) int {
	a, b := units(x), units(y)
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return len(a) - len(b)
}

// characters is toCharArray.
func characters(s string) Value {
	a := &Array{}
	for i := range length16(s) {
		a.Elements = append(a.Elements, ObjectOf(Character(slice16(s, i, i+1))))
	}
	return ObjectOf(a)
}
