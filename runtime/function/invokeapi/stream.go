package invokeapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/gatewright/gatewright/runtime/function/internal/invocation"
)

// stream is the payload of an answer that comes as events: PayloadChunk for its parts, InvokeComplete for its end.
type stream struct {
	from    *invocation.Stream
	decoder *eventstream.Decoder
	buffer  []byte // of the decoder, whose payload chunk is a part
	chunk   []byte
	err     error // how the stream has ended
}

// keptChunk bounds the memory that is kept for further parts.
const keptChunk = 256 << 10

// errBroken is an answer that is not what the API promises.
var errBroken = fmt.Errorf("%w: the answer's events are broken", function.ErrUnreachable)

// first waits for the first part, the end or an error.
func (s *stream) first() error {
	s.decoder = eventstream.NewDecoder()
	if _, err := s.from.First(); err != nil && err != io.EOF {
		return err
	}
	s.next()
	if s.err != nil && s.err != io.EOF {
		return s.err
	}
	return nil
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	for len(s.chunk) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		s.next()
	}
	n := copy(p, s.chunk)
	s.chunk = s.chunk[n:]
	return n, nil
}

// Close implements io.Closer.
func (s *stream) Close() error { return s.from.Close() }

// next reads events up to one that says something.
func (s *stream) next() {
	for len(s.chunk) == 0 && s.err == nil {
		message, err := s.decoder.Decode(s.from, s.buffer[:0])
		if err != nil {
			s.err = ended(err)
			return
		}
		if cap(message.Payload) <= keptChunk {
			s.buffer = message.Payload
		}
		s.take(&message)
	}
}

// ended is why there is no further event. The end of the connection is no end of the stream.
func ended(err error) error {
	switch {
	case errors.Is(err, function.ErrTimeout), errors.Is(err, function.ErrUnreachable):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: %w", errBroken, io.ErrUnexpectedEOF)
	default:
		return fmt.Errorf("%w: %w", errBroken, err)
	}
}

func (s *stream) take(message *eventstream.Message) {
	kind, event := header(message, ":message-type"), header(message, ":event-type")
	switch {
	case kind == "event" && event == "PayloadChunk":
		s.chunk = message.Payload
	case kind == "event" && event == "InvokeComplete":
		s.err = complete(message.Payload)
	case kind == "event": // one that is newer than this program
	default:
		s.err = fmt.Errorf("%w: %.64s", errBroken, header(message, ":exception-type")+header(message, ":error-code"))
	}
}

func header(message *eventstream.Message, name string) string {
	if v, ok := message.Headers.Get(name).(eventstream.StringValue); ok {
		return string(v)
	}
	return ""
}

// complete is what the last event says: io.EOF, or the failure of the function.
func complete(payload []byte) error {
	var told struct{ ErrorCode, ErrorDetails string }
	if err := json.Unmarshal(payload, &told); err != nil {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	if told.ErrorCode == "" && told.ErrorDetails == "" {
		return io.EOF
	}
	var details struct{ ErrorType, ErrorMessage string }
	if json.Unmarshal([]byte(told.ErrorDetails), &details) == nil && (details.ErrorType != "" || details.ErrorMessage != "") {
		return &function.Failure{Type: firstOf(details.ErrorType, told.ErrorCode), Message: details.ErrorMessage}
	}
	return &function.Failure{Type: told.ErrorCode, Message: told.ErrorDetails}
}
