package fast

import (
	"bytes"
	"net/http"
)

// head is what the strict reading of a request's head found. fasthttp's own parser is lenient where two parsers in a
// row may disagree about where a message ends (bare line feeds, folded lines, a space before the colon, several
// lengths), so every head is read here first, and only one that leaves no room for a second reading goes on.
// Rules: RFC 9112 sections 2.2, 3, 5, 6 and 9.
type head struct {
	// size is the head's length in bytes, the empty line included; 0 while it is incomplete.
	size int
	// length is the body's declared length; -1 without one.
	length int64
	// chunked says that the body comes in chunks.
	chunked bool
	// close says that the client wants the connection closed, or that its version does so by default.
	close bool
	// expect says that the client waits for 100 Continue before it sends the body.
	expect bool
	// old says HTTP/1.0.
	old bool
	// preface says that this is no request but the start of HTTP/2 with prior knowledge.
	preface bool

	scanned   int // start of the first line that is not judged yet
	hosts     int
	lengths   int
	encodings int
	keepAlive bool
}

// maxLengthDigits bounds Content-Length to what an int64 holds.
const maxLengthDigits = 18

// reset prepares h for the next request.
func (h *head) reset() { *h = head{length: -1} }

// scan judges the lines of b, the bytes received so far, from where it stopped the last time. It returns 0 while
// everything is in order, else the status of the refusal. The head is complete when size is set.
func (h *head) scan(b []byte) int {
	for {
		n := bytes.IndexByte(b[h.scanned:], '\n')
		if n < 0 {
			return 0
		}
		line := b[h.scanned : h.scanned+n]
		if n == 0 || line[n-1] != '\r' {
			return http.StatusBadRequest // a bare line feed ends no line
		}
		line = line[:n-1]
		first := h.scanned == 0
		h.scanned += n + 1
		switch {
		case first:
			if status := h.requestLine(line); status != 0 {
				return status
			}
		case len(line) == 0:
			h.size = h.scanned
			return h.finish()
		default:
			if status := h.field(line); status != 0 {
				return status
			}
		}
	}
}

// requestLine judges `method SP target SP version`.
func (h *head) requestLine(line []byte) int {
	method, rest, ok := bytes.Cut(line, []byte{' '})
	if !ok || len(method) == 0 || !isToken(method) {
		return http.StatusBadRequest
	}
	target, version, ok := bytes.Cut(rest, []byte{' '})
	if !ok || len(target) == 0 || !isTarget(target) {
		return http.StatusBadRequest
	}
	switch string(version) {
	case "HTTP/1.1":
	case "HTTP/1.0":
		h.old = true
	case "HTTP/2.0":
		h.preface = string(method) == "PRI" && string(target) == "*"
		if !h.preface {
			return http.StatusBadRequest
		}
	default:
		return http.StatusBadRequest
	}
	return 0
}

// field judges one header line and notes what it says about framing and the connection.
func (h *head) field(line []byte) int {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 || !isToken(line[:colon]) { // folded lines start with a space, which is in no token
		return http.StatusBadRequest
	}
	name, value := line[:colon], trimBlanks(line[colon+1:])
	switch len(name) {
	case len("host"):
		if foldEqual(name, "host") {
			h.hosts++
		}
	case len("expect"):
		if foldEqual(name, "expect") {
			return h.expectation(value)
		}
	case len("connection"):
		if foldEqual(name, "connection") {
			h.connection(value)
		}
	case len("content-length"):
		if foldEqual(name, "content-length") {
			return h.contentLength(value)
		}
	case len("transfer-encoding"):
		if foldEqual(name, "transfer-encoding") {
			h.encodings++
			h.chunked = foldEqual(value, "chunked")
			if !h.chunked {
				return http.StatusBadRequest
			}
		}
	}
	return 0
}

func (h *head) contentLength(value []byte) int {
	h.lengths++
	if len(value) == 0 || len(value) > maxLengthDigits {
		return http.StatusBadRequest
	}
	var n int64
	for _, c := range value {
		if c < '0' || c > '9' {
			return http.StatusBadRequest
		}
		n = n*10 + int64(c-'0')
	}
	h.length = n
	return 0
}

// expectation takes 100-continue alone: RFC 9110 section 10.1.1.
func (h *head) expectation(value []byte) int {
	if !foldEqual(value, "100-continue") {
		return http.StatusExpectationFailed
	}
	h.expect = true
	return 0
}

func (h *head) connection(value []byte) {
	for len(value) > 0 {
		option, rest, _ := bytes.Cut(value, []byte{','})
		option = trimBlanks(option)
		switch {
		case foldEqual(option, "close"):
			h.close = true
		case foldEqual(option, "keep-alive"):
			h.keepAlive = true
		}
		value = rest
	}
}

// finish judges what only the whole head can say.
func (h *head) finish() int {
	switch {
	case h.preface:
		if h.size != len("PRI * HTTP/2.0\r\n\r\n") {
			return http.StatusBadRequest
		}
		return 0
	case h.hosts > 1, h.hosts == 0 && !h.old:
		return http.StatusBadRequest
	case h.lengths > 1, h.encodings > 1, h.lengths > 0 && h.encodings > 0:
		return http.StatusBadRequest
	case h.chunked && h.old: // HTTP/1.0 does not know chunks: whoever forwarded this read it otherwise
		return http.StatusBadRequest
	}
	if h.old {
		h.expect = false
		h.close = h.close || !h.keepAlive
	}
	return 0
}

// foldEqual compares b with lower, which is in lower case.
func foldEqual(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// trimBlanks cuts optional white space (RFC 9110 section 5.6.3) from both ends.
func trimBlanks(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// isToken says whether every byte is one of RFC 9110 section 5.6.2's token characters.
func isToken(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 || tokenBytes[c>>6]&(1<<(c&63)) == 0 {
			return false
		}
	}
	return true
}

// tokenBytes is the set of token characters as two words of bits.
var tokenBytes = [2]uint64{
	1<<'!' | 1<<'#' | 1<<'$' | 1<<'%' | 1<<'&' | 1<<'\'' | 1<<'*' | 1<<'+' | 1<<'-' | 1<<'.' | 0x3ff<<'0',
	0x3ffffff<<('A'-64) | 1<<('^'-64) | 1<<('_'-64) | 1<<('`'-64) | 0x3ffffff<<('a'-64) | 1<<('|'-64) | 1<<('~'-64),
}

// isTarget refuses what no request target holds in any form: blanks, control bytes, and a fragment.
func isTarget(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c == 0x7f || c == '#' {
			return false
		}
	}
	return true
}
