package inproc

import (
	"context"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatewright/gatewright/runtime/function"
	"github.com/gatewright/gatewright/runtime/integration/lambda"
)

// typed calls a handler whose event and result are those of API Gateway's proxy integration. It reports false when the
// result is a nil pointer, which is null in JSON.
type typed func(ctx context.Context, in *events.APIGatewayProxyRequest, out *events.APIGatewayProxyResponse) (bool, error)

// typedHandler is f as a typed handler; nil when its types are others.
func typedHandler(f any) (call typed, takesContext bool) {
	type (
		request  = events.APIGatewayProxyRequest
		response = events.APIGatewayProxyResponse
	)
	switch f := f.(type) {
	case func(context.Context, request) (response, error):
		return func(ctx context.Context, in *request, out *response) (present bool, err error) {
			*out, err = f(ctx, *in)
			return true, err
		}, true
	case func(request) (response, error):
		return func(_ context.Context, in *request, out *response) (present bool, err error) {
			*out, err = f(*in)
			return true, err
		}, false
	case func(context.Context, request) (*response, error):
		return func(ctx context.Context, in *request, out *response) (bool, error) { return taken(out)(f(ctx, *in)) }, true
	case func(request) (*response, error):
		return func(_ context.Context, in *request, out *response) (bool, error) { return taken(out)(f(*in)) }, false
	case func(context.Context, *request) (response, error):
		return func(ctx context.Context, in *request, out *response) (present bool, err error) {
			*out, err = f(ctx, owned(in))
			return true, err
		}, true
	case func(*request) (response, error):
		return func(_ context.Context, in *request, out *response) (present bool, err error) {
			*out, err = f(owned(in))
			return true, err
		}, false
	case func(context.Context, *request) (*response, error):
		return func(ctx context.Context, in *request, out *response) (bool, error) {
			return taken(out)(f(ctx, owned(in)))
		}, true
	case func(*request) (*response, error):
		return func(_ context.Context, in *request, out *response) (bool, error) { return taken(out)(f(owned(in))) }, false
	default:
		return nil, false
	}
}

// taken copies a handler's result to out.
func taken(out *events.APIGatewayProxyResponse) func(*events.APIGatewayProxyResponse, error) (bool, error) {
	return func(r *events.APIGatewayProxyResponse, err error) (bool, error) {
		if r == nil || err != nil {
			return false, err
		}
		*out = *r
		return true, nil
	}
}

// owned is a copy of in that a handler may keep.
func owned(in *events.APIGatewayProxyRequest) *events.APIGatewayProxyRequest {
	e := *in
	return &e
}

// typedTarget is a function that takes requests without JSON.
type typedTarget struct {
	target
	typed        typed
	takesContext bool
}

var _ lambda.Direct = (*typedTarget)(nil)

// Serve implements lambda.Direct.
func (t *typedTarget) Serve(e *lambda.Event, call *function.Call, r *lambda.Result) error {
	j := t.workers.job()
	fill(&j.event, e)
	j.typed = t.typed
	if t.takesContext {
		j.ctx = newContext(call, call.Deadline)
	}
	if err := t.workers.run(j, call.Deadline); err != nil {
		return err
	}
	if j.failure != nil {
		return j.failure.public()
	}
	if j.present {
		j.answer(r)
	} else {
		r.Malformed("it is nil")
	}
	t.workers.put(j)
	return nil
}

// fill fills the event with what e holds.
func fill(to *events.APIGatewayProxyRequest, e *lambda.Event) {
	var v lambda.Values
	e.Values(&v)
	to.Resource, to.Path, to.HTTPMethod = v.Resource, v.Path, v.Method
	to.Headers, to.MultiValueHeaders = v.Headers, v.AllHeaders
	to.QueryStringParameters, to.MultiValueQueryStringParameters = v.Query, v.AllQuery
	to.PathParameters, to.StageVariables = v.PathParameters, v.StageVariables
	to.Body, to.IsBase64Encoded = v.Body, v.IsBase64Encoded
	c := &to.RequestContext
	c.AccountID, c.ResourceID, c.Stage, c.APIID = v.AccountID, v.ResourceID, v.Stage, v.APIID
	c.DomainName, c.DomainPrefix = v.DomainName, v.DomainPrefix
	c.RequestID, c.ExtendedRequestID, c.Protocol = v.RequestID, v.ExtendedRequestID, v.Protocol
	c.ResourcePath, c.Path, c.HTTPMethod = v.Resource, v.ContextPath, v.Method
	c.RequestTime, c.RequestTimeEpoch = v.RequestTime, v.RequestTimeEpoch
	c.Identity.SourceIP, c.Identity.UserAgent = v.SourceIP, v.UserAgent
	if v.Authorizer != "" {
		// The gateway wrote it, so that it is JSON.
		_ = json.Unmarshal([]byte(v.Authorizer), &c.Authorizer)
	}
	c.Identity.APIKey, c.Identity.APIKeyID = v.APIKey, v.APIKeyID
	if who := v.Identity; who != nil {
		c.Identity.AccountID, c.Identity.Caller, c.Identity.User = who.AccountID, who.Caller, who.User
		c.Identity.UserArn, c.Identity.AccessKey = who.UserARN, who.AccessKey
	}
}

// answer puts the handler's result into r, in the order and with the texts that it has as JSON.
func (j *job) answer(r *lambda.Result) {
	response := &j.response
	r.SetStatus(response.StatusCode)
	for name := range response.Headers {
		j.names = append(j.names, name)
	}
	slices.Sort(j.names)
	for _, name := range j.names {
		r.Header(valid(name), valid(response.Headers[name]))
	}
	clear(j.names)
	j.names = j.names[:0]
	for name := range response.MultiValueHeaders {
		j.names = append(j.names, name)
	}
	slices.Sort(j.names)
	for _, name := range j.names {
		for _, value := range response.MultiValueHeaders[name] {
			r.MultiHeader(valid(name), valid(value))
		}
	}
	clear(j.names)
	j.names = j.names[:0]
	r.SetBody(valid(response.Body), response.IsBase64Encoded)
}

// valid is s with what is not UTF-8 as U+FFFD, as JSON has it.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}
