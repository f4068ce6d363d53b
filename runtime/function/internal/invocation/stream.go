package invocation

import (
	"bufio"
	"io"
	"time"
)

// stall is how long a stream may stand still.
const stall = 5 * time.Minute

// Stream is an answer that is read while it comes. The caller of the function closes it.
type Stream struct {
	body  io.ReadCloser
	r     *bufio.Reader
	watch *Watch
}

// NewStream is body, whose first byte is still bounded by watch's deadline.
func NewStream(body io.ReadCloser, watch *Watch) *Stream {
	return &Stream{body: body, r: bufio.NewReaderSize(body, 32<<10), watch: watch}
}

// First waits for the first byte, the end, or an error.
func (s *Stream) First() (first byte, err error) {
	b, err := s.r.Peek(1)
	if err == nil {
		s.watch.Disarm()
		return b[0], nil
	}
	if err != io.EOF {
		err = s.watch.Failed(err)
	}
	return 0, err
}

// Read implements io.Reader.
func (s *Stream) Read(p []byte) (int, error) {
	if s.r.Buffered() == 0 {
		s.watch.Arm(stall)
		defer s.watch.Disarm()
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		err = s.watch.Failed(err)
	}
	return n, err
}

// Close implements io.Closer: it ends the exchange.
func (s *Stream) Close() error {
	s.watch.End()
	return s.body.Close()
}
