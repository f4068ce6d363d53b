package runtime

import "github.com/gatewright/gatewright/runtime/vtl"

// Exchange is one request that the gateway sends to a backend, and what it gets. It stands in for the network in tests
// (WithExchange).
type Exchange struct {
	// Kind is the kind of backend: http, aws, or lambda, where the exchange has the form of Lambda's Invoke API. A reply to
	// the latter has what the function returned as its body, and X-Amz-Function-Error marks a function that failed. A Lambda
	// authorizer's is AuthorizerExchange, in the same form.
	Kind string
	// Target is what is asked: an upstream's name, a service's with its subdomain, or a function's.
	Target string
	// Method and URI are the request's; the URI is whole, with scheme and host.
	Method, URI string
	// Headers are the request's header fields as they are sent, in order; Host and Content-Length are among them.
	Headers []Field
	// Body is the request's body without its framing.
	Body []byte

	// Reply is what the gateway is to get. A backend's package may find it to be no answer of its kind.
	Reply ExchangeReply
}

// AuthorizerExchange is the kind of an exchange with a Lambda authorizer.
const AuthorizerExchange = "authorizer"

// ExchangeReply is a backend's answer.
type ExchangeReply struct {
	// Failure says that there is no answer.
	Failure ExchangeFailure
	// Status is the answer's; 0 stands for 200.
	Status int
	// Headers are the answer's header fields in order. Those that frame the body are added where they are missing.
	Headers []Field
	// Body is the answer's body.
	Body []byte
}

// ExchangeFailure is why a backend gives no answer.
type ExchangeFailure uint8

// The failures.
const (
	// Answered is no failure.
	Answered ExchangeFailure = iota
	// TimedOut is no answer within the integration's timeout.
	TimedOut
	// Broke is a connection that could not be made, or that ended without an answer.
	Broke
)

// IDs are the identifiers of one request, which are random otherwise.
type IDs struct {
	Request  string // $context.requestId
	Extended string // $context.extendedRequestId
	Trace    string // X-Amzn-Trace-Id for the backend and in the answer
}

// hooks are settings for tests.
type hooks struct {
	exchange func(*Exchange)
	ids      func() IDs
	cover    func(branch int)
}

// WithExchange has f answer every request to a backend: f fills the exchange's Reply, and nothing opens a connection.
// Everything else happens as if a backend were there. The exchange's texts are f's to keep.
func WithExchange(f func(*Exchange)) Option { return func(s *settings) { s.exchange = f } }

// WithIDs has f give each request that reaches the routes its identifiers, so that answers do not vary.
func WithIDs(f func() IDs) Option { return func(s *settings) { s.ids = f } }

// Branch is a branch of a mapping template, in gateways that are generated to count them.
type Branch struct {
	// What is the directive: #if, #elseif, #else or #foreach.
	What string
	// Where is file:line:col of the directive.
	Where string
}

// WithCoverage has f told each time a branch of a template is reached, by its place in API.Branches. Only gateways that
// are generated to count branches tell.
func WithCoverage(f func(branch int)) Option { return func(s *settings) { s.cover = f } }

// Exchanger is what answers in place of backends; nil when they are asked themselves.
func (core *Core) Exchanger() func(*Exchange) { return core.settings.exchange }

// identified is serve for requests with identifiers of WithIDs.
func (core *Core) identified(serve func(*Ctx) Fault) func(*Ctx) Fault {
	if core.settings.ids == nil {
		return serve
	}
	return func(c *Ctx) Fault {
		ids := core.settings.ids()
		c.requestID, c.extendedID, c.traceID = ids.Request, ids.Extended, ids.Trace
		return serve(c)
	}
}

var _ vtl.Coverer = (*payload)(nil)

// Cover implements vtl.Coverer.
func (p *payload) Cover(n int) {
	if f := p.c.core.settings.cover; f != nil {
		f(n)
	}
}
