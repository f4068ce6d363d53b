package http1

import (
	"bytes"
	"errors"
)

// Lengths of a body that no number announces.
const (
	// Chunked is the length of a body in chunks.
	Chunked = -1
	// UntilClose is the length of a body that ends with its connection (RFC 9112 section 6.3, rule 8).
	UntilClose = -2
)

// MaxFields bounds the header fields of one answer.
const MaxFields = 256

// ErrIncomplete says that a head has not arrived whole.
var ErrIncomplete = errors.New("http1: incomplete")

// Errors of heads, each naming what the backend did wrong.
var (
	errStatusLine   = errors.New("http1: malformed status line")
	errField        = errors.New("http1: malformed header field")
	errTooMany      = errors.New("http1: too many header fields")
	errLength       = errors.New("http1: malformed Content-Length")
	errLengths      = errors.New("http1: more than one body length")
	errCoding       = errors.New("http1: unsupported Transfer-Encoding")
	errInterimOther = errors.New("http1: unexpected interim answer")
)

// Field is a header field. Name and Value alias the buffer that the head was read from.
type Field struct {
	Name, Value []byte
	// Connection says that the field is one of those that concern this connection only and were acted upon:
	// Connection, Content-Length, Keep-Alive, Transfer-Encoding.
	Connection bool
}

// Head is the head of an answer.
type Head struct {
	// Status is 100…599.
	Status int
	// Fields are the header fields as sent, in order.
	Fields []Field
	// Length is the body's announced length, Chunked or UntilClose. A status or method without body overrides it.
	Length int64
	// Close says that the backend closes the connection behind this answer, whose body may also end with it.
	Close bool
	// Options is the value of the Connection field, nil without one.
	Options []byte

	old    bool // HTTP/1.0
	length bool // Content-Length seen
}

// Parse reads a head from the start of b and returns how many bytes it took. When the head has not arrived whole the
// error is ErrIncomplete; any other error is final.
func (h *Head) Parse(b []byte) (int, error) {
	*h = Head{Fields: h.Fields[:0], Length: UntilClose}
	at, err := h.statusLine(b)
	if err != nil {
		return 0, err
	}
	for {
		rest := b[at:]
		if len(rest) < 2 {
			return 0, ErrIncomplete
		}
		if rest[0] == '\r' {
			if rest[1] != '\n' {
				return 0, errField
			}
			return at + 2, nil
		}
		n, err := h.field(rest)
		if err != nil {
			return 0, err
		}
		at += n
	}
}

// Bodiless reports whether an answer to method never has a body, whatever its fields say (RFC 9112 section 6.3).
func (h *Head) Bodiless(method string) bool {
	return h.Status < 200 || h.Status == 204 || h.Status == 304 || method == "HEAD"
}

// Interim reports whether the head is one that the final answer follows. A switch of protocols was never asked for and
// is an error.
func (h *Head) Interim() (bool, error) {
	if h.Status == 101 {
		return false, errInterimOther
	}
	return h.Status < 200, nil
}

// statusLine reads `HTTP/1.1 200 OK`; the reason may be empty or absent and is not kept.
func (h *Head) statusLine(b []byte) (int, error) {
	const version, line = len("HTTP/1."), len("HTTP/1.1 200")
	if len(b) < line+2 {
		return 0, truncated(b)
	}
	if string(b[:version]) != "HTTP/1." || b[version] < '0' || b[version] > '1' || b[version+1] != ' ' {
		return 0, errStatusLine
	}
	for _, d := range b[version+2 : line] {
		if d < '0' || d > '9' {
			return 0, errStatusLine
		}
		h.Status = h.Status*10 + int(d-'0')
	}
	if h.Status < 100 || h.Status > 599 || (b[line] != ' ' && b[line] != '\r') {
		return 0, errStatusLine
	}
	h.old = b[version] == '0'
	h.Close = h.old
	end := textEnd(b, line)
	if end+1 >= len(b) {
		return 0, ErrIncomplete
	}
	if b[end] != '\r' || b[end+1] != '\n' {
		return 0, errStatusLine
	}
	return end + 2, nil
}

// truncated tells a status line that is still arriving from one that cannot become right.
func truncated(b []byte) error {
	const start = "HTTP/1."
	n := min(len(b), len(start))
	if string(b[:n]) != start[:n] {
		return errStatusLine
	}
	return ErrIncomplete
}

// field reads one line `name: value` with its line end.
func (h *Head) field(b []byte) (int, error) {
	colon := 0
	for colon < len(b) && tokenByte[b[colon]] {
		colon++
	}
	if colon == len(b) {
		return 0, ErrIncomplete
	}
	if colon == 0 || b[colon] != ':' {
		return 0, errField // a folded line, a space before the colon, or no name
	}
	end := textEnd(b, colon+1)
	if end+1 >= len(b) {
		return 0, ErrIncomplete
	}
	if b[end] != '\r' || b[end+1] != '\n' {
		return 0, errField
	}
	if len(h.Fields) == MaxFields {
		return 0, errTooMany
	}
	f := Field{Name: b[:colon:colon], Value: trim(b[colon+1 : end : end])}
	if err := h.know(&f); err != nil {
		return 0, err
	}
	h.Fields = append(h.Fields, f)
	return end + 2, nil
}

// know acts upon the fields that frame the body and the connection.
func (h *Head) know(f *Field) error {
	switch len(f.Name) {
	case len("Connection"):
		if equalFold(f.Name, "connection") {
			f.Connection = true
			h.connection(f.Value)
		} else if equalFold(f.Name, "keep-alive") {
			f.Connection = true
		}
	case len("Content-Length"):
		if equalFold(f.Name, "content-length") {
			f.Connection = true
			return h.contentLength(f.Value)
		}
	case len("Transfer-Encoding"):
		if equalFold(f.Name, "transfer-encoding") {
			f.Connection = true
			return h.transferEncoding(f.Value)
		}
	}
	return nil
}

func (h *Head) connection(value []byte) {
	if h.Options == nil {
		h.Options = value
	} else { // rare enough to allocate
		h.Options = append(append(bytes.Clone(h.Options), ','), value...)
	}
	if HasToken(value, "close") {
		h.Close = true
	} else if h.old && HasToken(value, "keep-alive") {
		h.Close = false
	}
}

func (h *Head) contentLength(value []byte) error {
	if h.length || h.Length == Chunked {
		return errLengths
	}
	if len(value) == 0 || len(value) > 18 {
		return errLength
	}
	n := int64(0)
	for _, d := range value {
		if d < '0' || d > '9' {
			return errLength
		}
		n = n*10 + int64(d-'0')
	}
	h.Length, h.length = n, true
	return nil
}

func (h *Head) transferEncoding(value []byte) error {
	if h.length || h.Length == Chunked {
		return errLengths
	}
	if h.old || !equalFold(value, "chunked") {
		return errCoding
	}
	h.Length = Chunked
	return nil
}

// Names reports whether the Connection field names the field name, which then concerns this connection only.
func (h *Head) Names(name []byte) bool {
	rest := h.Options
	for len(rest) > 0 {
		option := rest
		if comma := bytes.IndexByte(rest, ','); comma >= 0 {
			option, rest = rest[:comma], rest[comma+1:]
		} else {
			rest = nil
		}
		if SameName(trim(option), name) {
			return true
		}
	}
	return false
}

// SameName reports whether two field names are the same; only ASCII letters fold.
func SameName(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x |= 0x20; x != y|0x20 || x < 'a' || x > 'z' {
			return false
		}
	}
	return true
}

// HasToken reports whether a comma-separated list such as a Connection field's value holds token, which is in lower case.
func HasToken[T []byte | string](list T, token string) bool {
	for start, i := 0, 0; i <= len(list); i++ {
		if i < len(list) && list[i] != ',' {
			continue
		}
		if equalFold(trim(list[start:i]), token) {
			return true
		}
		start = i + 1
	}
	return false
}

// equalFold compares with a text in lower case; only ASCII letters fold.
func equalFold[T []byte | string](text T, lower string) bool {
	if len(text) != len(lower) {
		return false
	}
	for i := range len(lower) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// trim cuts spaces and tabs off both ends.
func trim[T []byte | string](v T) T {
	for len(v) > 0 && (v[0] == ' ' || v[0] == '\t') {
		v = v[1:]
	}
	for len(v) > 0 && (v[len(v)-1] == ' ' || v[len(v)-1] == '\t') {
		v = v[:len(v)-1]
	}
	return v
}
