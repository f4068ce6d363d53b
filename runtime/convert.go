package runtime

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// Conversion is an integration's contentHandling.
type Conversion uint8

// The conversions.
const (
	// AsIs is no contentHandling.
	AsIs Conversion = iota
	// ToText is CONVERT_TO_TEXT.
	ToText
	// ToBinary is CONVERT_TO_BINARY.
	ToBinary
)

// binaryTypes are an API's binary media types, ready for matching.
type binaryTypes struct {
	all      bool
	exact    []string
	prefixes []string // with the slash
}

// newBinaryTypes reads binaryMediaTypes. */* is everything, a wildcard behind the slash takes a whole family, and one in
// front of it matches nothing (rest.md, section 5).
func newBinaryTypes(types []string) binaryTypes {
	var b binaryTypes
	for _, t := range types {
		t = strings.ToLower(trimSpace(t))
		switch family, wild := strings.CutSuffix(t, "/*"); {
		case t == "*/*":
			b.all = true
		case wild && !strings.Contains(family, "*"):
			b.prefixes = append(b.prefixes, family+"/")
			b.exact = append(b.exact, t) // the wildcard itself, as an Accept
		default:
			b.exact = append(b.exact, t)
		}
	}
	return b
}

// match reports whether mediaType, in lower case and without parameters, is binary.
func (b *binaryTypes) match(mediaType string) bool {
	if b.all {
		return true
	}
	for _, t := range b.exact {
		if t == mediaType {
			return mediaType != ""
		}
	}
	for _, prefix := range b.prefixes {
		if strings.HasPrefix(mediaType, prefix) {
			return true
		}
	}
	return false
}

func (b *binaryTypes) none() bool { return !b.all && len(b.exact) == 0 }

// change is what happens to a body on its way.
type change uint8

const (
	keepBytes    change = iota // the bytes as they are
	keepText                   // as UTF-8, what is not UTF-8 replaced
	encodeBase64               // the bytes in base64
	decodeBase64               // the bytes that base64 text stands for; 500 when it is none
)

// requestChange is the table of request conversions (rest.md, section 5).
func requestChange(binary bool, conversion Conversion) change {
	switch {
	case binary && conversion == ToText:
		return encodeBase64
	case binary:
		return keepBytes
	case conversion == ToBinary:
		return decodeBase64
	default:
		return keepText
	}
}

// responseChange is the table of response conversions (rest.md, section 5): payload is whether the backend's answer is
// binary, accept whether the client wants binary.
func responseChange(payload, accept bool, conversion Conversion) change {
	switch {
	case payload && (conversion == ToBinary || conversion == AsIs && accept):
		return keepBytes
	case payload:
		return encodeBase64
	case conversion == ToBinary || conversion == AsIs && accept:
		return decodeBase64
	default:
		return keepBytes
	}
}

// convert is body after change; ok is false when it cannot be changed so. The result may be body itself or text of the
// arena.
func (c *Ctx) convert(body []byte, change change) (converted []byte, ok bool) {
	mark := len(c.arena)
	switch change {
	case encodeBase64:
		c.arena = base64.StdEncoding.AppendEncode(c.arena, body)
	case decodeBase64:
		var err error
		if c.arena, err = base64.StdEncoding.AppendDecode(c.arena, body); err != nil {
			c.arena = c.arena[:mark]
			return nil, false
		}
	case keepText:
		if utf8.Valid(body) {
			return body, true
		}
		for len(body) > 0 {
			r, size := utf8.DecodeRune(body)
			c.arena = utf8.AppendRune(c.arena, r)
			body = body[size:]
		}
	default:
		return body, true
	}
	return c.arena[mark:], true
}
