package jwt

import (
	"slices"
	"strings"
	"time"

	"github.com/gatewright/gatewright/runtime/value"
)

// style is how claims become texts.
type style uint8

const (
	styleHTTP style = iota // as HTTP APIs show them: numbers as they are, arrays as [a b] (http-api.md 4)
	styleREST              // as REST APIs show them: dates in words, arrays joined by commas
)

// claims are the texts of all claims of m, in memory of their own. They are put together in *scratch, which is kept.
func (s style) claims(scratch *[]byte, m *value.Map) []Claim {
	type span struct{ name, value int } // where each ends
	var spans [32]span
	ends, text := spans[:0], (*scratch)[:0]
	for i := range m.Entries {
		name, _ := m.Entries[i].Key.AsString()
		text = append(text, name...)
		e := span{name: len(text)}
		text = s.appendClaim(text, name, m.Entries[i].Value)
		e.value = len(text)
		ends = append(ends, e)
	}
	*scratch = text
	all, from := string(text), 0
	claims := make([]Claim, len(ends))
	for i, e := range ends {
		claims[i] = Claim{Name: all[from:e.name], Value: all[e.name:e.value]}
		from = e.value
	}
	return claims
}

func (s style) appendClaim(dst []byte, name string, v value.Value) []byte {
	if s == styleHTTP {
		return appendGo(dst, v)
	}
	if name == "exp" || name == "iat" || name == "nbf" {
		if at, ok := numericDate(v); ok {
			return time.Unix(0, at).UTC().AppendFormat(dst, "Mon Jan 02 15:04:05 UTC 2006")
		}
	}
	if list, ok := v.AsList(); ok {
		for i, e := range list.Elements {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJava(dst, e)
		}
		return dst
	}
	return appendJava(dst, v)
}

// appendJava appends a value of a REST API: objects and what is in arrays stay JSON.
func appendJava(dst []byte, v value.Value) []byte {
	if text, ok := v.AsString(); ok {
		return append(dst, text...)
	}
	return value.AppendJSON(dst, v)
}

// appendGo appends a value of an HTTP API, which prints as Go does: [a b], map[k:v] by name, <nil>.
func appendGo(dst []byte, v value.Value) []byte {
	if list, ok := v.AsList(); ok {
		dst = append(dst, '[')
		for i, e := range list.Elements {
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = appendGo(dst, e)
		}
		return append(dst, ']')
	}
	if m, ok := v.AsMap(); ok {
		return appendGoMap(dst, m)
	}
	if v.IsNull() {
		return append(dst, "<nil>"...)
	}
	return value.AppendText(dst, v)
}

func appendGoMap(dst []byte, m *value.Map) []byte {
	entries := slices.Clone(m.Entries)
	slices.SortFunc(entries, func(a, b value.Entry) int {
		x, _ := a.Key.AsString()
		y, _ := b.Key.AsString()
		return strings.Compare(x, y)
	})
	dst = append(dst, "map["...)
	for i, e := range entries {
		if i > 0 {
			dst = append(dst, ' ')
		}
		name, _ := e.Key.AsString()
		dst = append(append(dst, name...), ':')
		dst = appendGo(dst, e.Value)
	}
	return append(dst, ']')
}
