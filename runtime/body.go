package runtime

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// bodyState is what is known of the request's body.
type bodyState struct {
	read   bool   // whole is the decoded body
	whole  []byte // of buffer, or of the server's own
	buffer []byte

	kept    bool   // sent is the body as it was sent, which is still to be decoded
	sent    []byte // of sentBuf, or of the server's own
	sentBuf []byte

	guarded bool // the body is JSON to be checked, so that its depth is looked at while it is read
	nesting nesting
}

func (b *bodyState) reset() {
	b.read, b.whole, b.guarded = false, nil, false
	b.kept, b.sent = false, nil
	b.buffer, b.sentBuf = kept(b.buffer, keptBuffer), kept(b.sentBuf, keptBuffer)
}

// BodyError is why a request's body could not be read to its end. A backend that was sent a part of it must not take
// that for the whole.
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

// StatusCode is the status that tells the client what is wrong.
func (e *BodyError) StatusCode() int { return e.status }

// BodyFault is the fault that answers a request whose body broke off with err.
func (c *Ctx) BodyFault(err error) Fault {
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		c.tooLarge = long.Limit
		return RequestTooLarge
	}
	var coded interface{ StatusCode() int }
	if !errors.As(err, &coded) {
		return Aborted // the client is gone
	}
	switch coded.StatusCode() {
	case http.StatusBadRequest:
		c.closes = true
		return BadRequest
	case http.StatusRequestTimeout:
		c.closes = true
		return RequestTimeout
	case http.StatusRequestEntityTooLarge:
		return RequestTooLarge
	case http.StatusUnsupportedMediaType:
		return UnsupportedEncoding
	default:
		return Aborted
	}
}

// maxBody is the largest body that the request may have; 0 is no bound.
func (c *Ctx) maxBody() int64 {
	limit := c.core.settings.limits.Body
	if c.route != nil && c.route.MaxBody > 0 && (limit == 0 || c.route.MaxBody < limit) {
		limit = c.route.MaxBody
	}
	return limit
}

// RequestBody is the request's body for sending on: whole, or as a stream of size bytes, -1 when nobody knows. A
// compressed body is decompressed in REST APIs (rest.md, section 15). Errors of the stream go to BodyFault.
func (c *Ctx) RequestBody() (whole []byte, stream io.Reader, size int64, f Fault) {
	b := &c.body
	if b.read {
		return b.whole, nil, int64(len(b.whole)), OK
	}
	whole, stream, size = c.sentBody()
	limit := c.maxBody()
	if limit > 0 && size > limit {
		return nil, nil, 0, RequestTooLarge
	}
	// What is made here may outlive the request's context: a proxy may still send the body while it answers.
	if coding := c.coding(); coding != identityCoding {
		if coding == framedCoding {
			return nil, nil, 0, UnsupportedEncoding // nobody has checked the pieces
		}
		if len(whole) > 0 {
			stream = bytes.NewReader(whole)
		}
		if stream == nil {
			return nil, nil, 0, OK // nothing is nothing in every coding
		}
		whole, stream, size = nil, newDecoder(coding, stream), -1
	}
	if stream != nil && limit > 0 && size < 0 {
		stream = &limitedBody{r: stream, left: limit}
	}
	return whole, stream, size, OK
}

// sentBody is the body as it was sent.
func (c *Ctx) sentBody() (whole []byte, stream io.Reader, size int64) {
	if b := &c.body; b.kept {
		return b.sent, nil, int64(len(b.sent))
	}
	if stream = c.rc.RequestBodyStream(); stream == nil {
		whole = c.rc.Request.Body()
		return whole, nil, int64(len(whole))
	}
	size = int64(c.rc.Request.Header.ContentLength())
	if size < 0 {
		size = -1
	}
	return nil, stream, size
}

// Body is the whole body, decompressed, bounded by Limits.BufferedBody.
func (c *Ctx) Body() ([]byte, Fault) {
	b := &c.body
	if b.read {
		return b.whole, OK
	}
	whole, stream, size, f := c.RequestBody()
	if f != OK {
		return nil, f
	}
	limit := c.core.settings.limits.BufferedBody
	if max(size, int64(len(whole))) > limit {
		c.tooLarge = limit
		return nil, RequestTooLarge
	}
	if stream != nil {
		if b.guarded {
			stream = &guardedBody{r: stream, nesting: &b.nesting}
		}
		var err error
		if b.buffer, err = appendAll(b.buffer[:0], stream, size, limit); err != nil {
			return nil, c.BodyFault(err)
		}
		whole = b.buffer
	}
	b.whole, b.read = whole, true
	return whole, OK
}

// appendAll appends what r has, at most limit bytes. size is how much it should be, -1 when nobody knows.
func appendAll(dst []byte, r io.Reader, size, limit int64) ([]byte, error) {
	if size >= 0 && int64(cap(dst)) < size+1 {
		dst = make([]byte, 0, size+1)
	}
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		switch {
		case int64(len(dst)) > limit:
			return dst, &BodyError{status: http.StatusRequestEntityTooLarge}
		case err == io.EOF:
			return dst, nil
		case err != nil:
			return dst, err
		}
	}
}

// limitedBody is a body of unknown size that may not be longer than it was allowed to be.
type limitedBody struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (l *limitedBody) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, &BodyError{status: http.StatusRequestEntityTooLarge}
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n - 1, &BodyError{status: http.StatusRequestEntityTooLarge}
	}
	return n, err
}

// BodyText is method.request.body: the whole body, {} when there is none. A body that looks like JSON must be JSON
// (rest.md, section 4.1).
func (c *Ctx) BodyText() (string, Fault) {
	body, f := c.Body()
	if f != OK {
		return "", f
	}
	if len(body) == 0 {
		return "{}", OK
	}
	if looksLikeJSON(body) {
		if _, f := c.bodyJSON(body); f != OK {
			return "", f
		}
	}
	return text(body), OK
}

// BodyAt is method.request.body.p: what p finds in the body, empty when it finds nothing.
func (c *Ctx) BodyAt(p *JSONPath) (string, Fault) {
	body, f := c.Body()
	if f != OK || !looksLikeJSON(body) {
		return "", f
	}
	root, f := c.bodyJSON(body)
	if f != OK {
		return "", f
	}
	return c.jsonText(root, p), OK
}

// looksLikeJSON reports whether Amazon would parse body: by its first byte that is no space.
func looksLikeJSON(body []byte) bool {
	for _, b := range body {
		switch b {
		case ' ', '\t', '\r', '\n':
		case '{', '[', '"', '\'':
			return true
		default:
			return false
		}
	}
	return false
}
