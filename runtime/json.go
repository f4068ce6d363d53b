package runtime

import (
	"unicode/utf8"

	"github.com/gatewright/gatewright/runtime/value"
)

// JSONPath is a compiled path into a JSON text.
type JSONPath = value.Path

// MustPath compiles a JSONPath that the generator has checked.
func MustPath(text string) *JSONPath { return value.MustPath(text) }

// bodyJSON is the request's body as JSON. Templates share what is parsed here.
func (c *Ctx) bodyJSON(body []byte) (value.Value, Fault) {
	p := c.payloadOf(&c.templates.request, text(body))
	if root, err := p.Document(); err == nil && p.strict {
		return root, OK
	}
	return value.Null, c.Fail(BadRequestBody, "Invalid JSON in request body")
}

// jsonText is what p finds below root: a text as it is, anything else as compact JSON, and a list of all that an
// indefinite path finds. Nothing, and null, is empty.
func (c *Ctx) jsonText(root value.Value, p *JSONPath) string {
	found, how := p.Eval(root)
	if how != value.OK || found.IsNull() {
		return ""
	}
	if s, ok := found.AsString(); ok {
		return s
	}
	if l, ok := found.AsList(); ok && len(l.Elements) == 0 && !p.Definite() {
		return ""
	}
	mark := len(c.arena)
	c.arena = value.AppendJSON(c.arena, found)
	return c.arenaText(mark)
}

// appendJSONString appends s as a JSON string. What is not UTF-8 becomes U+FFFD.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		b := s[i]
		switch {
		case b >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b == '\n':
			dst = append(dst, '\\', 'n')
		case b == '\r':
			dst = append(dst, '\\', 'r')
		case b == '\t':
			dst = append(dst, '\\', 't')
		case b < 0x20:
			dst = append(append(dst, `\u00`...), lowerHex[b>>4], lowerHex[b&0x0f])
		default:
			dst = append(dst, b)
		}
		i++
	}
	return append(dst, '"')
}
