package runtime

import "encoding/binary"

// Eight bytes of a text are looked at as one word: what is asked of each byte is computed for all at once. The high bit
// of a byte of the result is the answer for that byte.
const (
	eachOne  = 0x0101010101010101
	eachHigh = 0x8080808080808080
	eachLow  = 0x7f7f7f7f7f7f7f7f
)

// wordAt is the eight bytes of s from i on, the first lowest.
func wordAt(s string, i int) uint64 { return binary.LittleEndian.Uint64(bytesOf(s[i : i+8])) }

// equalBytes marks exactly the bytes of word that are b.
func equalBytes(word uint64, b byte) uint64 {
	x := word ^ eachOne*uint64(b)
	return ^(x&eachLow + eachLow | x | eachLow)
}

// anyBelow is not zero when a byte of word is below n, which is at most 0x80. Which one is not said.
func anyBelow(word uint64, n byte) uint64 { return (word - eachOne*uint64(n)) &^ word & eachHigh }

// anyEqual is not zero when a byte of word is b. Which one is not said.
func anyEqual(word uint64, b byte) uint64 { return anyBelow(word^eachOne*uint64(b), 1) }
