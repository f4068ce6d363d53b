package process

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gatewright/gatewright/runtime/function"
)

// base is where the runtime API has its paths.
const base = "/2018-06-01/runtime/"

// newServer is the runtime API of one process.
func newServer(i *instance) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(i.serve), ReadHeaderTimeout: initTime, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // a process that breaks HTTP is no business of the operator's log
	}
}

// serve answers a request of the process. Whatever it does wrong is refused with the API's own words, and harms nobody else.
func (i *instance) serve(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, base)
	id, what, isInvocation := strings.Cut(strings.TrimPrefix(path, "invocation/"), "/")
	switch {
	case !ok:
		refuse(w, http.StatusNotFound, "NotFound", "no such path")
	case r.Method == http.MethodGet && path == "invocation/next":
		i.next(w, r)
	case r.Method == http.MethodPost && path == "init/error":
		i.initError(w, r)
	case r.Method == http.MethodPost && isInvocation && what == "response":
		i.response(w, r, id)
	case r.Method == http.MethodPost && isInvocation && what == "error":
		i.invocationError(w, r, id)
	default:
		refuse(w, http.StatusNotFound, "NotFound", "no such path")
	}
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(failure{kind, message}.plain())
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, `{"status":"OK"}`)
}

// next waits for work and hands it over.
func (i *instance) next(w http.ResponseWriter, r *http.Request) {
	if !i.ask() {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "the invocation under way has no answer yet, or work is asked for already")
		return
	}
	i.output.about("")
	i.pool.free(i)
	var v *invocation
	select {
	case v = <-i.work:
	case <-r.Context().Done(): // the process has gone, or given up
		i.pool.retire(i)
		i.begin(nil)
		return
	}
	i.begin(v)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Lambda-Runtime-Aws-Request-Id", v.id)
	header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(i.pool.cfg.Timeout).UnixMilli(), 10))
	header.Set("Lambda-Runtime-Invoked-Function-Arn", v.arn)
	if v.trace != "" {
		header.Set("Lambda-Runtime-Trace-Id", v.trace)
	}
	header.Set("Content-Length", strconv.Itoa(len(v.payload)))
	w.Write(v.payload)
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

// working is what the process works on, if that has the id; it is refused otherwise.
func (i *instance) working(w http.ResponseWriter, id string) *invocation {
	i.mu.Lock()
	v := i.current
	i.mu.Unlock()
	switch {
	case v == nil:
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "no invocation is under way")
	case v.id != id:
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		v = nil
	}
	return v
}

// response takes what the function returned.
func (i *instance) response(w http.ResponseWriter, r *http.Request, id string) {
	v := i.working(w, id)
	if v == nil {
		return
	}
	if v.streams { // not every client of Amazon's says that it streams (Lambda-Runtime-Function-Response-Mode)
		i.streamed(w, r, v)
		return
	}
	limit := i.pool.core.Limits().ReplyBytes
	body, err := read(r.Body, r.ContentLength, limit)
	if i.done(id) == nil {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "no invocation is under way")
		return
	}
	switch fault := trailerFault(r); {
	case errors.Is(err, errLong):
		v.fail(tooLarge(limit).plain())
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Exceeded maximum allowed payload size ("+strconv.FormatInt(limit, 10)+" bytes).")
		return
	case err != nil:
		v.fail(failure{"Runtime.TruncatedResponse", "the answer broke off"}.payload(id))
		return
	case fault != nil:
		v.fail(fault)
	default:
		v.succeed(body)
	}
	accept(w)
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
func (i *instance) streamed(w http.ResponseWriter, r *http.Request, v *invocation) {
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
	if i.done(v.id) != nil {
		accept(w)
	}
}

// invocationError takes the error that the function ended in.
func (i *instance) invocationError(w http.ResponseWriter, r *http.Request, id string) {
	if i.working(w, id) == nil {
		return
	}
	body, err := read(r.Body, r.ContentLength, i.pool.core.Limits().ReplyBytes)
	v := i.done(id)
	if v == nil {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "no invocation is under way")
		return
	}
	if err != nil || !json.Valid(body) {
		body = failure{r.Header.Get("Lambda-Runtime-Function-Error-Type"), "the function's error is no JSON"}.plain()
	}
	v.fail(body)
	accept(w)
}

// longestInitError is how much of the error of a failed start is kept.
const longestInitError = 64 << 10

// initError takes the error that the process could not start for.
func (i *instance) initError(w http.ResponseWriter, r *http.Request) {
	i.pool.mu.Lock()
	ready := i.ready
	i.pool.mu.Unlock()
	if ready {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "the start is over")
		return
	}
	body, err := read(r.Body, r.ContentLength, longestInitError)
	if err != nil || !json.Valid(body) {
		body = failure{"Runtime.InitError", "the process could not start"}.plain()
	}
	i.mu.Lock()
	i.initFail = body
	i.mu.Unlock()
	accept(w)
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
