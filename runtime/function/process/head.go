package process

import (
	"bufio"
	"bytes"
	"errors"
)

// maxHead bounds a request's head, and the trailers behind a body. Runtime clients put up to 1 MiB of X-Ray's causes into
// a header.
const maxHead = 1<<20 + 64<<10

// Why a request is none that can be answered in its place: the connection closes behind the refusal.
var (
	errMalformed = errors.New("malformed request")
	errHeadLong  = errors.New("the request's head is too long")
)

// head is what the API reads of a request's head.
type head struct {
	get, post bool
	path      []byte // without the query
	length    int64  // of the body
	chunked   bool
	closes    bool // the connection closes behind the answer
	expects   bool // 100-continue
	mode      []byte
	errorType []byte
	lengths   bool // Content-Length was there
	old       bool // HTTP/1.0
	left      int  // of maxHead
}

// lines reads lines, and keeps one that is longer than the reader's buffer.
type lines struct {
	r    *bufio.Reader
	long []byte
}

// next is the next line without its end, valid until the next call. left is how much may be read, and what it is less
// by then.
func (l *lines) next(left *int) ([]byte, error) {
	l.long = l.long[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		if *left -= len(part); *left < 0 {
			return nil, errHeadLong
		}
		switch {
		case err == bufio.ErrBufferFull:
			l.long = append(l.long, part...)
			continue
		case err != nil:
			return nil, err
		case len(l.long) > 0:
			l.long = append(l.long, part...)
			part = l.long
		}
		n := len(part)
		if n < 2 || part[n-2] != '\r' || !isLine(part[:n-2]) {
			return nil, errMalformed
		}
		return part[:n-2], nil
	}
}

// read reads a head. What was read for the one before is overwritten.
func (h *head) read(l *lines) error {
	*h = head{path: h.path[:0], mode: h.mode[:0], errorType: h.errorType[:0], left: maxHead}
	line, err := l.next(&h.left)
	if err != nil {
		return err
	}
	if err := h.requestLine(line); err != nil {
		return err
	}
	for {
		line, err := l.next(&h.left)
		switch {
		case err != nil:
			return cutOff(err)
		case len(line) == 0:
			if h.chunked && (h.lengths || h.old) {
				return errMalformed
			}
			return nil
		}
		name, value, err := field(line)
		if err != nil {
			return err
		}
		if err := h.field(name, value); err != nil {
			return err
		}
	}
}

// requestLine reads METHOD SP target SP version.
func (h *head) requestLine(line []byte) error {
	method, rest, ok := bytes.Cut(line, []byte{' '})
	target, version, ok2 := bytes.Cut(rest, []byte{' '})
	if !ok || !ok2 || !isToken(method) || len(target) == 0 || target[0] != '/' || !isVisible(target) {
		return errMalformed
	}
	switch string(version) {
	case "HTTP/1.1":
	case "HTTP/1.0":
		h.old, h.closes = true, true
	default:
		return errMalformed
	}
	h.get, h.post = string(method) == "GET", string(method) == "POST"
	path, _, _ := bytes.Cut(target, []byte{'?'})
	h.path = append(h.path, path...)
	return nil
}

// field is the name and the value of a header's or a trailer's line.
func field(line []byte) (name, value []byte, err error) {
	colon := bytes.IndexByte(line, ':')
	if colon < 0 || !isToken(line[:colon]) {
		return nil, nil, errMalformed
	}
	return line[:colon], bytes.Trim(line[colon+1:], " \t"), nil
}

// maxKept bounds a header that is kept.
const maxKept = 128

// field takes what the API has use for.
func (h *head) field(name, value []byte) error {
	switch {
	case is(name, "content-length"):
		n, ok := decimal(value)
		if !ok || h.lengths {
			return errMalformed
		}
		h.length, h.lengths = n, true
	case is(name, "transfer-encoding"):
		if !is(value, "chunked") || h.chunked {
			return errMalformed
		}
		h.chunked = true
	case is(name, "connection"):
		h.closes = h.closes || is(value, "close")
	case is(name, "expect"):
		h.expects = is(value, "100-continue")
	case is(name, "lambda-runtime-function-response-mode"):
		h.mode = append(h.mode[:0], value[:min(len(value), maxKept)]...)
	case is(name, "lambda-runtime-function-error-type"):
		h.errorType = append(h.errorType[:0], value[:min(len(value), maxKept)]...)
	}
	return nil
}

// is reports whether text is lower, which has lower case, in any case.
func is(text []byte, lower string) bool {
	if len(text) != len(lower) {
		return false
	}
	for i, b := range text {
		if b >= 'A' && b <= 'Z' {
			b |= 0x20
		}
		if b != lower[i] {
			return false
		}
	}
	return true
}

// decimal reads a length. None is longer than an exabyte.
func decimal(text []byte) (n int64, ok bool) {
	if len(text) == 0 || len(text) > 18 {
		return 0, false
	}
	for _, b := range text {
		if b < '0' || b > '9' {
			return 0, false
		}
		n = n*10 + int64(b-'0')
	}
	return n, true
}

// isToken reports whether text is a name of HTTP's.
func isToken(text []byte) bool {
	for _, b := range text {
		letter := b|0x20 >= 'a' && b|0x20 <= 'z'
		if !letter && (b < '0' || b > '9') && bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), b) < 0 {
			return false
		}
	}
	return len(text) > 0
}

// isLine reports whether text has no control characters but tabs.
func isLine(text []byte) bool {
	for _, b := range text {
		if b < ' ' && b != '\t' || b == 0x7f {
			return false
		}
	}
	return true
}

// isVisible reports whether text has no control characters and no spaces.
func isVisible(text []byte) bool {
	for _, b := range text {
		if b <= ' ' || b == 0x7f {
			return false
		}
	}
	return true
}
