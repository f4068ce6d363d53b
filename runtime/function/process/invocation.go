package process

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gatewright/gatewright/runtime/function"
)

// invocation is one call on its way through a pool. It ends once: whatever comes later finds it ended.
type invocation struct {
	id, arn, trace string
	payload        []byte // a copy: the process may read it after the caller has left
	deadline       time.Time
	// streams is set where the caller reads the answer while it comes.
	streams bool

	end  sync.Once
	done chan struct{} // closed when the fields below are set

	answer []byte
	body   io.ReadCloser // of a stream
	err    string        // X-Amz-Function-Error
	failed error         // why there is no answer
}

func newInvocation(call *function.Call, streams bool) *invocation {
	return &invocation{
		id: call.RequestID, arn: call.ARN, trace: call.TraceID, payload: bytes.Clone(call.Payload), deadline: call.Deadline,
		streams: streams, done: make(chan struct{}),
	}
}

// succeed ends the invocation with what the function returned, and reports whether it had not ended before.
func (v *invocation) succeed(answer []byte) bool {
	return v.finish(func() { v.answer = answer })
}

// fail ends the invocation with an error of the function's: an object with errorType and errorMessage.
func (v *invocation) fail(payload []byte) bool {
	return v.finish(func() { v.answer, v.err = payload, "Unhandled" })
}

// stream ends the invocation with an answer that is still coming.
func (v *invocation) stream(body io.ReadCloser) bool {
	return v.finish(func() { v.body = body })
}

// drop ends an invocation that nobody will work on, or whose caller has left.
func (v *invocation) drop(err error) bool {
	return v.finish(func() { v.failed = err })
}

func (v *invocation) finish(set func()) (first bool) {
	v.end.Do(func() {
		set()
		first = true
		close(v.done)
	})
	return first
}

// ended reports whether the invocation has ended.
func (v *invocation) ended() bool {
	select {
	case <-v.done:
		return true
	default:
		return false
	}
}

// wait waits for the end, at most until the caller's deadline.
func (v *invocation) wait() {
	if v.deadline.IsZero() {
		<-v.done
		return
	}
	timer := time.NewTimer(time.Until(v.deadline))
	defer timer.Stop()
	select {
	case <-v.done:
	case <-timer.C:
		v.drop(function.ErrTimeout)
	}
}

// failure is a function error as Lambda words it.
type failure struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

// payload is the error as callers get it, about the request with the id.
func (f failure) payload(id string) []byte {
	f.Message = "RequestId: " + id + " Error: " + f.Message
	return f.plain()
}

func (f failure) plain() []byte {
	text, err := json.Marshal(f)
	if err != nil {
		return []byte(`{"errorType":"Runtime.Unknown"}`) // two texts can always be written
	}
	return text
}

// The errors that Lambda itself makes of functions.

func timedOut(after time.Duration) failure {
	return failure{"Sandbox.Timedout", fmt.Sprintf("Task timed out after %.2f seconds", after.Seconds())}
}

func tooLarge(limit int64) failure {
	return failure{"Function.ResponseSizeTooLarge", fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", limit)}
}

func outOfMemory() failure {
	return failure{"Runtime.OutOfMemory", "Runtime exited with error: signal: killed"}
}

func exited(how error) failure {
	if how == nil {
		return failure{"Runtime.ExitError", "Runtime exited without providing a reason"}
	}
	return failure{"Runtime.ExitError", "Runtime exited with error: " + how.Error()}
}
