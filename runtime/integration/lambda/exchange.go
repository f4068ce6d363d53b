package lambda

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// exchanger is a target whose calls are exchanges of a test, in the form of Lambda's Invoke API.
type exchanger struct {
	kind     string // of the exchanges
	name     string
	region   string
	exchange func(*gw.Exchange)
}

var _ function.Target = (*exchanger)(nil)

func newExchanger(core *gw.Core, f function.Function, exchange func(*gw.Exchange)) *exchanger {
	x := &exchanger{kind: "lambda", name: f.Name, region: core.Region(), exchange: exchange}
	if n, ok := parseName(f.ARN); ok && n.region() != "" {
		x.region = n.region()
	}
	return x
}

// authorizing is x for calls on behalf of an authorizer.
func (x *exchanger) authorizing() *exchanger {
	as := *x
	as.kind = gw.AuthorizerExchange
	return &as
}

// Invoke implements function.Target.
func (x *exchanger) Invoke(call *function.Call, answer *function.Answer) error {
	reply, err := x.ask(call, "/2015-03-31/functions/"+call.ARN+"/invocations")
	if err != nil {
		return err
	}
	answer.Payload = append(answer.Payload[:0], reply.Body...)
	answer.Error = functionError(reply)
	return nil
}

// Stream implements function.Target.
func (x *exchanger) Stream(call *function.Call) (io.ReadCloser, error) {
	reply, err := x.ask(call, "/2021-11-15/functions/"+call.ARN+"/response-streaming-invocations")
	if err != nil {
		return nil, err
	}
	if functionError(reply) != "" {
		return nil, failureOf(reply.Body)
	}
	return io.NopCloser(bytes.NewReader(reply.Body)), nil
}

// ask makes the exchange. Its texts are the test's to keep.
func (x *exchanger) ask(call *function.Call, path string) (*gw.ExchangeReply, error) {
	e := &gw.Exchange{Kind: x.kind, Target: x.name, Method: "POST", Body: bytes.Clone(call.Payload)}
	e.URI = "https://lambda." + x.region + ".amazonaws.com" + path
	if call.Type != function.RequestResponse {
		e.Headers = []gw.Field{{Name: typeHeader, Value: call.Type.String()}}
	}
	x.exchange(e)
	switch e.Reply.Failure {
	case gw.TimedOut:
		return nil, function.ErrTimeout
	case gw.Broke:
		return nil, function.ErrUnreachable
	}
	switch status := e.Reply.Status; {
	case status == 0, 200 <= status && status <= 299:
		return &e.Reply, nil
	case status == 429:
		return nil, function.ErrThrottled
	case status == 403, status == 404:
		return nil, function.ErrRefused
	case status == 413:
		return nil, function.ErrTooLarge
	default:
		return nil, fmt.Errorf("the Invoke API answered %d", status)
	}
}

func functionError(reply *gw.ExchangeReply) string {
	for _, f := range reply.Headers {
		if strings.EqualFold(f.Name, "X-Amz-Function-Error") {
			return f.Value
		}
	}
	return ""
}

// failureOf is a function's error as JSON has it.
func failureOf(payload []byte) *function.Failure {
	var failure struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal(payload, &failure); err != nil {
		return &function.Failure{Message: "an error that is not JSON"}
	}
	return &function.Failure{Type: failure.Type, Message: failure.Message}
}
