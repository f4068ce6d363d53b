package runtime

import (
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/gatewright/gatewright/runtime/schema"
	"github.com/gatewright/gatewright/runtime/value"
)

// ReplyCheck is an answer that a route declares. Gateways that are generated to check answers have them; answers are
// never changed by it, only reported.
type ReplyCheck struct {
	// Status is the answer's; 1 to 5 stand for all of a class, 0 for any that is not listed.
	Status int
	// MediaType is the body's, in lower case, or a range; empty where no body is described.
	MediaType string
	// Valid is nil where bodies are not looked at.
	Valid Validator
}

// replyChecks counts answers that are not what their document says.
type replyChecks struct{ mismatches atomic.Int64 }

// ResponseMismatches is how many answers were not what the document says, in gateways that are generated to check
// them.
func (core *Core) ResponseMismatches() int64 { return core.replies.mismatches.Load() }

// watchesReply reports whether the answer is to be checked.
func (r *Response) watchesReply() bool { return r.c.route != nil && len(r.c.route.Replies) > 0 }

// watchBytes checks an answer that is there as a whole.
func (r *Response) watchBytes(body []byte) {
	if w := r.watcher(); w != nil {
		w.finish(body)
	}
}

// watchStream is body, which is checked when its end is reached.
func (r *Response) watchStream(body io.Reader) io.Reader {
	w := r.watcher()
	if w == nil {
		return body
	}
	w.body = body
	return w
}

// watcher looks at one answer. It outlives the request's context.
type watcher struct {
	core      *Core
	route     *Route
	requestID string
	status    int
	valid     Validator
	limit     int64

	body io.Reader // nil for a body that is there as a whole
	seen []byte
	done bool
}

// watcher is what checks the answer's body; nil when nothing is to be checked. A status or media type that the document does not
// have is reported at once.
func (r *Response) watcher() *watcher {
	c := r.c
	header := &c.rc.Response.Header
	mediaType := c.mediaType(text(header.ContentType()))
	w := &watcher{core: c.core, route: c.route, status: r.status, limit: c.core.settings.limits.BufferedBody}
	w.requestID = strings.Clone(c.RequestID())
	check, known := c.route.replyFor(r.status, mediaType)
	switch {
	case !known:
		w.report("the status is not declared")
	case check == nil && bodyAllowed(r.status) && mediaType != "":
		w.report("the media type " + mediaType + " is not declared")
	case check == nil || check.Valid == nil || !isJSONType(mediaType) || c.rc.IsHead() || !bodyAllowed(r.status) || len(header.Peek("Content-Encoding")) > 0:
	default:
		w.valid = check.Valid
		return w
	}
	return nil
}

// replyFor is what a route declares for a status and a media type; known is false when it does not declare the status.
func (route *Route) replyFor(status int, mediaType string) (check *ReplyCheck, known bool) {
	for _, want := range [...]int{status, status / 100, 0} {
		for i := range route.Replies {
			k := &route.Replies[i]
			if k.Status != want {
				continue
			}
			known = true
			prefix, ranged := strings.CutSuffix(k.MediaType, "*")
			if k.MediaType == "" || k.MediaType == mediaType || k.MediaType == "*/*" || ranged && strings.HasPrefix(mediaType, prefix) {
				return k, true
			}
		}
		if known {
			return nil, true
		}
	}
	return nil, false
}

// Read implements io.Reader.
func (w *watcher) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	if !w.done {
		w.seen = append(w.seen, p[:n]...)
		switch {
		case int64(len(w.seen)) > w.limit:
			w.done, w.seen = true, nil // too long to be looked at
		case err == io.EOF:
			w.finish(w.seen)
		}
	}
	return n, err
}

// Close implements io.Closer.
func (w *watcher) Close() error {
	if closer, ok := w.body.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}

// finish checks the whole body.
func (w *watcher) finish(body []byte) {
	w.done = true
	var memory value.Document
	root, strict, err := memory.Read(text(body))
	if err != nil || !strict || !utf8.Valid(body) {
		w.report("the body is not JSON")
		return
	}
	if w.valid(root, nil) {
		return
	}
	var report schema.Report
	w.valid(root, &report)
	const most = 5
	var said []string
	for i, violation := range report.Violations() {
		if i == most {
			said = append(said, "…")
			break
		}
		said = append(said, strings.TrimSpace(violation.Pointer+" "+violation.Detail))
	}
	w.report(strings.Join(said, "; "))
}

// report logs and counts an answer that is not what the document says.
func (w *watcher) report(detail string) {
	w.core.replies.mismatches.Add(1)
	w.core.Logger().Warn("an answer is not what the document says", "route", w.route.ID, "status", strconv.Itoa(w.status),
		"request_id", w.requestID, "detail", detail)
}
