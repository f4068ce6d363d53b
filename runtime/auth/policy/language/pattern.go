package language

import (
	"strings"
	"unicode/utf8"
)

// Match reports whether s is what pattern says, in which * is any text, also none and over slashes, and ? is one
// character. Case counts. The time is that of searching s for each text between two *, one after the other: the first
// place where such a text fits is as good as any later one, so that nothing is ever tried again.
func Match(pattern, s string) bool {
	star := strings.IndexByte(pattern, '*')
	if star < 0 {
		return leading(pattern, s) == len(s)
	}
	n := leading(pattern[:star], s)
	if n < 0 {
		return false
	}
	s, pattern = s[n:], pattern[star+1:]
	for {
		if star = strings.IndexByte(pattern, '*'); star < 0 {
			return trailing(pattern, s)
		}
		end := find(pattern[:star], s)
		if end < 0 {
			return false
		}
		s, pattern = s[end:], pattern[star+1:]
	}
}

// leading is how many bytes of s, from its first on, piece takes: a pattern without *. It is -1 when s begins with
// something else.
func leading(piece, s string) int {
	if strings.HasPrefix(s, piece) { // a ? takes a ?, too
		return len(piece)
	}
	at := 0
	for i := range len(piece) {
		switch {
		case at == len(s):
			return -1
		case piece[i] == '?':
			_, size := utf8.DecodeRuneInString(s[at:])
			at += size
		case piece[i] == s[at]:
			at++
		default:
			return -1
		}
	}
	return at
}

// find is where the first text in s that piece takes ends; -1 when there is none.
func find(piece, s string) int {
	if strings.IndexByte(piece, '?') < 0 {
		at := strings.Index(s, piece)
		if at < 0 {
			return -1
		}
		return at + len(piece)
	}
	for at := 0; ; {
		if n := leading(piece, s[at:]); n >= 0 {
			return at + n
		}
		if at == len(s) {
			return -1
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
}

// trailing reports whether s ends in what piece takes.
func trailing(piece, s string) bool {
	if strings.IndexByte(piece, '?') < 0 {
		return strings.HasSuffix(s, piece)
	}
	start := len(s)
	for range utf8.RuneCountInString(piece) {
		if start == 0 {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(s[:start])
		start -= size
	}
	return leading(piece, s[start:]) == len(s)-start
}

// IsAny reports whether pattern is * alone, which takes every text.
func IsAny(pattern string) bool { return pattern != "" && strings.Trim(pattern, "*") == "" }

// arnFields is how many parts an ARN has: arn:partition:service:region:account:resource.
const arnFields = 6

// MatchARN reports whether an ARN is what pattern says. Each of the six parts is compared by itself, so that a wildcard
// does not reach over a colon, but for those of the last part. Parts that a pattern leaves out are anything, and so is
// all of * alone.
func MatchARN(pattern, arn string) bool {
	if strings.Count(arn, ":") < arnFields-1 {
		return false
	}
	if IsAny(pattern) {
		return true
	}
	for range arnFields - 1 {
		part, rest, _ := strings.Cut(arn, ":")
		want, others, more := strings.Cut(pattern, ":")
		if !Match(want, part) {
			return false
		}
		if !more {
			return true
		}
		arn, pattern = rest, others
	}
	return Match(pattern, arn)
}

// IsARN reports whether a pattern is written as an ARN; whole, whether it has all six parts. variables says whether ${…} in
// it are policy variables, whose colons part nothing.
func IsARN(pattern string, variables bool) (arn, whole bool) {
	colons := 0
	for at := 0; at < len(pattern); at++ {
		if variables && strings.HasPrefix(pattern[at:], "${") {
			end := strings.IndexByte(pattern[at:], '}')
			if end < 0 {
				break
			}
			at += end
			continue
		}
		if pattern[at] == ':' {
			colons++
		}
	}
	return strings.HasPrefix(pattern, "arn:"), colons >= arnFields-1
}
