package lambda

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"
)

// text is b without a copy. The caller sees to it that b does not change while the text is used.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// bytesOf is s without a copy, for reading only.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

const (
	eachOne  = 0x0101010101010101
	eachHigh = 0x8080808080808080
)

// special is where the first byte of s from at on stands that a JSON string cannot hold as it is, or that starts a
// character beyond ASCII; len(s) when there is none. Eight bytes are looked at at once: each byte of the word that is
// sought has its high bit set, and those above it may have.
func special(s string, at int) int {
	for ; at+8 <= len(s); at += 8 {
		w := binary.LittleEndian.Uint64(bytesOf(s[at : at+8]))
		quote, escape := w^eachOne*'"', w^eachOne*'\\'
		found := (w | (w-eachOne*' ')&^w | (quote-eachOne)&^quote | (escape-eachOne)&^escape) & eachHigh
		if found != 0 {
			return at + bits.TrailingZeros64(found)>>3
		}
	}
	for ; at < len(s); at++ {
		if b := s[at]; b < ' ' || b == '"' || b == '\\' || b >= utf8.RuneSelf {
			return at
		}
	}
	return at
}

const upperHex = "0123456789ABCDEF"

// appendQuoted appends s as a JSON string the way Amazon's JSON library writes it: only what must be is escaped, with
// capital digits. What is not UTF-8 becomes U+FFFD.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for at := 0; ; {
		end := special(s, at)
		dst = append(dst, s[at:end]...)
		if end == len(s) {
			return append(dst, '"')
		}
		at = end + 1
		switch b := s[end]; {
		case b >= utf8.RuneSelf:
			dst, at = appendRunes(dst, s, end)
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b == '\b':
			dst = append(dst, `\b`...)
		case b == '\t':
			dst = append(dst, `\t`...)
		case b == '\n':
			dst = append(dst, `\n`...)
		case b == '\f':
			dst = append(dst, `\f`...)
		case b == '\r':
			dst = append(dst, `\r`...)
		default:
			dst = append(append(dst, `\u00`...), upperHex[b>>4], upperHex[b&0x0f])
		}
	}
}

// appendRunes appends the characters beyond ASCII that stand in s from at on, and says where they end.
func appendRunes(dst []byte, s string, at int) ([]byte, int) {
	for at < len(s) && s[at] >= utf8.RuneSelf {
		r, size := utf8.DecodeRuneInString(s[at:])
		dst = utf8.AppendRune(dst, r)
		at += size
	}
	return dst, at
}

// appendValid appends s with what is not UTF-8 as U+FFFD.
func appendValid(dst []byte, s string) []byte {
	if utf8.ValidString(s) {
		return append(dst, s...)
	}
	for _, r := range s {
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}
