package http1

import "errors"

// Errors of chunked bodies.
var (
	errChunk   = errors.New("http1: malformed chunk")
	errTrailer = errors.New("http1: malformed trailer")
)

const (
	// maxChunkLine bounds a chunk's size with its extensions.
	maxChunkLine = 256
	// maxTrailer bounds all trailer fields together. They are read and dropped.
	maxTrailer = 16 << 10
)

// Chunks takes a body in chunks apart. The zero value stands before the first chunk.
type Chunks struct {
	left  int64 // bytes of the running chunk still to come
	state chunkState
	line  int // bytes of the running line of size or trailer
	total int // bytes of trailers
	extra bool
	digit bool
}

type chunkState uint8

const (
	chunkSize      chunkState = iota // in the size or its extensions
	chunkSizeLF                      // after the size's CR
	chunkData                        // in the data
	chunkDataCR                      // behind the data
	chunkDataLF                      // after the data's CR
	chunkTrailer                     // in a trailer line
	chunkTrailerLF                   // after a trailer line's CR
	chunkDone
)

// Done reports whether the body and its trailers are read to their end.
func (d *Chunks) Done() bool { return d.state == chunkDone }

// Next looks at b, what comes next on the connection, and returns how many bytes of framing to skip and how many bytes
// of data follow them in b. Both are 0 when b is empty or the body is done.
func (d *Chunks) Next(b []byte) (skip, data int, err error) {
	for skip < len(b) && d.state != chunkDone {
		if d.state == chunkData {
			data = int(min(d.left, int64(len(b)-skip)))
			d.left -= int64(data)
			if d.left == 0 {
				d.state = chunkDataCR
			}
			return skip, data, nil
		}
		if err := d.step(b[skip]); err != nil {
			return skip, 0, err
		}
		skip++
	}
	return skip, 0, nil
}

// step takes one byte of framing.
func (d *Chunks) step(c byte) error {
	switch d.state {
	case chunkSize:
		return d.size(c)
	case chunkSizeLF:
		if c != '\n' {
			return errChunk
		}
		d.state = chunkData
		if d.left == 0 {
			d.state, d.line = chunkTrailer, 0
		}
	case chunkDataCR:
		if c != '\r' {
			return errChunk
		}
		d.state = chunkDataLF
	case chunkDataLF:
		if c != '\n' {
			return errChunk
		}
		*d = Chunks{}
	case chunkTrailer:
		return d.trailer(c)
	case chunkTrailerLF:
		if c != '\n' {
			return errTrailer
		}
		d.state = chunkTrailer
		if d.line == 0 {
			d.state = chunkDone
		}
		d.line = 0
	}
	return nil
}

// size takes a byte of a chunk's size line.
func (d *Chunks) size(c byte) error {
	if d.line++; d.line > maxChunkLine {
		return errChunk
	}
	switch {
	case c == '\r' && d.digit:
		d.state = chunkSizeLF
	case d.extra:
		if (c < ' ' && c != '\t') || c == 0x7f {
			return errChunk
		}
	case hexDigit(c) >= 0:
		if d.left >= 1<<58 {
			return errChunk
		}
		d.left, d.digit = d.left<<4|int64(hexDigit(c)), true
	case c == ';' && d.digit:
		d.extra = true
	default:
		return errChunk
	}
	return nil
}

// trailer takes a byte of a trailer line.
func (d *Chunks) trailer(c byte) error {
	if d.total++; d.total > maxTrailer {
		return errTrailer
	}
	if c == '\r' {
		d.state = chunkTrailerLF
		return nil
	}
	if (c < ' ' && c != '\t') || c == 0x7f {
		return errTrailer
	}
	d.line++
	return nil
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
