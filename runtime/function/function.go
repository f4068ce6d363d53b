// Package function says how a gateway reaches Lambda functions: the interface that every way to one implements. The ways
// stand in packages below it: inproc (linked in), process (run by the gateway), emulator (an invoke URL) and invokeapi
// (Amazon's own). The package must not know what a payload means: events and answers are runtime/integration/lambda's.
package function

import (
	"errors"
	"io"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
)

// Place is where a function runs, as a document or a flag says it.
type Place interface {
	// Open makes the function callable until core closes. What is wrong with the place is said here, not at the first call.
	Open(core *gw.Core, f Function) (Target, error)
}

// Function is the function that a Place is asked for.
type Function struct {
	// Name is its name in the document: GetPet.
	Name string
	// ARN is its name for Amazon, with the qualifier that the document asks for, if any.
	ARN string
}

// Target is a function that can be called. It is safe for concurrent use.
type Target interface {
	// Invoke calls the function and waits for its answer, at most until the call's deadline. A function that fails is an
	// answer, not an error: errors are one of this package's, wrapped, or what else kept the call from being made.
	Invoke(call *Call, answer *Answer) error
	// Stream calls the function and returns its answer while it comes. It returns as soon as there is a first byte, an end or
	// an error; the call's deadline bounds the wait for that, not the stream. The caller closes the stream, perhaps while a Read
	// waits, which then ends. A function that fails makes Stream, or a later Read, return a *Failure.
	Stream(call *Call) (io.ReadCloser, error)
}

// Call is one invocation. Its memory is the caller's: a target that works on after Invoke or Stream has returned copies.
type Call struct {
	// ARN is the function as it is invoked: that of Function, unless the name was known only at run time.
	ARN string
	// Payload is what the function gets: a JSON text.
	Payload []byte
	// Type says whether anybody waits for the function.
	Type Type
	// Deadline is when the caller gives up; zero is never.
	Deadline time.Time
	// RequestID is the id of the client's request, TraceID its X-Amzn-Trace-Id.
	RequestID, TraceID string
	// SourceARN is the ARN of the method that calls: arn:aws:execute-api:….
	SourceARN string
	// Caller is who has signed the client's request; nil: nobody has.
	Caller *gw.Identity
}

// Type is the X-Amz-Invocation-Type of a call.
type Type uint8

// The types.
const (
	// RequestResponse waits for the answer.
	RequestResponse Type = iota
	// Event hands the event over and does not wait for the function (rest.md, section 7.3).
	Event
	// DryRun looks whether the function could be called.
	DryRun
)

// String is the type as the header has it.
func (t Type) String() string {
	switch t {
	case Event:
		return "Event"
	case DryRun:
		return "DryRun"
	default:
		return "RequestResponse"
	}
}

// Answer is what came of a call.
type Answer struct {
	// Payload is what the function returned. A target appends to Payload[:0], so that its memory is used again.
	Payload []byte
	// Error is X-Amz-Function-Error: empty, Handled or Unhandled. With it Payload is an object with errorMessage and errorType.
	Error string
}

// Failure is a function that failed while its answer was streamed.
type Failure struct {
	// Type and Message are errorType and errorMessage.
	Type, Message string
}

// Error names type and message.
func (f *Failure) Error() string { return "function failed: " + f.Type + ": " + f.Message }

// Why a call could not be made.
var (
	// ErrTimeout is a call whose deadline has passed.
	ErrTimeout = errors.New("no answer from the function in time")
	// ErrUnreachable is a function that cannot be asked: no connection, or one that broke without an answer.
	ErrUnreachable = errors.New("the function cannot be reached")
	// ErrThrottled is a call that Lambda, or a bound of our own, had no room for.
	ErrThrottled = errors.New("the function has no room for another call")
	// ErrRefused is a call that Lambda did not allow, or a function that it does not know.
	ErrRefused = errors.New("the call of the function was refused")
	// ErrTooLarge is an event that is larger than the function takes.
	ErrTooLarge = errors.New("the event is too large for the function")
)
