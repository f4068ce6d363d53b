package inproc

import (
	"bytes"
	"io"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// Func is the place of a function that is linked in. The handler is what lambda.Start of aws-lambda-go takes: a func of at
// most a context and an event, and of at most a result and an error, or a lambda.Handler. Anything else is an error of Open. Unlike in Lambda, a handler is called by several goroutines at once.
func Func(handler any) function.Place { return place{handler: handler} }

type place struct{ handler any }

// Open implements function.Place.
func (p place) Open(core *gw.Core, f function.Function) (function.Target, error) {
	h, err := newHandler(p.handler)
	if err != nil {
		return nil, err
	}
	t := target{handler: h, workers: newWorkers(core, f), core: core}
	if call, takesContext := typedHandler(p.handler); call != nil {
		return &typedTarget{target: t, typed: call, takesContext: takesContext}, nil
	}
	return &t, nil
}

// target is a function whose events and answers are JSON.
type target struct {
	handler *handler
	workers *workers
	core    *gw.Core
}

var _ function.Target = (*target)(nil)

// Invoke implements function.Target. Of an event that nobody waits for it says only whether there is room for it.
func (t *target) Invoke(call *function.Call, answer *function.Answer) error {
	answer.Payload, answer.Error = answer.Payload[:0], ""
	switch call.Type {
	case function.DryRun:
		return nil
	case function.Event:
		return t.workers.enqueue(t.background(call))
	}
	j := t.workers.job()
	j.payload, j.handler, j.limit = bytes.Clone(call.Payload), t.handler, t.core.Limits().ReplyBytes
	if t.handler.takesContext {
		j.ctx = newContext(call, call.Deadline)
	}
	if err := t.workers.run(j, call.Deadline); err != nil {
		return err
	}
	if j.failure != nil {
		answer.Payload, answer.Error = j.failure.appendJSON(answer.Payload), "Unhandled"
	} else {
		answer.Payload = append(answer.Payload, j.result...)
	}
	t.workers.put(j)
	return nil
}

// background is the job of an event that nobody waits for.
func (t *target) background(call *function.Call) *job {
	j := t.workers.job()
	j.payload, j.handler, j.limit, j.background = bytes.Clone(call.Payload), t.handler, t.core.Limits().ReplyBytes, true
	j.ctx = newContext(call, noDeadline)
	return j
}

// Stream implements function.Target. What a handler returns that is no io.Reader is streamed as the JSON that it is.
func (t *target) Stream(call *function.Call) (io.ReadCloser, error) {
	j := t.workers.job()
	j.payload, j.handler, j.limit, j.streams = bytes.Clone(call.Payload), t.handler, t.core.Limits().ReplyBytes, true
	j.ctx = newContext(call, noDeadline) // the call's deadline is not that of the stream
	if err := t.workers.run(j, call.Deadline); err != nil {
		return nil, err
	}
	switch {
	case j.failure != nil:
		return nil, j.failure.public()
	case j.pipe != nil:
		return &stream{PipeReader: j.pipe, ctx: j.ctx}, nil
	default:
		return io.NopCloser(bytes.NewReader(j.result)), nil
	}
}

// stream is the end of a pipe whose other end the handler's reader feeds.
type stream struct {
	*io.PipeReader
	ctx *callContext
}

// Close tells the handler that nobody listens any more, and ends a Read that waits.
func (s *stream) Close() error {
	s.ctx.cancel(errGone)
	return s.PipeReader.Close()
}
