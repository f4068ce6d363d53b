package process

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gatewright/gatewright/runtime/function"
)

// base is where the runtime API has its paths.
const base = "/2018-06-01/runtime/"

// reply is an answer of the API.
type reply struct {
	status  int
	headers []string // lines without their ends
	body    []byte
}

// serve answers a request of the process. Whatever it does wrong is refused with the API's own words, and harms nobody else.
func (i *instance) serve(r *http.Request) reply {
	path, ok := strings.CutPrefix(r.URL.Path, base)
	id, what, isInvocation := strings.Cut(strings.TrimPrefix(path, "invocation/"), "/")
	switch {
	case !ok:
	case r.Method == http.MethodGet && path == "invocation/next":
		return i.next()
	case r.Method == http.MethodPost && path == "init/error":
		return i.initError(r)
	case r.Method == http.MethodPost && isInvocation && what == "response":
		return i.response(r, id)
	case r.Method == http.MethodPost && isInvocation && what == "error":
		return i.invocationError(r, id)
	}
	return refuse(http.StatusNotFound, "NotFound", "no such path")
}

func refuse(status int, kind, message string) reply {
	return reply{status: status, body: failure{kind, message}.plain()}
}

// notNow refuses what does not fit what the process is doing.
func notNow(message string) reply {
	return refuse(http.StatusForbidden, "InvalidStateTransition", message)
}

func accept() reply {
	return reply{status: http.StatusAccepted, body: []byte(`{"status":"OK"}`)}
}

// next waits for work and hands it over.
func (i *instance) next() reply {
	if !i.ask() {
		return notNow("the invocation under way has no answer yet, or work is asked for already")
	}
	i.output.about("")
	i.pool.free(i)
	var v *invocation
	select {
	case v = <-i.work:
	case <-i.gone:
		return notNow("the process has ended")
	}
	i.begin(v)
	deadline := time.Now().Add(i.pool.cfg.Timeout).UnixMilli()
	headers := []string{
		"Lambda-Runtime-Aws-Request-Id: " + v.id,
		"Lambda-Runtime-Deadline-Ms: " + strconv.FormatInt(deadline, 10),
		"Lambda-Runtime-Invoked-Function-Arn: " + v.arn,
	}
	if v.trace != "" {
		headers = append(headers, "Lambda-Runtime-Trace-Id: "+v.trace)
	}
	return reply{status: http.StatusOK, headers: headers, body: v.payload}
}

// errLong is a body that is longer than answers may be.
var errLong = errors.New("the body is too long")

// read reads a body of at most limit bytes.
func read(r io.Reader, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, errLong
	}
	var b bytes.Buffer
	if size > 0 {
		b.Grow(int(size) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(r, limit+1))
	if n > limit {
		return nil, errLong
	}
	return b.Bytes(), err
}

// working is what the process works on, if that has the id; refusal says why it does not.
func (i *instance) working(id string) (v *invocation, refusal reply) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.current == nil:
		return nil, notNow("no invocation is under way")
	case i.current.id != id:
		return nil, refuse(http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
	default:
		return i.current, reply{}
	}
}

// response takes what the function returned.
func (i *instance) response(r *http.Request, id string) reply {
	v, refusal := i.working(id)
	if v == nil {
		return refusal
	}
	if v.streams { // not every client of Amazon's says that it streams (Lambda-Runtime-Function-Response-Mode)
		return i.streamed(r, v)
	}
	limit := i.pool.core.Limits().ReplyBytes
	body, err := read(r.Body, r.ContentLength, limit)
	if i.done(id) == nil {
		return notNow("no invocation is under way")
	}
	switch fault := trailerFault(r); {
	case errors.Is(err, errLong):
		v.fail(tooLarge(limit).plain())
		return refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Exceeded maximum allowed payload size ("+strconv.FormatInt(limit, 10)+" bytes).")
	case err != nil:
		v.fail(failure{"Runtime.TruncatedResponse", "the answer broke off"}.payload(id))
		return refuse(http.StatusBadRequest, "TruncatedResponse", "the body broke off")
	case fault != nil:
		v.fail(fault)
	default:
		v.succeed(body)
	}
	return accept()
}

// trailerFault is the error that a streamed answer ends in; nil when there is none.
func trailerFault(r *http.Request) []byte {
	kind := r.Trailer.Get("Lambda-Runtime-Function-Error-Type")
	if kind == "" {
		return nil
	}
	body, err := base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
	if err != nil || !json.Valid(body) {
		return failure{kind, ""}.plain()
	}
	return body
}

// streamed passes an answer on while it comes.
func (i *instance) streamed(r *http.Request, v *invocation) reply {
	in, out := io.Pipe()
	if !v.stream(in) {
		in.Close() // the caller has left; the function may finish
	}
	_, err := io.Copy(out, r.Body)
	fault := trailerFault(r)
	switch {
	case fault != nil:
		out.CloseWithError(failureOf(fault))
	case err != nil && !errors.Is(err, io.ErrClosedPipe):
		out.CloseWithError(function.ErrUnreachable)
	default:
		out.Close()
	}
	if errors.Is(err, io.ErrClosedPipe) {
		io.Copy(io.Discard, r.Body) // nobody reads on; the function may finish all the same
	}
	if i.done(v.id) == nil {
		return notNow("no invocation is under way")
	}
	return accept()
}

// invocationError takes the error that the function ended in.
func (i *instance) invocationError(r *http.Request, id string) reply {
	if v, refusal := i.working(id); v == nil {
		return refusal
	}
	body, err := read(r.Body, r.ContentLength, i.pool.core.Limits().ReplyBytes)
	v := i.done(id)
	if v == nil {
		return notNow("no invocation is under way")
	}
	if err != nil || !json.Valid(body) {
		body = failure{r.Header.Get("Lambda-Runtime-Function-Error-Type"), "the function's error is no JSON"}.plain()
	}
	v.fail(body)
	return accept()
}

// longestInitError is how much of the error of a failed start is kept.
const longestInitError = 64 << 10

// initError takes the error that the process could not start for.
func (i *instance) initError(r *http.Request) reply {
	i.pool.mu.Lock()
	ready := i.ready
	i.pool.mu.Unlock()
	if ready {
		return notNow("the start is over")
	}
	body, err := read(r.Body, r.ContentLength, longestInitError)
	if err != nil || !json.Valid(body) {
		body = failure{"Runtime.InitError", "the process could not start"}.plain()
	}
	i.mu.Lock()
	i.initFail = body
	i.mu.Unlock()
	return accept()
}

// failureOf is a function error as streams end in it.
func failureOf(payload []byte) *function.Failure {
	var f failure
	if err := json.Unmarshal(payload, &f); err != nil {
		return &function.Failure{Type: "Unhandled", Message: cut(payload)}
	}
	return &function.Failure{Type: f.Type, Message: f.Message}
}

// whole is an answer that came at once, as a stream.
func whole(answer []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(answer)) }

// cut is the beginning of a text for the log.
func cut(text []byte) string {
	const most = 1000
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}
