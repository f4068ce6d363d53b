package policy

import (
	"strings"
	"time"
	"unsafe"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// Action is what a caller wants to do, or a set of such.
type Action = language.Action

// The actions.
const (
	// Invoke is execute-api:Invoke: calling a method.
	Invoke = language.Invoke
	// InvalidateCache is execute-api:InvalidateCache: refreshing a cached answer.
	InvalidateCache = language.InvalidateCache
	// ManageConnections is execute-api:ManageConnections: posting to a WebSocket client.
	ManageConnections = language.ManageConnections
)

// Request is what policies are asked about: an action of somebody on a resource. It is a view over a gateway's context,
// and made for being used again: Begin starts the next one. The zero Request is ready for Begin. It must not be used by
// two goroutines at once.
type Request struct {
	c         *gw.Ctx
	action    Action
	principal *Principal

	arn     []byte   // the resource, once it was asked for
	own     int      // where what follows the API's id begins in arn
	pattern []uint16 // of a template that is compared
	texts   []byte   // of times that templates hold
	joined  []byte   // of a template that is compared without case
}

// maxKept bounds the memory that a Request keeps between uses, in elements of a buffer.
const maxKept = 16 << 10

// Begin makes r the question whether principal, nil when nobody signed the request, may do action by the request of c.
// The resource is the method that the request is for, with the path as it is routed.
func (r *Request) Begin(c *gw.Ctx, action Action, principal *Principal) {
	r.Release()
	r.c, r.action, r.principal = c, action, principal
}

// Release drops what belongs to the request. A Ctx calls it when the request is over, where r was given to its Hold.
func (r *Request) Release() {
	r.c, r.action, r.principal, r.own = nil, 0, nil, 0
	r.arn, r.pattern, r.texts, r.joined = kept(r.arn), kept(r.pattern), kept(r.texts), kept(r.joined)
}

func kept[T any](buffer []T) []T {
	if cap(buffer) > maxKept {
		return nil
	}
	return buffer[:0]
}

// ResourceARN is what the request is for, arn:aws:execute-api:region:account:api/stage/METHOD/path, without the path's
// first slash. Escapes stand in the path only where a byte needs one, and a stage without a name is $default. The text is
// valid until Begin or Release.
func (r *Request) ResourceARN() string {
	if len(r.arn) == 0 {
		r.resolve()
	}
	return text(r.arn)
}

// ownResource is the resource within the API: stage/METHOD/path.
func (r *Request) ownResource() string { return r.ResourceARN()[r.own:] }

// resolve puts the resource's ARN together.
func (r *Request) resolve() {
	c := r.c
	region, stage := c.Core().Region(), c.StageName()
	if stage == "" {
		stage = "$default"
	}
	b := append(r.arn, "arn:"...)
	b = append(append(append(b, partition(region)...), ":execute-api:"...), region...)
	b = append(append(b, ':'), c.Var(gw.AccountID)...)
	b = append(append(append(b, ':'), c.Var(gw.APIID)...), '/')
	r.own = len(b)
	b = append(append(b, stage...), '/')
	b = append(append(b, c.MethodName()...), '/')
	r.arn = language.AppendPath(b, c.Path().Tail(0))
}

// partition is the part of Amazon's that a region belongs to.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// Action reports whether the action is in a set: Invoke|InvalidateCache.
func (r *Request) Action(set Action) bool { return r.action&set != 0 }

// Resource reports whether the request is for one of ARNs, which may have wildcards and are spelled as
// language.Resource spells them.
func (r *Request) Resource(patterns ...string) bool {
	arn := r.ResourceARN()
	for _, pattern := range patterns {
		if language.MatchARN(pattern, arn) {
			return true
		}
	}
	return false
}

// InAPI is Resource for resources of the API itself, which policies write execute-api:/stage/METHOD/path: patterns begin
// with the stage.
func (r *Request) InAPI(patterns ...string) bool {
	own := r.ownResource()
	for _, pattern := range patterns {
		if language.Match(pattern, own) {
			return true
		}
	}
	return false
}

// Time is aws:CurrentTime and aws:EpochTime: when the request began, to the second.
func (r *Request) Time() time.Time { return r.c.Time().Truncate(time.Second) }

// text is b, which must not change, as a text.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
