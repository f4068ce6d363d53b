package vtl

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gatewright/gatewright/runtime/value"
)

const upperHex = "0123456789ABCDEF"

// EscapeJavaScript is $util.escapeJavaScript.
func (r *Renderer) EscapeJavaScript(v Value) Value {
	start := len(r.out)
	r.PrintEscaped(v)
	s := r.keep(r.out[start:])
	r.out = r.out[:start]
	return s
}

// PrintEscaped prints $util.escapeJavaScript(v).
func (r *Renderer) PrintEscaped(v Value) {
	s, ok := v.AsString()
	if !ok {
		s = value.Text(v.OrEmpty())
	}
	dst, start := r.out, 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x80 {
			dst = append(dst, s[start:i]...)
			n := 0
			dst, n = appendNonASCII(dst, s[i:])
			i += n
			start = i
			continue
		}
		if c >= ' ' && c != '"' && c != '\'' && c != '\\' && c != '/' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		dst = appendEscape(dst, c)
		i++
		start = i
	}
	r.out = append(dst, s[start:]...)
}

// appendEscape appends an ASCII character that needs an escape.
func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '\b':
		return append(dst, `\b`...)
	case '\t':
		return append(dst, `\t`...)
	case '\n':
		return append(dst, `\n`...)
	case '\f':
		return append(dst, `\f`...)
	case '\r':
		return append(dst, `\r`...)
	}
	if c < ' ' {
		return appendUnit(dst, uint16(c))
	}
	return append(dst, '\\', c)
}

// appendNonASCII appends the first character of s as \uXXXX, surrogates separately, and returns its length.
func appendNonASCII(dst []byte, s string) ([]byte, int) {
	c, size := utf8.DecodeRuneInString(s)
	if hi, lo := utf16.EncodeRune(c); hi != utf8.RuneError {
		return appendUnit(appendUnit(dst, uint16(hi)), uint16(lo)), size
	}
	return appendUnit(dst, uint16(c)), size
}

func appendUnit(dst []byte, u uint16) []byte {
	return append(dst, '\\', 'u', upperHex[u>>12], upperHex[u>>8&15], upperHex[u>>4&15], upperHex[u&15])
}

// ParseJSON is $util.parseJson; text that is no JSON throws.
func (r *Renderer) ParseJSON(v Value) Value {
	parsed, err := r.src.Memory().Parse(value.Text(v.OrEmpty()))
	if err != nil {
		panic(value.Thrown{Reason: "parseJson: " + err.Error()})
	}
	return parsed
}

// URLEncode is $util.urlEncode: form encoding.
func (r *Renderer) URLEncode(v Value) Value {
	s := value.Text(v.OrEmpty())
	start := len(r.out)
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '-', c == '*', c == '_':
			r.out = append(r.out, c)
		case c == ' ':
			r.out = append(r.out, '+')
		default:
			r.out = append(r.out, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	kept := r.keep(r.out[start:])
	r.out = r.out[:start]
	return kept
}

// URLDecode is $util.urlDecode; a bad % throws.
func (r *Renderer) URLDecode(v Value) Value {
	s := value.Text(v.OrEmpty())
	start := len(r.out)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '+':
			r.out = append(r.out, ' ')
		case '%':
			hi, lo := 0, 0
			if i+2 < len(s) {
				hi, lo = hexDigit(s[i+1]), hexDigit(s[i+2])
				if s[i+1] == '+' { // Java reads a number
					hi = 0
				}
			}
			if i+2 >= len(s) || hi < 0 || lo < 0 {
				r.out = r.out[:start]
				panic(value.Thrown{Reason: "urlDecode: a bad %"})
			}
			r.out = append(r.out, byte(hi<<4|lo))
			i += 2
		default:
			r.out = append(r.out, c)
		}
	}
	kept := value.String(javaUTF8(r.out[start:]))
	r.out = r.out[:start]
	return kept
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// Base64Encode is $util.base64Encode.
func (r *Renderer) Base64Encode(v Value) Value {
	start := len(r.out)
	r.out = base64.StdEncoding.AppendEncode(r.out, []byte(value.Text(v.OrEmpty())))
	kept := r.keep(r.out[start:])
	r.out = r.out[:start]
	return kept
}

// Base64Decode is $util.base64Decode, padded or not; text that is no base64 throws. Bytes that are no UTF-8 become U+FFFD.
func (r *Renderer) Base64Decode(v Value) Value {
	text := value.Text(v.OrEmpty())
	encoding := base64.StdEncoding
	if len(text)%4 != 0 {
		encoding = base64.RawStdEncoding
	}
	if strings.ContainsAny(text, "\r\n") { // Go skips them
		panic(value.Thrown{Reason: "base64Decode: a line break"})
	}
	decoded, err := encoding.DecodeString(text)
	if err != nil {
		panic(value.Thrown{Reason: "base64Decode: " + err.Error()})
	}
	return value.String(javaUTF8(decoded))
}

// javaUTF8 decodes UTF-8 as Java does: each longest start of a character that is not one becomes one U+FFFD.
func javaUTF8(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	out := make([]byte, 0, len(b)+16)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			n = broken(b)
		}
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	return string(out)
}

// broken is the length of the start of a character that b begins with and does not go on.
func broken(b []byte) int {
	low, high, more := byte(0x80), byte(0xbf), 0
	switch lead := b[0]; {
	case 0xc2 <= lead && lead <= 0xdf:
		more = 1
	case lead == 0xe0:
		low, more = 0xa0, 2
	case lead == 0xed:
		high, more = 0x9f, 2
	case 0xe1 <= lead && lead <= 0xef:
		more = 2
	case lead == 0xf0:
		low, more = 0x90, 3
	case lead == 0xf4:
		high, more = 0x8f, 3
	case 0xf1 <= lead && lead <= 0xf3:
		more = 3
	}
	n := 1
	for ; n <= more && n < len(b) && low <= b[n] && b[n] <= high; n++ {
		low, high = 0x80, 0xbf
	}
	return n
}
