package sigv4

import (
	"strings"

	gw "github.com/gatewright/gatewright/runtime"
)

// appendCanonical appends the canonical request: the method as it was sent, path, query, signed fields, their names and
// the hash of the body.
func (w *work) appendCanonical(dst []byte, c *gw.Ctx, hash string, collapsed bool) []byte {
	dst = append(append(dst, c.RequestCtx().Method()...), '\n')
	dst = append(appendPath(dst, c.SentPath(), collapsed), '\n')
	dst = append(w.appendQuery(dst), '\n')
	fields := c.Fields()
	for _, name := range w.names {
		dst = append(appendField(dst, fields, name), '\n')
	}
	dst = append(dst, '\n')
	dst = append(append(dst, w.signedHeaders...), '\n')
	return append(dst, hash...)
}

// unreserved are the bytes that are never encoded (RFC 3986, section 2.3).
var unreserved = func() (set [256]bool) {
	for _, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") {
		set[b] = true
	}
	return set
}()

const upperHex = "0123456789ABCDEF"

func appendEncoded(dst []byte, b byte) []byte {
	if unreserved[b] {
		return append(dst, b)
	}
	return append(dst, '%', upperHex[b>>4], upperHex[b&15])
}

// appendPath appends path, as it was sent, encoded once more: what escapes it has are encoded twice then, as for every
// service but S3.
func appendPath(dst []byte, path string, collapsed bool) []byte {
	for i := range len(path) {
		if path[i] != '/' {
			dst = appendEncoded(dst, path[i])
		} else if !collapsed || i == 0 || path[i-1] != '/' {
			dst = append(dst, '/')
		}
	}
	return dst
}

func hasDoubledSlash(path string) bool { return strings.Contains(path, "//") }

// appendField appends the field name, which is in lower case: all its values, joined by commas, each without spaces
// around it and with single spaces inside.
func appendField(dst []byte, fields []gw.Field, name string) []byte {
	dst = append(append(dst, name...), ':')
	first := true
	for i := range fields {
		if !isName(fields[i].Name, name) {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = appendValue(dst, fields[i].Value)
	}
	return dst
}

// appendValue appends value with each run of spaces as one. The server has cut off those around it.
func appendValue(dst []byte, value string) []byte {
	value = strings.Trim(value, " \t")
	for {
		at := strings.Index(value, "  ")
		if at < 0 {
			return append(dst, value...)
		}
		dst = append(dst, value[:at+1]...)
		value = strings.TrimLeft(value[at:], " ")
	}
}

// isName reports whether name is lower, which is in lower case, without regard to case.
func isName(name, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i := len(name) - 1; i >= 0; i-- {
		b := name[i]
		if b-'A' <= 'Z'-'A' {
			b |= 0x20
		}
		if b != lower[i] {
			return false
		}
	}
	return true
}
