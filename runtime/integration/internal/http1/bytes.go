package http1

import "encoding/binary"

// tokenByte holds the bytes of a token (RFC 9110 section 5.6.2), of which header names consist.
var tokenByte = [256]bool{
	'!': true, '#': true, '$': true, '%': true, '&': true, '\'': true, '*': true, '+': true, '-': true, '.': true,
	'^': true, '_': true, '`': true, '|': true, '~': true,
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'A': true, 'B': true, 'C': true, 'D': true, 'E': true, 'F': true, 'G': true, 'H': true, 'I': true, 'J': true,
	'K': true, 'L': true, 'M': true, 'N': true, 'O': true, 'P': true, 'Q': true, 'R': true, 'S': true, 'T': true,
	'U': true, 'V': true, 'W': true, 'X': true, 'Y': true, 'Z': true,
	'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true, 'g': true, 'h': true, 'i': true, 'j': true,
	'k': true, 'l': true, 'm': true, 'n': true, 'o': true, 'p': true, 'q': true, 'r': true, 's': true, 't': true,
	'u': true, 'v': true, 'w': true, 'x': true, 'y': true, 'z': true,
}

// textEnd returns the index of the first byte from start on that cannot stand in a header value: a control byte other
// than tab. It returns len(b) when there is none.
func textEnd(b []byte, start int) int {
	i := start
	for ; i+8 <= len(b); i += 8 {
		if hasControl(binary.LittleEndian.Uint64(b[i:])) {
			break // a tab stops here too; the loop below looks closely
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; (c < ' ' && c != '\t') || c == 0x7f {
			return i
		}
	}
	return len(b)
}

// hasControl reports whether one of the eight bytes of x is below 0x20 or is 0x7f. It may say so of a byte beside one
// that is, never miss one.
func hasControl(x uint64) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	below := (x - ones*0x20) &^ x & tops
	del := x ^ ones*0x7f
	return below|((del-ones)&^del&tops) != 0
}
