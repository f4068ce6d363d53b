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
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	quotes := uint64(quote) * ones
	for ; at+8 <= len(b); at += 8 {
		w := binary.LittleEndian.Uint64(b[at:])
		q, e, d := w^quotes, w^('\\'*ones), w^(0x7f*ones)
		found := (q-ones)&^q | (e-ones)&^e | (d-ones)&^d | (w-' '*ones)&^w
		if found &= highs; found != 0 {
			return at + bits.TrailingZeros64(found)>>3
		}
	}
	for ; at < len(b); at++ {
		if c := b[at]; c == quote || c == '\\' || c < ' ' || c == 0x7f {
			return at
		}
	}
	return at
}
