package lambda

import (
	"encoding/json"
	"errors"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// Invoke calls the function with the body of out and returns what it returned, status 200: the integration AWS (rest.md,
// section 7.3). The header X-Amz-Invocation-Type of out is the call's type; Event and DryRun have an empty reply.
//
// Lambda takes JSON alone. No body is {}, as an empty body is wherever mappings look at one; a body that is no JSON gets
// Lambda's own error as its reply, status 400, and the function is not called.
//
//go:noinline
func (f *Function) Invoke(c *gw.Ctx, out *gw.Outbound) (*gw.Reply, gw.Fault) {
	if fault := out.Fault(); fault != gw.OK {
		return nil, fault
	}
	if f.target == nil {
		return nil, f.unusable(c)
	}
	x := f.begin(c, out.Timeout())
	reply, fault := f.invoke(c, x, out)
	f.end(x)
	return reply, fault
}

func (f *Function) invoke(c *gw.Ctx, x *call, out *gw.Outbound) (*gw.Reply, gw.Fault) {
	typ, ok := typeOf(out)
	if !ok {
		f.warn(c, "Execution failed due to configuration error", errors.New("X-Amz-Invocation-Type is none"))
		return nil, gw.APIConfigurationError
	}
	x.Type, x.Payload = typ, emptyEvent
	if body, _ := out.Body(); len(body) > 0 {
		x.Payload = body
	}
	reply := c.Reply()
	if !json.Valid(x.Payload) {
		reply.Reset(400)
		reply.Add(contentType, jsonType)
		*reply.Buffer() = append((*reply.Buffer())[:0], notParsed...)
		return reply, gw.OK
	}
	if c.Core().AWSLimits() && len(x.Payload) > lambdaPayload {
		return nil, gw.EventTooLarge
	}
	x.addSource(c)
	reply.Reset(200)
	reply.Add(contentType, jsonType)
	if fault := f.ask(c, x, reply.Buffer()); fault != gw.OK {
		return nil, fault
	}
	switch {
	case typ != function.RequestResponse:
		*reply.Buffer() = (*reply.Buffer())[:0]
	case x.answer.Error != "":
		reply.MarkFailed()
	}
	return reply, gw.OK
}

// ask calls the function; what it returns goes to where the reply has it.
func (f *Function) ask(c *gw.Ctx, x *call, to *[]byte) gw.Fault {
	own := x.answer.Payload
	x.answer.Payload = (*to)[:0]
	err := f.target.Invoke(&x.Call, &x.answer)
	*to, x.answer.Payload = x.answer.Payload, own
	switch {
	case err != nil:
		return f.fault(c, err)
	case f.beyondLimits(c, len(*to)):
		return f.malformed(c, tooLarge, gw.APIConfigurationError)
	default:
		return gw.OK
	}
}

// What Lambda's own API is spoken with. They are not changed.
var (
	emptyEvent  = []byte("{}")
	contentType = []byte("Content-Type")
	jsonType    = []byte("application/json")
)

const typeHeader = "X-Amz-Invocation-Type"

// typeOf is the type that the mapped headers ask for.
func typeOf(out *gw.Outbound) (typ function.Type, ok bool) {
	fields := out.Fields()
	for i := range fields {
		if !sameName(fields[i].Name, typeHeader) {
			continue
		}
		switch fields[i].Value {
		case "RequestResponse":
			typ = function.RequestResponse
		case "Event":
			typ = function.Event
		case "DryRun":
			typ = function.DryRun
		default:
			return typ, false
		}
	}
	return typ, true
}

// messagePath is where an error has its message.
var messagePath = gw.MustPath("$.errorMessage")

// ErrorMessage is what responses are selected by: the message of a function that failed. Success has none, which is the
// empty text (rest.md, section 6).
func ErrorMessage(reply *gw.Reply) string {
	if !reply.Failed() {
		return ""
	}
	message, fault := reply.BodyAt(messagePath)
	if fault != gw.OK {
		return ""
	}
	return message
}

// ErrorAt is integration.response.body.errorMessage.k: what path, relative to the message, finds in the JSON that stands in
// the message (rest.md, section 4.1). It is empty when there is nothing, or no such JSON.
func ErrorAt(reply *gw.Reply, path *gw.JSONPath) (string, gw.Fault) {
	return reply.Inside(ErrorMessage(reply), path), gw.OK
}

// errorMessage is the message of a function's error, for the log.
func errorMessage(payload []byte) string {
	var failure struct {
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal(payload, &failure); err != nil {
		return ""
	}
	return failure.Message
}
