package runtime

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// answerCoding is how an answer of size bytes (-1: nobody knows) is compressed (rest.md, section 15): the coding that
// the client likes best, when that is one of ours and the answer is large enough.
func (c *Ctx) answerCoding(size int64) coding {
	compression := &c.core.api.Compression
	if !compression.on || size >= 0 && size < compression.minimum || size == 0 || c.rc.IsHead() || c.response.status == 206 {
		return identityCoding
	}
	accept := c.field(fieldAcceptEncoding)
	if accept == "" || len(c.rc.Response.Header.ContentEncoding()) > 0 {
		return identityCoding
	}
	return preferredCoding(accept)
}

// preferredCoding is the coding of the highest weight in an Accept-Encoding, the first among equals. A wildcard or a
// coding that is not ours in the first place means no compression.
func preferredCoding(accept string) coding {
	best, weight := identityCoding, 0.0
	for accept != "" {
		item := accept
		if comma := strings.IndexByte(accept, ','); comma >= 0 {
			item, accept = accept[:comma], accept[comma+1:]
		} else {
			accept = ""
		}
		name, parameters := cutByte(item, ';')
		if q := weightOf(parameters); q > weight {
			best, weight = codingOf(trimSpace(name)), q
		}
	}
	if best == otherCoding {
		return identityCoding
	}
	return best
}

// weightOf is the q parameter, 1 when there is none.
func weightOf(parameters string) float64 {
	for parameters != "" {
		var p string
		p, parameters = cutByte(parameters, ';')
		if name, value := cutByte(trimSpace(p), '='); equalFold(name, "q") {
			q, err := strconv.ParseFloat(value, 64)
			if err != nil || q < 0 || q > 1 {
				return 0
			}
			return q
		}
	}
	return 1
}

func (k coding) name() string {
	if k == gzipCoding {
		return "gzip"
	}
	return "deflate"
}

// compressor is what gzip and zlib writers have in common.
type compressor interface {
	io.WriteCloser
	Flush() error
	Reset(io.Writer)
}

// compressors keeps writers, whose tables are large.
type compressors struct{ gzip, deflate sync.Pool }

func (p *compressors) get(k coding, w io.Writer) compressor {
	pool := p.pool(k)
	if z, ok := pool.Get().(compressor); ok {
		z.Reset(w)
		return z
	}
	if k == gzipCoding {
		return gzip.NewWriter(w)
	}
	return zlib.NewWriter(w)
}

func (p *compressors) put(k coding, z compressor) { p.pool(k).Put(z) }

func (p *compressors) pool(k coding) *sync.Pool {
	if k == gzipCoding {
		return &p.gzip
	}
	return &p.deflate
}

// compress is body compressed, in memory of its own.
func (p *compressors) compress(k coding, body []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(body)/2 + 64)
	z := p.get(k, &out)
	z.Write(body) // a bytes.Buffer does not fail
	z.Close()
	p.put(k, z)
	return out.Bytes()
}

// compressedStream compresses a stream as it is read. What the source has given is passed on at once, so that events
// are not held back.
type compressedStream struct {
	source io.Reader
	from   *compressors
	coding coding
	z      compressor
	out    bytes.Buffer
	in     []byte
	err    error // what the source ended with
}

func (p *compressors) stream(k coding, source io.Reader) *compressedStream {
	s := &compressedStream{source: source, from: p, coding: k, in: make([]byte, 8<<10)}
	s.z = p.get(k, &s.out)
	return s
}

// Read implements io.Reader.
func (s *compressedStream) Read(p []byte) (int, error) {
	for s.out.Len() == 0 {
		if s.err != nil {
			return 0, s.err
		}
		n, err := s.source.Read(s.in)
		if n > 0 {
			s.z.Write(s.in[:n])
			if err == nil {
				s.z.Flush()
			}
		}
		if err != nil {
			s.err = err
			if err == io.EOF { // a stream that broke must not end well
				s.z.Close()
			}
			s.from.put(s.coding, s.z)
		}
	}
	return s.out.Read(p)
}

// Close closes the source.
func (s *compressedStream) Close() error {
	if closer, ok := s.source.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}
