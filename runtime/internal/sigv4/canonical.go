package sigv4

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// unsigned is the hash of a body that is not known when the request is signed.
const unsigned = "UNSIGNED-PAYLOAD"

// work is a request that is being signed. Its texts are the head's.
type work struct {
	method, path, query []byte
	date, hash          []byte
	names               []byte // of fields, in lower case
	fields              []field
	pairs               []pair
	canonical, sum      []byte
}

// field is a field that is signed; its name is names[start:end].
type field struct {
	start, end int
	value      []byte
}

// pair is a pair of the query.
type pair struct{ name, value []byte }

// Bounds of what a pooled work keeps.
const (
	keptText   = 16 << 10
	keptFields = 64
)

func (s *Signer) put(w *work) {
	if cap(w.canonical) > keptText || cap(w.names) > keptText || cap(w.fields) > keptFields || cap(w.pairs) > keptFields {
		return
	}
	clear(w.fields)
	clear(w.pairs)
	w.method, w.path, w.query = nil, nil, nil
	w.names, w.fields, w.pairs = w.names[:0], w.fields[:0], w.pairs[:0]
	s.idle.Put(w)
}

var (
	lineEnd = []byte("\r\n")
	colon   = []byte(": ")
)

// read takes a head apart.
func (w *work) read(head []byte) error {
	line, rest, ok := bytes.Cut(head, lineEnd)
	method, line, ok2 := bytes.Cut(line, []byte{' '})
	target, _, ok3 := bytes.Cut(line, []byte{' '})
	if !ok || !ok2 || !ok3 || len(target) == 0 || target[0] != '/' {
		return errHead
	}
	w.method = method
	w.path, w.query, _ = bytes.Cut(target, []byte{'?'})
	for len(rest) > 0 {
		line, rest, ok = bytes.Cut(rest, lineEnd)
		name, value, ok2 := bytes.Cut(line, colon)
		if !ok || !ok2 || len(name) == 0 || Signed(text(name)) {
			return errHead
		}
		length := len(name) == len("content-length") && equalFold(text(name), "content-length")
		switch {
		case length && !digits(value):
			return errHead
		case length && string(value) == "0", changes(name):
		default:
			w.add(text(name), value)
		}
	}
	return nil
}

func digits(value []byte) bool {
	for _, c := range value {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(value) > 0
}

// changes reports whether a field may be changed on the way, so that the SDK does not sign it.
func changes(name []byte) bool {
	is := func(lower string) bool { return len(name) == len(lower) && equalFold(text(name), lower) }
	switch len(name) {
	case len("user-agent"):
		return is("user-agent")
	case len("x-amzn-trace-id"):
		return is("x-amzn-trace-id")
	case len("expect"):
		return is("expect")
	case len("transfer-encoding"):
		return is("transfer-encoding")
	}
	return false
}

func (w *work) add(name string, value []byte) {
	start := len(w.names)
	for i := range len(name) {
		w.names = append(w.names, lowered(name[i]))
	}
	w.fields = append(w.fields, field{start, len(w.names), value})
}

func (w *work) name(f *field) []byte { return w.names[f.start:f.end] }

func (w *work) hashBody(body []byte, stream bool) {
	if stream {
		w.hash = append(w.hash[:0], unsigned...)
		return
	}
	sum := sha256.Sum256(body)
	w.hash = hex.AppendEncode(w.hash[:0], sum[:])
}

// appendCanonical appends the canonical request. It sorts the fields.
func (w *work) appendCanonical(b []byte, storage bool) []byte {
	slices.SortStableFunc(w.fields, func(x, y field) int { return bytes.Compare(w.name(&x), w.name(&y)) })
	b = append(append(b, w.method...), '\n')
	if storage {
		b = append(b, w.path...)
	} else {
		for _, c := range w.path {
			if c == '/' {
				b = append(b, c)
			} else {
				b = appendByte(b, c)
			}
		}
	}
	b = append(w.appendPairs(append(b, '\n')), '\n')
	b = append(w.appendFields(b), '\n')
	b = append(w.appendNames(b), '\n')
	return append(b, w.hash...)
}

// appendPairs appends the query with its pairs in order.
func (w *work) appendPairs(b []byte) []byte {
	for rest := w.query; len(rest) > 0; {
		var p []byte
		p, rest, _ = bytes.Cut(rest, []byte{'&'})
		name, value, _ := bytes.Cut(p, []byte{'='})
		w.pairs = append(w.pairs, pair{name, value})
	}
	slices.SortFunc(w.pairs, func(x, y pair) int {
		if c := bytes.Compare(x.name, y.name); c != 0 {
			return c
		}
		return bytes.Compare(x.value, y.value)
	})
	for i, p := range w.pairs {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(append(append(b, p.name...), '='), p.value...)
	}
	return b
}

// appendFields appends a line for each name; fields of one name are joined.
func (w *work) appendFields(b []byte) []byte {
	for i := range w.fields {
		f := &w.fields[i]
		if i > 0 && bytes.Equal(w.name(f), w.name(&w.fields[i-1])) {
			b[len(b)-1] = ','
		} else {
			b = append(append(b, w.name(f)...), ':')
		}
		b = append(appendSqueezed(b, f.value), '\n')
	}
	return b
}

// appendSqueezed appends value without spaces around it, and with single ones in it.
func appendSqueezed(b, value []byte) []byte {
	value = bytes.TrimSpace(value)
	for i, c := range value {
		if c != ' ' || value[i-1] != ' ' {
			b = append(b, c)
		}
	}
	return b
}

// appendNames appends the names, each once.
func (w *work) appendNames(b []byte) []byte {
	for i := range w.fields {
		name := w.name(&w.fields[i])
		if i > 0 {
			if bytes.Equal(name, w.name(&w.fields[i-1])) {
				continue
			}
			b = append(b, ';')
		}
		b = append(b, name...)
	}
	return b
}
