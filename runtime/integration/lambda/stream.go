package lambda

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// stall is how long a streamed answer may stand still (Amazon's bound for regional APIs).
const stall = 5 * time.Minute

// delimiter stands between the metadata and the body of a streamed answer.
var delimiter = make([]byte, 8)

// Stream answers the request with what the function makes of it while it comes: the integration AWS_PROXY with the response
// transfer mode STREAM. The timeout, 0 for none, bounds the wait for the metadata, with which the answer begins; the body
// may take as long as it does not stand still for five minutes. A stream that does not begin with metadata and delimiter is
// answered with 500, a function that fails before it with 502; later the connection breaks off.
//
//go:noinline
func (f *Function) Stream(c *gw.Ctx, timeout time.Duration) gw.Fault {
	if f.target == nil {
		return f.unusable(c)
	}
	x := f.begin(c, timeout)
	fault := f.stream(c, x)
	f.end(x)
	return fault
}

func (f *Function) stream(c *gw.Ctx, x *call) gw.Fault {
	if fault := x.event.read(c); fault != gw.OK {
		return fault
	}
	if fault := x.write(c); fault != gw.OK {
		return fault
	}
	stream, err := f.target.Stream(&x.Call)
	if err != nil {
		return f.fault(c, err)
	}
	body := &streamBody{f: f, stream: stream, left: -1, request: strings.Clone(x.RequestID)}
	metadata, err := body.open(x.Deadline)
	if err == nil {
		x.result.begin()
		x.result.parsePrelude(metadata)
		return f.respondStream(c, &x.result, body)
	}
	body.shut()
	if errors.Is(err, errPrelude) {
		return f.malformed(c, err.Error(), gw.APIConfigurationError)
	}
	return f.fault(c, err)
}

// respondStream answers with the metadata r and then body, which it closes where the answer does not.
func (f *Function) respondStream(c *gw.Ctx, r *Result, body *streamBody) gw.Fault {
	if r.flaw != "" {
		body.shut()
		return f.malformed(c, r.flaw, gw.APIConfigurationError)
	}
	c.Asked()
	response := c.Respond(r.status)
	body.left = r.takeLength()
	if !r.writeFields(c, response) {
		body.shut()
		return f.malformed(c, r.flaw, gw.APIConfigurationError)
	}
	if r.status == 204 || r.status == 304 {
		body.shut()
		return response.Empty()
	}
	fault := response.Stream(body, body.left)
	if fault != gw.OK {
		body.shut()
	}
	return fault
}

// takeLength takes Content-Length out of the headers: it frames a streamed body, and -1 is unknown. One that is no length is
// left to be remapped.
func (r *Result) takeLength() int64 {
	length := int64(-1)
	for _, list := range [2][]header{r.headers, r.multi} {
		for i := range list {
			if h := &list[i]; sameName(h.name, "Content-Length") && word(h.value, "") {
				if n, err := strconv.ParseInt(h.value, 10, 64); err == nil {
					length, h.sent = n, true
				}
			}
		}
	}
	return length
}

// errPrelude is a stream without metadata and delimiter.
var errPrelude = errors.New("it does not begin with metadata and delimiter")

// streamBody is the body of a streamed answer. It lives until the answer is written.
type streamBody struct {
	f       *Function
	request string
	stream  io.ReadCloser
	prefix  []byte // read already
	left    int64  // bytes that are still to come; -1: unknown
	watch   watch
}

var _ io.ReadCloser = (*streamBody)(nil)

// open reads the metadata.
func (b *streamBody) open(deadline time.Time) ([]byte, error) {
	buffer := make([]byte, 0, 1<<10)
	b.watch.stream = b.stream
	if !deadline.IsZero() {
		b.watch.begin(time.Until(deadline))
		defer b.watch.end()
	}
	for {
		if len(buffer) == cap(buffer) {
			grown := make([]byte, len(buffer), min(4*cap(buffer), maxPrelude))
			copy(grown, buffer)
			buffer = grown
		}
		n, err := b.stream.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if end := bytes.Index(buffer, delimiter); end >= 0 {
			b.prefix = buffer[end+len(delimiter):]
			return buffer[:end], nil
		}
		switch {
		case b.watch.expired():
			return nil, function.ErrTimeout
		case err == io.EOF, err == nil && len(buffer) == maxPrelude:
			return nil, errPrelude
		case err != nil:
			return nil, err
		}
	}
}

// Read implements io.Reader. An end that comes too soon is an error, so that the client is not shown a clean one; what comes
// beyond the announced length is dropped.
func (b *streamBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	if b.left > 0 && int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.receive(p)
	if b.left > 0 {
		b.left -= int64(n)
		if err == io.EOF && b.left > 0 {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil && err != io.EOF {
		b.f.core.Logger().Warn("a streamed answer of a function broke off", slog.String("function", b.f.at.Name),
			slog.String("request_id", b.request), slog.String("error", bounded(err.Error())))
	}
	return n, err
}

func (b *streamBody) receive(p []byte) (int, error) {
	if len(b.prefix) > 0 {
		n := copy(p, b.prefix)
		b.prefix = b.prefix[n:]
		return n, nil
	}
	b.watch.begin(stall)
	n, err := b.stream.Read(p)
	b.watch.end()
	if err != nil && b.watch.expired() {
		err = function.ErrTimeout
	}
	return n, err
}

// Close implements io.Closer.
func (b *streamBody) Close() error { return b.watch.close() }

// shut closes a stream that no answer is made of.
func (b *streamBody) shut() {
	if err := b.Close(); err != nil {
		b.f.core.Logger().Debug("stream of a function not closed", "function", b.f.at.Name, "error", err)
	}
}

// watch closes a stream whose next bytes take too long: that ends the read that waits for them.
type watch struct {
	stream io.Closer
	timer  *time.Timer
	late   atomic.Bool
	closed atomic.Bool
}

func (w *watch) begin(limit time.Duration) {
	if w.timer == nil {
		w.timer = time.AfterFunc(limit, func() {
			w.late.Store(true)
			_ = w.close() // what it says is said to the reader
		})
		return
	}
	w.timer.Reset(limit)
}

// close closes the stream once, whoever is first.
func (w *watch) close() error {
	if w.closed.Swap(true) {
		return nil
	}
	return w.stream.Close()
}

func (w *watch) end() { w.timer.Stop() }

func (w *watch) expired() bool { return w.late.Load() }
