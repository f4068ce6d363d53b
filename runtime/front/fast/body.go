package fast

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
)

// BodyError says why a request's body could not be read to its end. Whoever forwards the body must then break off
// what was sent of it, so that no backend takes a part for the whole.
type BodyError struct {
	status int
	cause  error
}

// Error names the reason in a few words.
func (e *BodyError) Error() string {
	if e.cause != nil {
		return "request body: " + e.cause.Error()
	}
	return "request body: " + http.StatusText(e.status)
}

// Unwrap returns the underlying error.
func (e *BodyError) Unwrap() error { return e.cause }

// StatusCode is the status that tells the client what it did: 400, 408 or 413.
func (e *BodyError) StatusCode() int { return e.status }

var errChunk = errors.New("malformed chunk")

// Bounds of the lines between chunks. Extensions and trailers have no use here; they are read, checked and dropped.
const (
	maxChunkLine    = 256
	maxTrailerBytes = 4096
	maxSizeDigits   = 15
)

// body reads one request's body strictly: exactly the declared length, or chunks by the letter of RFC 9112 section
// 7.1. fasthttp's reader takes blanks after the size, an end of file for the end of the trailers, and adds trailers
// to the headers; none of that may reach a backend.
type body struct {
	br      *bufio.Reader
	left    int64 // bytes left of the body or of the current chunk
	max     int64 // bytes still allowed in a chunked body; negative: no bound
	chunked bool
	started bool // a chunk was read, so that its line end comes first
	done    bool
	err     error
	sock    *sock
	// proceed is called once before the first wait for the client, to send 100 Continue.
	proceed func() error
}

// Interrupt ends a Read that waits and all later ones with an error. It may be called from any goroutine until the
// response is written.
func (b *body) Interrupt() { b.sock.interrupt() }

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.done {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	if b.sock.interrupted.Load() {
		return 0, errInterrupted
	}
	n, err := b.read(p)
	if err != nil && err != io.EOF {
		b.err = bodyError(err)
		err = b.err
	}
	return n, err
}

func (b *body) read(p []byte) (int, error) {
	if b.proceed != nil {
		proceed := b.proceed
		b.proceed = nil
		if err := proceed(); err != nil {
			return 0, err
		}
	}
	if b.chunked && b.left == 0 {
		if err := b.nextChunk(); err != nil {
			return 0, err
		}
		if b.done {
			return 0, io.EOF
		}
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.br.Read(p)
	b.left -= int64(n)
	if b.left == 0 && !b.chunked {
		b.done = true
		return n, nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// nextChunk reads up to the next chunk's data, or the end of the body.
func (b *body) nextChunk() error {
	if b.started {
		if line, err := b.line(); err != nil {
			return err
		} else if len(line) != 0 {
			return errChunk
		}
	}
	b.started = true
	line, err := b.line()
	if err != nil {
		return err
	}
	size, err := chunkSize(line)
	if err != nil {
		return err
	}
	if size == 0 {
		return b.trailers()
	}
	if b.max >= 0 {
		if size > b.max {
			return &BodyError{status: http.StatusRequestEntityTooLarge}
		}
		b.max -= size
	}
	b.left = size
	return nil
}

// trailers reads and checks the trailer section and drops it: a header field that comes after the decisions were
// taken has no say.
func (b *body) trailers() error {
	for room := maxTrailerBytes; room > 0; {
		line, err := b.line()
		if err != nil {
			return err
		}
		if len(line) == 0 {
			b.done = true
			return nil
		}
		room -= len(line)
		if !isFieldLine(line) {
			return errChunk
		}
	}
	return errChunk
}

// line returns the next line without its CRLF. It must be used before the next read.
func (b *body) line() ([]byte, error) {
	line, err := b.br.ReadSlice('\n')
	switch {
	case err == io.EOF:
		return nil, io.ErrUnexpectedEOF
	case err == bufio.ErrBufferFull:
		return nil, errChunk
	case err != nil:
		return nil, err
	case len(line) < 2 || line[len(line)-2] != '\r':
		return nil, errChunk
	}
	return line[:len(line)-2], nil
}

// chunkSize reads `1*HEXDIG [chunk-ext]`.
func chunkSize(line []byte) (int64, error) {
	if len(line) > maxChunkLine {
		return 0, errChunk
	}
	var size int64
	i := 0
	for ; i < len(line); i++ {
		digit := hexDigit(line[i])
		if digit < 0 {
			break
		}
		if i == maxSizeDigits {
			return 0, errChunk
		}
		size = size<<4 | int64(digit)
	}
	if i == 0 || !isExtension(line[i:]) {
		return 0, errChunk
	}
	return size, nil
}

// brokenChunks reports whether nothing that may still come could make b, the beginning of a chunked body, a right one. A
// broken body that came with its head is refused by it before a backend has heard of the request.
func brokenChunks(b []byte) bool {
	for last := false; ; {
		line, rest, whole := bytes.Cut(b, []byte{'\n'})
		if !whole {
			return unfinishedLine(b, last)
		}
		if len(line) == 0 || line[len(line)-1] != '\r' {
			return true
		}
		line, b = line[:len(line)-1], rest
		if last {
			if len(line) == 0 || !isFieldLine(line) {
				return len(line) != 0
			}
			continue
		}
		size, err := chunkSize(line)
		if err != nil {
			return true
		}
		if last = size == 0; last {
			continue
		}
		if size >= int64(len(b)) {
			return false
		}
		if b = b[size:]; b[0] != '\r' || len(b) > 1 && b[1] != '\n' {
			return true
		}
		b = b[min(2, len(b)):]
	}
}

// unfinishedLine reports whether b, a line whose end has not come, is wrong already.
func unfinishedLine(b []byte, trailer bool) bool {
	if cr := bytes.IndexByte(b, '\r'); cr >= 0 && cr < len(b)-1 {
		return true
	}
	return !trailer && len(b) > maxChunkLine
}

// isExtension takes an absent chunk extension or one that starts with a semicolon and holds printable text only.
func isExtension(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	return b[0] == ';' && isText(b)
}

func isFieldLine(line []byte) bool {
	for i, c := range line {
		if c == ':' {
			return i > 0 && isToken(line[:i]) && isText(line[i+1:])
		}
	}
	return false
}

// isText says that b holds no control byte but the tabulator.
func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	default:
		return -1
	}
}

func bodyError(err error) *BodyError {
	var known *BodyError
	if errors.As(err, &known) {
		return known
	}
	if isTimeout(err) {
		return &BodyError{status: http.StatusRequestTimeout, cause: err}
	}
	return &BodyError{status: http.StatusBadRequest, cause: err}
}
