package lambda

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// Config is a function as the document has it.
type Config struct {
	// Name is its key below x-gateway-functions, or the function's name where the document has none for it.
	Name string
	// ARN is its name for Amazon, with the qualifier that the integration asks for, if any. Without one, there is no ARN.
	ARN string
	// At is where the function runs.
	At function.Place
}

// Function is a function that requests are sent to. It is safe for concurrent use, and ends with its core.
type Function struct {
	core   *gw.Core
	at     function.Function
	target function.Target // nil when the function cannot be called
	direct Direct          // target, where it takes requests without JSON
	calls  sync.Pool
}

// Direct is a target that takes a proxied request without JSON in between: a function that is linked in.
type Direct interface {
	function.Target
	// Serve calls the function for e and puts what it returns into r, whose texts must not change until the answer is made.
	// Errors are those of Invoke, and a *function.Failure for a function that failed.
	Serve(e *Event, call *function.Call, r *Result) error
}

// NewFunction makes the function of cfg callable; what is wrong with it is said by core's Start. An option may say another
// place for it than the document (WithFunction).
func NewFunction(core *gw.Core, cfg Config) *Function {
	f := &Function{core: core, at: function.Function{Name: cfg.Name, ARN: cfg.ARN}}
	if f.at.ARN == "" {
		f.at.ARN = cfg.Name
	}
	place := cfg.At
	if target, ok := core.FunctionTarget(keysOf(cfg)...); ok && core.Exchanger() == nil {
		var err error
		if place, err = parsePlace(target, cfg.At); err != nil {
			core.Fail(fmt.Errorf("function %q: %w", cfg.Name, err))
			return f
		}
	}
	if err := f.open(place); err != nil {
		core.Fail(err)
	}
	return f
}

// open makes f callable at place.
func (f *Function) open(place function.Place) error {
	var err error
	if exchange := f.core.Exchanger(); exchange != nil {
		f.target = newExchanger(f.core, f.at, exchange)
	} else if place == nil {
		err = errors.New("nothing says where it runs")
	} else {
		f.target, err = place.Open(f.core, f.at)
	}
	if err != nil {
		f.target = nil
		return fmt.Errorf("function %q: %w", f.at.Name, err)
	}
	f.direct, _ = f.target.(Direct)
	return nil
}

// call is what one invocation needs. It is used again.
type call struct {
	function.Call
	event   Event
	payload []byte
	answer  function.Answer
	result  Result
	source  []byte
}

// begin takes what a call of f needs.
func (f *Function) begin(c *gw.Ctx, timeout time.Duration) *call {
	x, ok := f.calls.Get().(*call)
	if !ok {
		x = new(call)
	}
	x.ARN, x.RequestID, x.TraceID, x.Caller = f.at.ARN, c.RequestID(), c.TraceHeader(), c.Identity()
	if timeout > 0 {
		x.Deadline = time.Now().Add(timeout)
	}
	return x
}

// end gives x back.
func (f *Function) end(x *call) {
	x.event.reset()
	x.result.reset()
	x.Call = function.Call{}
	x.payload, x.answer.Payload = kept(x.payload), kept(x.answer.Payload)
	x.answer.Error = ""
	f.calls.Put(x)
}

// kept is b emptied, or nothing when it grew too large to be kept.
func kept(b []byte) []byte {
	if cap(b) > keptBytes {
		return nil
	}
	return b[:0]
}

// Proxy answers the request with what the function makes of it: the integration AWS_PROXY. A timeout of 0 is none.
//
//go:noinline
func (f *Function) Proxy(c *gw.Ctx, timeout time.Duration) gw.Fault {
	if f.target == nil {
		return f.unusable(c)
	}
	x := f.begin(c, timeout)
	fault := f.proxy(c, x)
	f.end(x)
	return fault
}

func (f *Function) proxy(c *gw.Ctx, x *call) gw.Fault {
	if fault := x.event.read(c); fault != gw.OK {
		return fault
	}
	x.result.begin()
	if f.direct != nil && !c.Core().AWSLimits() {
		if err := f.direct.Serve(&x.event, &x.Call, &x.result); err != nil {
			return f.fault(c, err)
		}
		return f.respond(c, &x.result)
	}
	if fault := x.write(c); fault != gw.OK {
		return fault
	}
	if err := f.target.Invoke(&x.Call, &x.answer); err != nil {
		return f.fault(c, err)
	}
	if x.answer.Error != "" {
		return f.failed(c, errorMessage(x.answer.Payload))
	}
	if f.beyondLimits(c, len(x.answer.Payload)) {
		return f.malformed(c, tooLarge, gw.FunctionFailure)
	}
	x.result.parse(x.answer.Payload)
	return f.respond(c, &x.result)
}

// write makes the call's payload of the event.
func (x *call) write(c *gw.Ctx) gw.Fault {
	x.payload = x.event.appendJSON(x.payload[:0])
	x.Payload = x.payload
	if c.Core().AWSLimits() && len(x.Payload) > lambdaPayload {
		return gw.EventTooLarge
	}
	x.addSource(c)
	return gw.OK
}

// beyondLimits reports whether a result of size bytes is larger than one may be.
func (f *Function) beyondLimits(c *gw.Ctx, size int) bool {
	return int64(size) > c.Core().Limits().ReplyBytes || c.Core().AWSLimits() && size > lambdaPayload
}

// addSource names the method that calls, as Lambda's permissions have it.
func (x *call) addSource(c *gw.Ctx) {
	b := append(append(x.source[:0], "arn:"...), partition(c.Core().Region())...)
	b = append(append(b, ":execute-api:"...), c.Core().Region()...)
	b = append(append(b, ':'), c.Var(gw.AccountID)...)
	b = append(append(b, ':'), c.Var(gw.APIID)...)
	b = append(append(b, '/'), c.StageName()...)
	b = append(append(b, '/'), c.MethodName()...)
	x.source = append(b, c.Var(gw.ResourcePath)...)
	x.SourceARN = text(x.source)
}

// partition is the part of Amazon's cloud that region is in.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// fault is how err is told to the client (rest.md, sections 3.1, 3.4 and 7.2; decisions.md, Functions and services).
func (f *Function) fault(c *gw.Ctx, err error) gw.Fault {
	var failure *function.Failure
	switch {
	case errors.As(err, &failure):
		return f.failed(c, failure.Message)
	case errors.Is(err, function.ErrTimeout):
		f.warn(c, "Execution failed due to a timeout error", err)
		return gw.IntegrationTimeout
	case errors.Is(err, function.ErrTooLarge):
		return gw.EventTooLarge
	case errors.Is(err, function.ErrUnreachable):
		f.warn(c, "Execution failed due to an internal error", err)
		return c.Fail(gw.IntegrationFailure, "Internal server error")
	default: // among them those of permissions and of throttling
		f.warn(c, "Execution failed due to configuration error", err)
		return gw.APIConfigurationError
	}
}

// failed is the fault of a function that failed, in a proxy integration.
func (f *Function) failed(c *gw.Ctx, message string) gw.Fault {
	f.warn(c, "Lambda execution failed with status 200 due to customer function error: "+bounded(message), nil)
	return gw.FunctionFailure
}

// malformed is fault, of an answer that cannot be passed on.
func (f *Function) malformed(c *gw.Ctx, why string, fault gw.Fault) gw.Fault {
	f.warn(c, "Execution failed due to configuration error: Malformed Lambda proxy response", errors.New(why))
	return fault
}

// unusable is the fault of a function that cannot be called at all.
func (f *Function) unusable(c *gw.Ctx) gw.Fault {
	f.warn(c, "Execution failed due to configuration error: Invalid Lambda function", nil)
	return gw.APIConfigurationError
}

// warn writes what an operator should know of a request, without what the request or the answer held.
func (f *Function) warn(c *gw.Ctx, message string, err error) {
	attrs := []slog.Attr{slog.String("function", f.at.Name), slog.String("request_id", strings.Clone(c.RequestID()))}
	if err != nil {
		attrs = append(attrs, slog.String("error", bounded(err.Error())))
	}
	f.core.Logger().LogAttrs(c.RequestCtx(), slog.LevelWarn, message, attrs...)
}

// maxLogged bounds what is logged of a text that a function made.
const maxLogged = 1 << 10

func bounded(s string) string {
	if len(s) > maxLogged {
		return s[:maxLogged] + "…"
	}
	return s
}
