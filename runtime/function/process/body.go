package process

import (
	"bytes"
	"encoding/base64"
	"io"
)

// body is the body of a request while it is read.
type body struct {
	lines *lines
	left  int64 // of the length, or of the chunk
	chunk bool  // the body comes in chunks
	begun bool  // a chunk was read
	end   error // io.EOF, or why there is no more
	lead  int   // how much of chunks' sizes and of trailers may still be read

	// The error that a streamed answer ends in, from its trailers.
	errorType, errorBody []byte
}

// open begins the body behind h.
func (b *body) open(h *head, l *lines) {
	*b = body{lines: l, left: h.length, chunk: h.chunked, lead: maxHead, errorType: b.errorType[:0], errorBody: b.errorBody[:0]}
	if !b.chunk && b.left == 0 {
		b.end = io.EOF
	}
}

// cutOff is err, where an end that comes too early is no end.
func cutOff(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Read implements io.Reader. It returns io.EOF only when the whole body, trailers included, was there.
func (b *body) Read(p []byte) (int, error) {
	if b.end == nil && b.left == 0 && b.chunk {
		b.end = b.nextChunk()
	}
	if b.end != nil || len(p) == 0 {
		return 0, b.end
	}
	n, err := b.lines.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	switch {
	case err != nil:
		b.end = cutOff(err)
	case b.left == 0 && !b.chunk:
		b.end = io.EOF
	}
	if n > 0 {
		return n, nil
	}
	return 0, b.end
}

// nextChunk goes on to the next chunk; io.EOF is the end.
func (b *body) nextChunk() error {
	if b.begun {
		if line, err := b.lines.next(&b.lead); err != nil {
			return cutOff(err)
		} else if len(line) > 0 {
			return errMalformed
		}
	}
	b.begun = true
	line, err := b.lines.next(&b.lead)
	if err != nil {
		return cutOff(err)
	}
	b.lead = maxHead // it bounds each line of a size, and the trailers as a whole
	digits, _, _ := bytes.Cut(line, []byte{';'})
	size, ok := hexadecimal(bytes.TrimRight(digits, " \t"))
	switch {
	case !ok:
		return errMalformed
	case size == 0:
		return b.trailers()
	}
	b.left = size
	return nil
}

// hexadecimal reads a chunk's size.
func hexadecimal(text []byte) (n int64, ok bool) {
	if len(text) == 0 || len(text) > 15 {
		return 0, false
	}
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		n = n<<4 | int64(c)
	}
	return n, true
}

// trailers reads what stands behind the last chunk; io.EOF is its end.
func (b *body) trailers() error {
	for {
		line, err := b.lines.next(&b.lead)
		if err != nil {
			return cutOff(err)
		}
		if len(line) == 0 {
			return io.EOF
		}
		name, value, err := field(line)
		switch {
		case err != nil:
			return err
		case is(name, "lambda-runtime-function-error-type"):
			b.errorType = append(b.errorType[:0], value[:min(len(value), maxKept)]...)
		case is(name, "lambda-runtime-function-error-body"):
			b.errorBody = append(b.errorBody[:0], value...)
		}
	}
}

// failure is the error that the answer ended in; nil when there is none.
func (b *body) failure() []byte {
	if len(b.errorType) == 0 {
		return nil
	}
	text, err := base64.StdEncoding.DecodeString(string(b.errorBody))
	if err != nil {
		text = nil
	}
	return reported(text, b.errorType)
}

// firstBuffer is where the memory of an answer begins.
const firstBuffer = 4 << 10

// all appends the whole body to dst[:0], at most limit bytes: a longer one is io.ErrShortBuffer.
func (b *body) all(dst []byte, limit int64) ([]byte, error) {
	dst = dst[:0]
	if !b.chunk && b.left > limit {
		return dst, io.ErrShortBuffer
	}
	if cap(dst) == 0 {
		dst = make([]byte, 0, firstBuffer)
	}
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		n, err := b.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		switch {
		case int64(len(dst)) > limit:
			return dst, io.ErrShortBuffer
		case err == io.EOF:
			return dst, nil
		case err != nil:
			return dst, err
		}
	}
}
