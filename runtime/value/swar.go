package value

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// ordinary is the first position in s, from at on, of a quote, backslash or control character; len(s) when there is none.
// It looks at eight bytes at a time.
func ordinary(s string, at int, quote byte) int {
	quotes := uint64(quote) * ones
	for ; at+8 <= len(s); at += 8 {
		w := load(s, at)
		q, e := w^quotes, w^('\\'*ones)
		// A byte of w^x is zero where x stands. Adding 1 carries into the high bit from 0x7f on; bytes above are no ASCII.
		found := ((q-ones)&^q | (e-ones)&^e | (w-' '*ones)&^w | (w&^highs+ones)&^w) & highs
		if found != 0 {
			return at + bits.TrailingZeros64(found)>>3
		}
	}
	for ; at < len(s); at++ {
		if c := s[at]; c == quote || c == '\\' || c < ' ' || c == 0x7f {
			return at
		}
	}
	return at
}

// load reads eight bytes of s, the first lowest; at+8 must not be beyond its end.
func load(s string, at int) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(unsafe.Pointer(unsafe.StringData(s)), at))[:])
}
