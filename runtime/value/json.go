package value

import "unicode/utf8"

const upperHex = "0123456789ABCDEF"

// AppendJSON appends v as compact JSON the way $input.json prints it (mapping-templates.md 6.1): a slash stays.
// It panics with TooDeep.
func AppendJSON(dst []byte, v Value) []byte { return appendJSON(dst, v, false, 0) }

// appendJSON appends JSON; slash says whether / is escaped, as in a list that prints itself.
func appendJSON(dst []byte, v Value, slash bool, depth int) []byte {
	if depth > maxPrintDepth {
		panic(TooDeep{})
	}
	switch v.k {
	case KindString:
		s, _ := v.AsString()
		return AppendQuoted(dst, s, slash)
	case KindList:
		dst = append(dst, '[')
		for i, e := range (*List)(v.p).Elements {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, e, slash, depth+1)
		}
		return append(dst, ']')
	case KindMap:
		m := (*Map)(v.p)
		dst = append(dst, '{')
		for i := range m.Entries {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendKey(dst, m.Entries[i].Key, slash, depth)
			dst = append(dst, ':')
			dst = appendJSON(dst, m.Entries[i].Value, slash, depth+1)
		}
		return append(dst, '}')
	case KindObject:
		return AppendQuoted(dst, string(appendText(nil, v, depth+1)), slash)
	case KindDouble:
		if f := v.float(); f != f || f > maxFinite || f < -maxFinite {
			return append(dst, "null"...)
		}
	}
	return appendText(dst, v, depth)
}

// maxFinite is the largest double.
const maxFinite = 0x1p1023 * (1 + (1 - 0x1p-52))

func appendKey(dst []byte, key Value, slash bool, depth int) []byte {
	if s, ok := key.AsString(); ok {
		return AppendQuoted(dst, s, slash)
	}
	return AppendQuoted(dst, string(appendText(nil, key, depth+1)), slash)
}

// AppendQuoted appends s as a JSON string with json-smart's escapes.
func AppendQuoted(dst []byte, s string, slash bool) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if 0x80 <= r && r <= 0x9f || 0x2000 <= r && r <= 0x20ff {
				dst = append(dst, s[start:i]...)
				dst = appendEscape(dst, uint16(r))
				start = i + n
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' && c != 0x7f && (c != '/' || !slash) {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\', '/':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = appendEscape(dst, uint16(c))
		}
		i++
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// appendEscape appends \uXXXX.
func appendEscape(dst []byte, c uint16) []byte {
	return append(dst, '\\', 'u', upperHex[c>>12], upperHex[c>>8&15], upperHex[c>>4&15], upperHex[c&15])
}
