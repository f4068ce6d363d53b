package runtime

import (
	"bufio"
	"io"
	"net/http"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// coding is a content coding.
type coding uint8

const (
	identityCoding coding = iota
	gzipCoding
	deflateCoding
	framedCoding // aws-chunked: pieces with signatures, which only who checks them undoes
	otherCoding
)

// coding is the coding that the gateway has to undo on the request's body. Plain documents pass bodies on as they are.
func (c *Ctx) coding() coding {
	if c.core.api.Style == Plain || c.counts[fieldContentEncoding] == 0 {
		return identityCoding
	}
	if c.counts[fieldContentEncoding] > 1 {
		return otherCoding
	}
	name := c.field(fieldContentEncoding)
	if isFramed(name) {
		return framedCoding
	}
	return codingOf(name)
}

const framedName = "aws-chunked"

// isFramed reports whether aws-chunked is the outermost of the codings that name lists; it is written first.
func isFramed(name string) bool {
	n := len(framedName)
	return len(name) >= n && equalFold(name[:n], framedName) && (len(name) == n || name[n] == ',' || name[n] == ' ')
}

func codingOf(name string) coding {
	switch {
	case name == "" || equalFold(name, "identity"):
		return identityCoding
	case equalFold(name, "gzip") || equalFold(name, "x-gzip"):
		return gzipCoding
	case equalFold(name, "deflate"):
		return deflateCoding
	default:
		return otherCoding
	}
}

// decoder undoes a content coding while the body is read, in constant memory.
type decoder struct {
	buffer *bufio.Reader
	coding coding
	opened io.Reader
}

// newDecoder is a stream of what r has, with coding undone.
func newDecoder(coding coding, r io.Reader) *decoder {
	return &decoder{coding: coding, buffer: bufio.NewReader(r)}
}

// Read implements io.Reader. A body that is not what its Content-Encoding says is an error of status 415.
func (d *decoder) Read(p []byte) (int, error) {
	if d.opened == nil {
		if err := d.open(); err != nil {
			return 0, decodingError(err)
		}
	}
	n, err := d.opened.Read(p)
	if err != nil && err != io.EOF {
		err = decodingError(err)
	}
	return n, err
}

// decodingError is err as it is when it came with the body, else 415.
func decodingError(err error) error {
	if _, ok := err.(interface{ StatusCode() int }); ok || err == io.EOF {
		return err
	}
	return &BodyError{status: http.StatusUnsupportedMediaType, cause: err}
}

// open reads what stands in front of the compressed data.
func (d *decoder) open() error {
	if _, err := d.buffer.Peek(1); err != nil {
		return err // an empty body is empty in every coding
	}
	switch d.coding {
	case gzipCoding:
		r, err := gzip.NewReader(d.buffer)
		if err != nil {
			return noEOF(err)
		}
		d.opened = r
	default:
		// deflate means zlib (RFC 9110, section 8.4.1.2), but some clients send the bare data.
		head, err := d.buffer.Peek(2)
		if err == nil && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
			r, err := zlib.NewReader(d.buffer)
			if err != nil {
				return noEOF(err)
			}
			d.opened = r
			return nil
		}
		d.opened = flate.NewReader(d.buffer)
	}
	return nil
}

// noEOF is err, with an end inside the data told from an end behind it.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
