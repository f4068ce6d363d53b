package lambda

import (
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// Ask calls the function with payload on behalf of the request, for what is no integration: an authorizer. Errors are
// those of function.Target's Invoke.
func (f *Function) Ask(c *gw.Ctx, payload []byte, timeout time.Duration, answer *function.Answer) error {
	if f.target == nil {
		return function.ErrRefused
	}
	x := f.begin(c, timeout)
	defer f.end(x)
	x.Payload = payload
	x.addSource(c)
	target := f.target
	if test, ok := target.(*exchanger); ok {
		target = test.authorizing()
	}
	return target.Invoke(&x.Call, answer)
}

// AppendAuthorizerEvent appends the event of a REQUEST authorizer: what a function gets of the request, without its body, for
// a decision about methodARN (rest.md, section 12.1).
func AppendAuthorizerEvent(dst []byte, c *gw.Ctx, methodARN string) []byte {
	e := &Event{c: c}
	e.readHead()
	dst = appendMember(dst, `{"type":"REQUEST","methodArn":`, methodARN)
	dst = appendMember(dst, `,"resource":`, c.Var(gw.ResourcePath))
	dst = appendMember(dst, `,"path":`, e.path())
	dst = appendMember(dst, `,"httpMethod":`, c.MethodName())
	for _, part := range []struct {
		name   string
		append func([]byte) []byte
	}{
		{`,"headers":`, func(b []byte) []byte { return appendLast(b, e.headers, folded) }},
		{`,"multiValueHeaders":`, func(b []byte) []byte { return appendAll(b, e.headers, folded) }},
		{`,"queryStringParameters":`, func(b []byte) []byte { return appendLast(b, e.query, exact) }},
		{`,"multiValueQueryStringParameters":`, func(b []byte) []byte { return appendAll(b, e.query, exact) }},
		{`,"pathParameters":`, e.appendPathParameters},
		{`,"stageVariables":`, e.appendStageVariables},
	} {
		dst = append(dst, part.name...)
		mark := len(dst)
		if dst = part.append(dst); string(dst[mark:]) == "null" {
			dst = append(dst[:mark], "{}"...) // what is absent is an empty map here
		}
	}
	return append(e.appendContext(append(dst, `,"requestContext":`...)), '}')
}
