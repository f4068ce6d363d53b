package gwtest

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/gwtest/fixture"
)

// What a request has where its case does not say.
const (
	defaultSource     = "203.0.113.1"
	defaultRegion     = "us-east-1"
	defaultRequestID  = "00000000-0000-4000-8000-000000000000"
	defaultExtendedID = "AAAAAAAAAAAAAAA="
	defaultTraceID    = "Root=1-65920080-000000000000000000000000"
)

// defaultTime is when requests are made: 2024-01-01T00:00:00Z.
var defaultTime = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// suite runs cases against gateways of one document.
type suite struct {
	construct constructor
	api       *gw.API
	reached   []bool // the branches of templates
}

// open looks at what the document says.
func (s *suite) open() error {
	g, err := s.construct(gw.WithLogger(slog.New(slog.DiscardHandler)), gw.WithExchange(func(*gw.Exchange) {}))
	if err != nil {
		return err
	}
	s.api = g.API()
	s.reached = make([]bool, len(s.api.Branches))
	return g.Close()
}

// outcome is what came of a case.
type outcome struct {
	c           *fixture.Case
	err         *fixture.Problem // why it could not be run, or what is wrong beside the differences
	actual      *fixture.Actual  // nil where it could not be run
	differences []fixture.Difference
	log         string // what the gateway told its operator
	updated     bool   // the file says now what came out
}

func (o *outcome) failed() bool {
	return o.err != nil || !o.updated && (len(o.differences) > 0 || !o.c.Expect.Given())
}

// update makes the file say what came out, where it says something else, and reports whether it did.
func (o *outcome) update(file *fixture.File) bool {
	if o.err != nil || !o.failed() {
		return false
	}
	if err := file.Update(o.c, o.actual); err != nil {
		o.err = &fixture.Problem{Path: file.Path, At: o.c.At, Message: err.Error()}
		return false
	}
	o.updated = true
	return true
}

// run runs one case of file with a gateway of its own.
func (s *suite) run(file *fixture.File, c *fixture.Case) *outcome {
	o := &outcome{c: c}
	fail := func(at fixture.Pos, format string, args ...any) *outcome {
		o.err = &fixture.Problem{Path: file.Path, At: at, Message: fmt.Sprintf(format, args...)}
		return o
	}
	stage, err := s.stage(file, c)
	if err != nil {
		return fail(c.At, "%v", err)
	}
	wire, at, err := s.request(c)
	if err != nil {
		return fail(at, "%v", err)
	}
	r := &rehearsal{suite: s, c: c}
	g, err := s.construct(append(r.options(), stage...)...)
	if err != nil {
		return fail(c.At, "%v", err)
	}
	for range max(c.Request.Repeat, 1) {
		r.asked = nil
		if err = r.play(g, wire); err != nil {
			break
		}
	}
	if err = errors.Join(err, g.Close()); err != nil {
		return fail(c.At, "%v", err)
	}
	o.actual, o.log = r.actual, r.log.String()
	o.differences = fixture.Compare(c, o.actual)
	switch {
	case c.Reply != nil && o.actual.Request == nil:
		return fail(c.Reply.At, "there is a reply, but no backend was asked")
	case r.authorizing && c.Request.Authorizer == nil:
		return fail(c.At, "the operation's authorizer was asked: say by request.authorizer what it answers")
	case !r.authorizing && c.Request.Authorizer != nil:
		return fail(c.Request.Authorizer.At, "there is an authorizer's output, but no authorizer was asked")
	}
	return o
}

// stage is the option that serves the case's stage at the root.
func (s *suite) stage(file *fixture.File, c *fixture.Case) ([]gw.Option, error) {
	name := c.Stage
	if name == "" {
		name = file.Stage
	}
	switch stages := s.api.Stages; {
	case name != "":
	case len(stages) == 1:
		name = stages[0].Name
	case len(stages) > 1:
		names := make([]string, len(stages))
		for i := range stages {
			names[i] = stages[i].Name
		}
		return nil, fmt.Errorf("the document has the stages %s; say by `stage:` which one serves", strings.Join(names, ", "))
	}
	if name == "" {
		return nil, nil
	}
	return []gw.Option{gw.WithStage(name)}, nil
}

// rehearsal is one case with its gateway.
type rehearsal struct {
	suite  *suite
	c      *fixture.Case
	log    bytes.Buffer
	actual *fixture.Actual
	asked  *gw.Exchange // the first request to a backend
	// authorizing says that a Lambda authorizer was asked.
	authorizing bool
}

// options are the gateway's settings, but for the stage.
func (r *rehearsal) options() []gw.Option {
	context := &r.c.Request.Context
	now := context.Time
	if now.IsZero() {
		now = defaultTime
	}
	ids := gw.IDs{Request: context.RequestID, Extended: context.ExtendedRequestID, Trace: context.TraceID}
	or := func(text *string, otherwise string) {
		if *text == "" {
			*text = otherwise
		}
	}
	or(&ids.Request, defaultRequestID)
	or(&ids.Extended, defaultExtendedID)
	or(&ids.Trace, defaultTraceID)
	timeless := slog.NewTextHandler(&r.log, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: withoutTime})
	options := []gw.Option{
		gw.WithClock(func() time.Time { return now }),
		gw.WithIDs(func() gw.IDs { return ids }),
		gw.WithLogger(slog.New(timeless)),
		gw.WithExchange(r.exchange),
		gw.WithCoverage(r.cover),
	}
	for _, v := range r.c.Request.StageVariables {
		options = append(options, gw.WithStageVariable(v.Name, v.Value))
	}
	return options
}

func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// authorize answers in place of a Lambda authorizer.
func (r *rehearsal) authorize(x *gw.Exchange) {
	r.authorizing = true
	a := r.c.Request.Authorizer
	if a == nil {
		x.Reply.Failure = gw.Broke
		return
	}
	x.Reply.Body = a.Output
	if a.Failed {
		x.Reply.Headers = []gw.Field{{Name: "X-Amz-Function-Error", Value: "Unhandled"}}
	}
}

// exchange answers in place of the backend.
func (r *rehearsal) exchange(x *gw.Exchange) {
	if x.Kind == gw.AuthorizerExchange {
		r.authorize(x)
		return
	}
	if r.asked == nil {
		r.asked = x
	}
	reply := r.c.Reply
	if reply == nil {
		return
	}
	switch reply.Failure {
	case fixture.Timeout:
		x.Reply.Failure = gw.TimedOut
	case fixture.Network:
		x.Reply.Failure = gw.Broke
	}
	x.Reply.Status = reply.Status
	for _, h := range reply.Headers {
		x.Reply.Headers = append(x.Reply.Headers, gw.Field{Name: h.Name, Value: h.Value})
	}
	if reply.Body != nil {
		x.Reply.Body = reply.Body.Bytes
	}
}

// cover notes that a branch of a template was reached.
func (r *rehearsal) cover(n int) {
	if 0 <= n && n < len(r.suite.reached) {
		r.suite.reached[n] = true
	}
}
