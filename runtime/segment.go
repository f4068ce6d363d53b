package runtime

import "strings"

// Affixed reports whether segment is prefix, something, suffix: a parameter with literal text around it.
func Affixed(segment, prefix, suffix string) bool {
	return len(segment) > len(prefix)+len(suffix) && strings.HasPrefix(segment, prefix) && strings.HasSuffix(segment, suffix)
}

// SplitSegment reports whether segment holds one parameter of at least one byte between each two of literals. The
// literals are those before, between and behind the parameters, so that /{a}-{b} has "", "-" and "".
func SplitSegment(segment string, literals ...string) bool {
	_, _, ok := partOf(segment, len(literals)-2, literals)
	return ok
}

// SegmentPart is the text of parameter i of a segment that SplitSegment takes, as it was sent: segment may have
// escapes, which are decoded for finding the literals only.
func SegmentPart(segment string, i int, literals ...string) string {
	if strings.IndexByte(segment, '%') < 0 {
		start, end, _ := partOf(segment, i, literals)
		return segment[start:end]
	}
	var room [128]byte
	key, ok := appendUnescaped(room[:0], segment)
	if !ok {
		return ""
	}
	start, end, _ := partOf(text(key), i, literals)
	start = sentOffset(segment, start)
	return segment[start : start+sentOffset(segment[start:], end-sentBytes(segment, start))]
}

// partOf is where parameter i stands in segment. Each parameter but the last is as short as can be.
func partOf(segment string, i int, literals []string) (start, end int, ok bool) {
	if i < 0 || i+1 >= len(literals) || !strings.HasPrefix(segment, literals[0]) {
		return 0, 0, false
	}
	at := len(literals[0])
	last := len(literals) - 2
	for n := 0; n <= last; n++ {
		next, found := literals[n+1], -1
		switch {
		case n == last && strings.HasSuffix(segment, next):
			found = len(segment) - len(next)
		case n < last && at+1 <= len(segment):
			if found = strings.Index(segment[at+1:], next); found >= 0 {
				found += at + 1
			}
		}
		if found <= at {
			return 0, 0, false
		}
		if n == i {
			start, end = at, found
		}
		at = found + len(next)
	}
	return start, end, true
}

// sentOffset is where decoded byte n of segment stands in it as it was sent.
func sentOffset(segment string, n int) int {
	at := 0
	for ; n > 0 && at < len(segment); n-- {
		if segment[at] == '%' && at+2 < len(segment) {
			at += 2
		}
		at++
	}
	return at
}

// sentBytes is how many decoded bytes segment[:end] has.
func sentBytes(segment string, end int) int {
	n := 0
	for at := 0; at < end; at++ {
		if segment[at] == '%' {
			at += 2
		}
		n++
	}
	return n
}

// inside is segment as it was sent without the decoded texts prefix and suffix around it.
func inside(segment, prefix, suffix string) string {
	if strings.IndexByte(segment, '%') < 0 {
		if !Affixed(segment, prefix, suffix) {
			return ""
		}
		return segment[len(prefix) : len(segment)-len(suffix)]
	}
	whole := sentBytes(segment, len(segment))
	if whole <= len(prefix)+len(suffix) {
		return ""
	}
	return segment[sentOffset(segment, len(prefix)):sentOffset(segment, whole-len(suffix))]
}
