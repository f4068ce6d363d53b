package jwt

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gatewright/gatewright/runtime/value"
)

// Bounds of a token.
const (
	maxToken  = 8 << 10 // bytes
	maxHeader = 2 << 10 // bytes, decoded
	maxDepth  = 16      // of what claims hold
)

// parts is a token in compact form (RFC 7515 7.1), still encoded.
type parts struct {
	header, payload, signature string
	signed                     string // header and payload with the dot between
}

// split takes a token apart. It has three parts, none empty; what they are made of, appendDecoded checks.
func split(text string) (p parts, ok bool) {
	if len(text) > maxToken {
		return parts{}, false
	}
	first, last := strings.IndexByte(text, '.'), strings.LastIndexByte(text, '.')
	if first < 1 || last-first < 2 || last == len(text)-1 {
		return parts{}, false
	}
	p = parts{text[:first], text[first+1 : last], text[last+1:], text[:last]}
	return p, strings.IndexByte(p.payload, '.') < 0
}

// encoding also refuses bits behind the end, so that a token can be written in one way only.
var encoding = base64.RawURLEncoding.Strict()

// appendDecoded appends what text encodes: base64url (RFC 4648 5) without padding. Line breaks the decoder would skip.
func appendDecoded(dst []byte, text string) ([]byte, bool) {
	if strings.IndexByte(text, '\n') >= 0 || strings.IndexByte(text, '\r') >= 0 {
		return dst, false
	}
	dst, err := encoding.AppendDecode(dst, bytesOf(text))
	return dst, err == nil
}

// header is what a token says of its signature.
type header struct {
	algorithm *algorithm
	keyID     string
}

// refusedHeaders would have the token itself say which key or which rules it is to be judged by, or are of tokens that
// hold something else than claims.
var refusedHeaders = [...]string{"crit", "jku", "jwk", "x5u", "b64", "zip", "enc", "cty"}

// parseHeader reads a decoded header. Its texts alias text or doc.
func parseHeader(doc *value.Document, text string) (h header, r Result) {
	if len(text) > maxHeader {
		return header{}, Malformed
	}
	m, ok := parseObject(doc, text)
	if !ok {
		return header{}, Malformed
	}
	for _, name := range refusedHeaders {
		if _, ok := m.GetString(name); ok {
			return header{}, Invalid
		}
	}
	if typ, ok := m.GetString("typ"); ok && !isTokenType(typ) {
		return header{}, Invalid
	}
	name, ok := member(m, "alg")
	if h.algorithm = algorithmOf(name); !ok || h.algorithm == nil {
		return header{}, Invalid
	}
	h.keyID, ok = member(m, "kid")
	if !ok || h.keyID == "" || len(h.keyID) > maxKeyID {
		return header{}, UnknownKey
	}
	return h, Valid
}

// isTokenType says whether typ is a kind of token that carries someone's claims. Issuers sign others with the same keys:
// for logging out, for events, to prove the possession of a key (RFC 8725 3.11).
func isTokenType(typ value.Value) bool {
	text, ok := typ.AsString()
	if !ok {
		return false
	}
	if len(text) > len("application/") && equalFold(text[:len("application/")], "application/") {
		text = text[len("application/"):]
	}
	return equalFold(text, "jwt") || equalFold(text, "at+jwt")
}

// equalFold compares text with lower, which is in lower case, as ASCII.
func equalFold(text, lower string) bool {
	if len(text) != len(lower) {
		return false
	}
	for i := range len(text) {
		b := text[i]
		if b-'A' <= 'Z'-'A' {
			b |= 0x20
		}
		if b != lower[i] {
			return false
		}
	}
	return true
}

// parseObject reads JSON that is an object by the letter of the standard, in which no name stands twice.
func parseObject(doc *value.Document, text string) (*value.Map, bool) {
	if !utf8.ValidString(text) || hasDelete(text) || hasLoneSurrogate(text) {
		return nil, false
	}
	v, strict, err := doc.Read(text)
	if err != nil || !strict || doc.Repeated() || !shallow(v, maxDepth) {
		return nil, false
	}
	return v.AsMap()
}

// hasDelete says whether text has a character that the reader of JSON leaves out of texts.
func hasDelete(text string) bool {
	for i := range len(text) {
		if text[i] == 0x7f {
			return true
		}
	}
	return false
}

// hasLoneSurrogate says whether an escape in text stands for half a character, which readers replace each in its way.
func hasLoneSurrogate(text string) bool {
	for i := strings.IndexByte(text, '\\'); 0 <= i && i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		high := unitAt(text, i)
		if i++; !utf16.IsSurrogate(high) {
			continue
		}
		if utf16.DecodeRune(high, unitAt(text, i+5)) == utf8.RuneError {
			return true
		}
		i += 10
	}
	return false
}

// unitAt is the UTF-16 unit that is escaped at i, 0 when none is.
func unitAt(text string, i int) rune {
	if i+6 > len(text) || text[i:i+2] != `\u` {
		return 0
	}
	unit, err := strconv.ParseUint(text[i+2:i+6], 16, 16)
	if err != nil {
		return 0
	}
	return rune(unit)
}

// shallow reports whether v nests at most depth deep.
func shallow(v value.Value, depth int) bool {
	if m, ok := v.AsMap(); ok {
		for i := range m.Entries {
			if depth == 0 || !shallow(m.Entries[i].Value, depth-1) {
				return false
			}
		}
		return true
	}
	if l, ok := v.AsList(); ok {
		for i := range l.Elements {
			if depth == 0 || !shallow(l.Elements[i], depth-1) {
				return false
			}
		}
	}
	return true
}

// member is the text that m has under name; ok is false when there is none.
func member(m *value.Map, name string) (text string, ok bool) {
	v, ok := m.GetString(name)
	if !ok {
		return "", false
	}
	return v.AsString()
}
