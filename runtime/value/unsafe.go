package value

import "unsafe"

// bytesToString views b, which must not change any more, as a text.
func bytesToString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
