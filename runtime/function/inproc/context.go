package inproc

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatewright/gatewright/runtime/function"
)

// callContext is the context of one call: what context.WithDeadline and lambdacontext.NewContext make together, in one
// piece. Its timer is the call's own. A handler may keep it for ever.
type callContext struct {
	deadline time.Time
	lambda   lambdacontext.LambdaContext
	trace    string

	mu    sync.Mutex
	done  chan struct{} // made when somebody asks
	err   error
	after []*func() // called when the context ends
}

var _ context.Context = (*callContext)(nil)

// Why contexts end.
var (
	errGone    = context.Canceled
	noDeadline time.Time
)

// newContext is the context of call. Its texts are copied.
func newContext(call *function.Call, deadline time.Time) *callContext {
	texts := call.RequestID + call.ARN + call.TraceID // one piece of memory
	id, rest := texts[:len(call.RequestID)], texts[len(call.RequestID):]
	return &callContext{
		deadline: deadline,
		trace:    rest[len(call.ARN):],
		lambda:   lambdacontext.LambdaContext{AwsRequestID: id, InvokedFunctionArn: rest[:len(call.ARN)]},
	}
}

// setDeadline is for a call that had to wait before it began: nobody has the context yet.
func (c *callContext) setDeadline(deadline time.Time) { c.deadline = deadline }

// lambdaKey is the key under which lambdacontext.FromContext looks: the package does not tell it, but asks a context for it.
var lambdaKey = func() any {
	var asked keyCatcher
	lambdacontext.FromContext(&asked)
	return asked.key
}()

// keyCatcher is a context that notes what it is asked for.
type keyCatcher struct {
	context.Context
	key any
}

// Value implements context.Context.
func (k *keyCatcher) Value(key any) any {
	k.key = key
	return nil
}

// traceKey is the key of the trace header, as aws-lambda-go has it.
const traceKey = "x-amzn-trace-id"

// Value implements context.Context.
func (c *callContext) Value(key any) any {
	switch key {
	case lambdaKey:
		return &c.lambda
	case traceKey:
		return c.trace
	default:
		return nil
	}
}

// Deadline implements context.Context.
func (c *callContext) Deadline() (time.Time, bool) { return c.deadline, !c.deadline.IsZero() }

// Done implements context.Context.
func (c *callContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		c.done = make(chan struct{})
		if c.err != nil {
			close(c.done)
		}
	}
	return c.done
}

// Err implements context.Context.
func (c *callContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// AfterFunc has f called in its own goroutine when the context ends. With it package context derives contexts from this one
// without a goroutine for each.
func (c *callContext) AfterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		go f()
		return func() bool { return false }
	}
	entry := &f
	c.after = append(c.after, entry)
	return func() bool { return c.forget(entry) }
}

// forget reports whether entry was still to be called, and now is not.
func (c *callContext) forget(entry *func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, e := range c.after {
		if e == entry {
			c.after = append(c.after[:i], c.after[i+1:]...)
			return true
		}
	}
	return false
}

// cancel ends the context, the first time with err.
func (c *callContext) cancel(err error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = err
	if c.done != nil {
		close(c.done)
	}
	after := c.after
	c.after = nil
	c.mu.Unlock()
	for _, f := range after {
		go (*f)()
	}
}
