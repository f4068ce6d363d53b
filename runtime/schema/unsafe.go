package schema

import "unsafe"

// asText reads bytes as a text without copying; the text must not outlive them.
func asText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
