package process

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"time"
)

// base is where the runtime API has its paths.
const base = "/2018-06-01/runtime/"

// maxInitError is how much of the error of a failed start is taken.
const maxInitError = 64 << 10

// The answer to a process that has done what it may.
var acceptance = []byte("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n")

// route answers a request and reports whether the connection can go on. Whatever the process does wrong is refused with the
// API's own words, and harms nobody else.
func (k *conn) route() bool {
	path, ok := bytes.CutPrefix(k.head.path, []byte(base))
	what, invocation := bytes.CutPrefix(path, []byte("invocation/"))
	id, end, _ := bytes.Cut(what, []byte{'/'})
	switch h := &k.head; {
	case ok && invocation && h.get && string(what) == "next":
		return k.next()
	case ok && invocation && h.post && string(end) == "response":
		return k.response(id)
	case ok && invocation && h.post && string(end) == "error":
		return k.invocationError(id)
	case ok && h.post && string(path) == "init/error":
		return k.initError()
	default:
		return k.refuse(http.StatusNotFound, "NotFound", "there is no such path or method")
	}
}

// refuse answers with an error. The connection closes where the end of the request is not certain, or its body may never come.
func (k *conn) refuse(status int, kind, message string) bool {
	body := `{"errorMessage":` + strconv.Quote(message) + `,"errorType":"` + kind + "\"}\n" // our own words, without anything to escape
	text := "HTTP/1.1 " + strconv.Itoa(status) + " " + http.StatusText(status) + "\r\nContent-Type: application/json\r\n"
	if k.head.expects || status == http.StatusBadRequest && kind != "InvalidRequestID" || status == http.StatusRequestHeaderFieldsTooLarge {
		text += "Connection: close\r\n"
		k.head.closes = true
	}
	text += "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
	return k.write(append([]byte(text), body...))
}

// transition refuses what a process may not do in its state.
func (k *conn) transition(from state, to string) bool {
	return k.refuse(http.StatusForbidden, "InvalidStateTransition",
		"State transition from "+from.String()+" to "+to+" failed for runtime. Error: State transition is not allowed")
}

// next hands work over, or leaves the process waiting for it.
func (k *conn) next() bool {
	if k.head.length > 0 || k.head.chunked {
		return k.refuse(http.StatusBadRequest, "InvalidRequest", "a request for work has no body")
	}
	i := k.i
	i.pool.mu.Lock()
	v, ok := i.ask(k)
	state := i.state
	i.pool.mu.Unlock()
	if !ok {
		return k.transition(state, ready.String())
	}
	if v != nil {
		k.writing.Lock()
		k.out = v.appendTo(k.out[:0])
		k.flush(v, k.out)
		i.pool.mu.Lock()
		v.writing = false
		i.pool.mu.Unlock()
	}
	return true
}

// claim is what the process works on, if that has the id and its answer is not on its way already; nil has been refused.
func (k *conn) claim(id []byte, to string) (v *invocation, goesOn bool) {
	i := k.i
	i.pool.mu.Lock()
	known, state := bytes.Equal(id, i.lastID), i.state
	if v = i.current; v != nil && (!known || v.claimed) {
		v = nil
	}
	if v != nil {
		v.claimed = true
	}
	i.pool.mu.Unlock()
	switch {
	case v != nil:
		return v, true
	case !known:
		return nil, k.refuse(http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
	default:
		return nil, k.transition(state, to)
	}
}

// response takes what the function returned.
func (k *conn) response(id []byte) bool {
	v, goesOn := k.claim(id, "InvocationResponse")
	if v == nil {
		return goesOn
	}
	limit := k.i.pool.core.Limits().ReplyBytes
	switch mode := k.head.mode; {
	case len(mode) > 0 && string(mode) != "streaming":
		k.settle(v, nil, failure{"Runtime.InvalidResponseModeHeader", "Invalid function response mode"}.payload())
		return k.refuse(http.StatusBadRequest, "InvalidFunctionResponseMode", "Invalid function response mode")
	case v.streams: // not every client of Amazon's says that it streams
		return k.stream(v)
	}
	k.proceed(limit)
	answer, err := k.body.all(v.answer, limit)
	switch {
	case err == io.ErrShortBuffer:
		return k.tooLarge(v, limit)
	case err != nil:
		return k.brokeOff(v, err)
	}
	k.settle(v, answer, k.body.failure())
	return k.write(acceptance)
}

// proceed has a client that waits for leave send its body, unless that is too long anyway.
func (k *conn) proceed(limit int64) {
	if k.head.expects && k.head.length <= limit {
		k.write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
	}
}

// settle ends v with an answer, or with an error.
func (k *conn) settle(v *invocation, answer, fault []byte) {
	p := k.i.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	k.i.settle(v, func() {
		if fault != nil {
			v.fail(fault)
		} else if !v.ended {
			v.answer = answer
			v.end()
		}
	})
}

// tooLarge ends v, whose answer is longer than limit.
func (k *conn) tooLarge(v *invocation, limit int64) bool {
	k.settle(v, nil, tooLarge(limit).payload())
	return k.refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Exceeded maximum allowed payload size ("+strconv.FormatInt(limit, 10)+" bytes).")
}

// endTime is how long the end of a process may come behind that of its connection.
const endTime = 100 * time.Millisecond

// brokeOff ends v, whose answer broke off because of err: with why the process has ended, if that is the reason.
func (k *conn) brokeOff(v *invocation, err error) bool {
	if err == errMalformed || err == errHeadLong {
		k.settle(v, nil, truncated().about(v.id).payload())
		return k.refuse(http.StatusBadRequest, "TruncatedHTTPRequest", "HTTP request detected as truncated")
	}
	fault := k.whyBroken(v)
	k.settle(v, nil, fault)
	return false
}

// whyBroken is the error of a function whose answer broke off.
func (k *conn) whyBroken(v *invocation) []byte {
	k.i.pool.mu.Lock()
	v.broken, v.kept = true, true // the process may ask for more meanwhile
	k.i.pool.mu.Unlock()
	wait := time.NewTimer(endTime)
	defer wait.Stop()
	select {
	case <-k.i.gone:
		k.i.pool.mu.Lock()
		defer k.i.pool.mu.Unlock()
		return k.i.reason(v.id)
	case <-wait.C:
		return truncated().about(v.id).payload()
	}
}

// invocationError takes the error that the function ended in.
func (k *conn) invocationError(id []byte) bool {
	v, goesOn := k.claim(id, "InvocationErrorResponse")
	if v == nil {
		return goesOn
	}
	limit := k.i.pool.core.Limits().ReplyBytes
	k.proceed(limit)
	body, err := k.body.all(nil, limit)
	switch {
	case err == io.ErrShortBuffer:
		return k.tooLarge(v, limit)
	case err != nil:
		return k.brokeOff(v, err)
	}
	k.settle(v, nil, reported(body, k.head.errorType))
	return k.write(acceptance)
}

// initError takes the error that the process could not start for. The process is expected to end then.
func (k *conn) initError() bool {
	i := k.i
	k.proceed(maxInitError)
	body, err := k.body.all(nil, maxInitError)
	switch {
	case err == io.ErrShortBuffer:
		return k.refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Exceeded maximum allowed payload size ("+strconv.Itoa(maxInitError)+" bytes).")
	case err != nil:
		return false
	}
	i.pool.mu.Lock()
	state, asked := i.state, i.asked
	if !asked && i.initFail == nil {
		i.initFail = reported(body, k.head.errorType)
		i.wait(grace)
	}
	i.pool.mu.Unlock()
	if asked {
		return k.transition(state, "InitError")
	}
	return k.write(acceptance)
}
