package sigv4

import (
	"bytes"
	"slices"
)

// pair is one query parameter in its canonical encoding. Its texts lie in work.text.
type pair struct{ key, value []byte }

// readQuery takes the query apart into w.pairs, sorted. Pairs end where the gateway's own reading ends them, at & and at
// ; (rest.md, section 1.6), so that a query that means something else is signed as something else. It reports false for a
// broken escape, which readers take for different things.
func (w *work) readQuery(query string) bool {
	if query == "" {
		return true
	}
	w.text = slices.Grow(w.text[:0], 3*len(query)) // it must not move while pairs point into it
	start, whole := 0, true
	for i := 0; i <= len(query); i++ {
		if i < len(query) && query[i] != '&' && query[i] != ';' {
			continue
		}
		if i > start && !w.addPair(query[start:i]) {
			whole = false
		}
		start = i + 1
	}
	w.sortPairs(byEncoded)
	return whole
}

// addPair takes one parameter; without an equals sign its value is empty.
func (w *work) addPair(sent string) bool {
	mark, split := len(w.text), -1
	for i := 0; i < len(sent); i++ {
		b := sent[i]
		switch {
		case b == '=' && split < 0:
			split = len(w.text)
			continue
		case b == '+':
			b = ' '
		case b == '%':
			high, low := -1, -1
			if i+2 < len(sent) {
				high, low = fromHex(sent[i+1]), fromHex(sent[i+2])
			}
			if high < 0 || low < 0 {
				return false
			}
			b = byte(high<<4 | low)
			i += 2
		}
		if !unreserved[b] {
			w.encoded = true
		}
		w.text = appendEncoded(w.text, b)
	}
	if split < 0 {
		split = len(w.text)
	}
	w.pairs = append(w.pairs, pair{w.text[mark:split:split], w.text[split:len(w.text):len(w.text)]})
	return true
}

func fromHex(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b|0x20 >= 'a' && b|0x20 <= 'f':
		return int(b|0x20-'a') + 10
	default:
		return -1
	}
}

// byEncoded orders parameters as the algorithm's description has it.
func byEncoded(a, b pair) int {
	if order := bytes.Compare(a.key, b.key); order != 0 {
		return order
	}
	return bytes.Compare(a.value, b.value)
}

// byDecoded orders parameters by what they say, as the SDK for Go does.
func byDecoded(a, b pair) int {
	if order := compareDecoded(a.key, b.key); order != 0 {
		return order
	}
	return compareDecoded(a.value, b.value)
}

// compareDecoded compares two canonical encodings byte by byte of what they stand for.
func compareDecoded(a, b []byte) int {
	for len(a) > 0 && len(b) > 0 {
		var x, y byte
		x, a = nextDecoded(a)
		y, b = nextDecoded(b)
		if x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}

// nextDecoded is the first byte that text, in canonical encoding, stands for.
func nextDecoded(text []byte) (byte, []byte) {
	if text[0] != '%' {
		return text[0], text[1:]
	}
	return byte(fromHex(text[1])<<4 | fromHex(text[2])), text[3:]
}

func (w *work) sortPairs(order func(a, b pair) int) { slices.SortFunc(w.pairs, order) }

// appendQuery appends the canonical query, in the query form without the signature itself.
func (w *work) appendQuery(dst []byte) []byte {
	first := true
	for i := range w.pairs {
		p := &w.pairs[i]
		if w.presigned && string(p.key) == signatureParam {
			continue
		}
		if !first {
			dst = append(dst, '&')
		}
		first = false
		dst = append(append(append(dst, p.key...), '='), p.value...)
	}
	return dst
}

// param is the value of the query parameter name, decoded, and how often it is there.
func (w *work) param(name string) (value string, count int) {
	for i := range w.pairs {
		if p := &w.pairs[i]; string(p.key) == name {
			count++
			if count == 1 {
				value = decoded(p.value)
			}
		}
	}
	return value, count
}

func decoded(text []byte) string {
	plain := make([]byte, 0, len(text))
	for len(text) > 0 {
		var b byte
		b, text = nextDecoded(text)
		plain = append(plain, b)
	}
	return string(plain)
}
