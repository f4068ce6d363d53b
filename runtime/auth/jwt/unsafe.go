package jwt

import "unsafe"

// bytesOf is text as bytes that must not be changed.
func bytesOf(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }

// textOf is b as a text; b must not be changed while it is used.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
