package inproc

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatewright/gatewright/runtime/function"
)

// job is one call of a handler: the goroutine that waits for it and the one that runs it share it. It is used again, unless
// nobody waited for its end.
type job struct {
	workers *workers

	handler *handler // nil for typed calls
	payload []byte
	limit   int64 // of what a reader may have
	result  []byte

	typed    typed
	event    events.APIGatewayProxyRequest
	response events.APIGatewayProxyResponse
	present  bool
	names    []string // of headers, for sorting

	ctx      *callContext // nil when the handler takes none
	failure  *failure
	returned bool // the handler has

	streams bool
	pipe    *io.PipeReader // what the handler's reader has, when it streams
	feed    *io.PipeWriter

	background bool // nobody waits

	state atomic.Uint32
	done  chan struct{}
	timer *time.Timer // fires at the deadline
}

// The states of a job. Whoever ends the state running first decides.
const (
	running uint32 = iota
	finished
	abandoned
)

func newJob(w *workers) *job {
	j := &job{workers: w, done: make(chan struct{}, 1)}
	j.timer = time.AfterFunc(time.Hour, j.expire)
	j.timer.Stop()
	return j
}

// reset makes j ready for another call.
func (j *job) reset() {
	j.handler, j.payload, j.result, j.limit = nil, nil, nil, 0
	j.typed, j.event, j.response, j.present = nil, events.APIGatewayProxyRequest{}, events.APIGatewayProxyResponse{}, false
	j.ctx, j.failure, j.returned = nil, nil, false
	j.streams, j.pipe, j.feed, j.background = false, nil, nil, false
	j.state.Store(running)
}

// expire leaves a handler behind that is too slow: its caller is told, and its context ends.
func (j *job) expire() {
	if !j.state.CompareAndSwap(running, abandoned) {
		return
	}
	if j.ctx != nil {
		j.ctx.cancel(context.DeadlineExceeded)
	}
	j.done <- struct{}{}
}

// finish tells the caller that there is a result.
func (j *job) finish() bool {
	if !j.state.CompareAndSwap(running, finished) {
		return false
	}
	j.done <- struct{}{}
	return true
}

// serve calls the handler. A panic is a failure, and so is the end of the goroutine, which goes on after that.
func (j *job) serve() {
	defer func() {
		if j.returned {
			return
		}
		if v := recover(); v != nil {
			j.failure = panicked(v)
			j.workers.panicked(j.failure)
		} else {
			j.failure = ended()
		}
		if j.feed != nil {
			_ = j.feed.CloseWithError(j.failure.public()) // it never fails
		}
		if j.ctx != nil {
			j.ctx.cancel(errGone)
		}
	}()
	if j.typed != nil {
		j.serveTyped()
	} else {
		j.serveJSON()
	}
	j.returned = true
	if j.ctx != nil {
		j.ctx.cancel(errGone)
	}
}

func (j *job) serveTyped() {
	var ctx context.Context
	if j.ctx != nil {
		ctx = j.ctx
	}
	var err error
	if j.present, err = j.typed(ctx, &j.event, &j.response); err != nil {
		j.failure = failureOf(err)
	}
}

func (j *job) serveJSON() {
	var ctx context.Context
	if j.ctx != nil {
		ctx = j.ctx
	}
	result, reader, err := j.handler.call(ctx, j.payload)
	switch {
	case err != nil:
		j.failure = failureOf(err)
	case reader == nil:
		j.result = result
	case j.streams:
		j.pump(reader)
	default:
		j.readAll(reader)
	}
}

var errTooLong = errors.New("the handler's reader has more than an answer may have")

// readAll makes all that reader has the result.
func (j *job) readAll(reader io.Reader) {
	result, err := io.ReadAll(io.LimitReader(reader, j.limit+1))
	if closer, ok := reader.(io.Closer); ok {
		err = errors.Join(err, closer.Close())
	}
	if int64(len(result)) > j.limit {
		err = errTooLong
	}
	if err != nil {
		j.failure = failureOf(err)
		return
	}
	j.result = result
}

// pumped is how much of a stream is read at once.
const pumped = 16 << 10

// pump passes on what reader has while it comes. The caller is told as soon as there is a first byte or an end.
func (j *job) pump(reader io.Reader) {
	if closer, ok := reader.(io.Closer); ok {
		defer func() { _ = closer.Close() }() // nobody is left to be told
	}
	buffer := make([]byte, pumped)
	n, err := read(reader, buffer)
	if n == 0 && err != io.EOF {
		j.failure = failureOf(err)
		return
	}
	j.pipe, j.feed = io.Pipe()
	if !j.finish() {
		return
	}
	for {
		if _, gone := j.feed.Write(buffer[:n]); gone != nil {
			return
		}
		switch {
		case err == io.EOF:
			_ = j.feed.Close() // it never fails
			return
		case err != nil:
			_ = j.feed.CloseWithError(failureOf(err).public())
			return
		}
		n, err = read(reader, buffer)
	}
}

// read reads until there is something or an end; a reader that has nothing over and over fails.
func read(reader io.Reader, buffer []byte) (n int, err error) {
	for range 100 {
		if n, err = reader.Read(buffer); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// wait waits for the job's end or the deadline.
func (j *job) wait() error {
	<-j.done
	if j.state.Load() == abandoned {
		return function.ErrTimeout
	}
	return nil
}
