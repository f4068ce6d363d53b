package invocation

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/gatewright/gatewright/runtime/function"
)

// smallBuffer is where the memory of a first answer begins.
const smallBuffer = 4 << 10

// Read reads the answer's payload, at most limit bytes. A longer one is a function error, as it is for Lambda, and ok is
// false: the rest of the body was not read.
func Read(r io.Reader, size, limit int64, answer *function.Answer) (ok bool, err error) {
	b := answer.Payload[:0]
	if size > limit {
		tooLong(limit, answer)
		return false, nil
	}
	if room := max(size+1, smallBuffer); int64(cap(b)) < room {
		b = make([]byte, 0, room)
	}
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		answer.Payload = b
		switch {
		case int64(len(b)) > limit:
			tooLong(limit, answer)
			return false, nil
		case err == io.EOF:
			return true, nil
		case err != nil:
			return false, err
		}
	}
}

func tooLong(limit int64, answer *function.Answer) {
	b := append(answer.Payload[:0], `{"errorMessage":"Response payload size exceeded maximum allowed payload size (`...)
	b = strconv.AppendInt(b, limit, 10)
	answer.Payload = append(b, ` bytes).","errorType":"Function.ResponseSizeTooLarge"}`...)
	answer.Error = "Unhandled"
}

// FailureOf is the failure that the payload of a function error tells.
func FailureOf(payload []byte) *function.Failure {
	var told struct{ ErrorType, ErrorMessage string }
	if json.Unmarshal(payload, &told) != nil || told.ErrorType == "" && told.ErrorMessage == "" {
		return &function.Failure{Type: "Unhandled", Message: "the function failed without telling why"}
	}
	return &function.Failure{Type: told.ErrorType, Message: told.ErrorMessage}
}

// Refusal is an answer with a status that says that the function was not called.
type Refusal struct {
	// Status and Code are the answer's: 429, TooManyRequestsException.
	Status int
	Code   string
	is     error
}

// Error names the status and the code.
func (r *Refusal) Error() string { return fmt.Sprintf("%v: status %d %s", r.is, r.Status, r.Code) }

// Unwrap is the error of package function.
func (r *Refusal) Unwrap() error { return r.is }

// HTTPStatusCode and ErrorCode are what the SDK's retryer looks at.
func (r *Refusal) HTTPStatusCode() int { return r.Status }

// ErrorCode is Code.
func (r *Refusal) ErrorCode() string { return r.Code }

// maxCode bounds what is repeated of a code.
const maxCode = 64

// Refused is why an answer with resp's status is none of the function; nil for a status of 2xx.
func Refused(resp *http.Response) error {
	code := resp.Header.Get("X-Amzn-Errortype")
	r := &Refusal{Status: resp.StatusCode, Code: code[:min(len(code), maxCode)]}
	switch status := resp.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusTooManyRequests:
		r.is = function.ErrThrottled
	case status == http.StatusRequestEntityTooLarge:
		r.is = function.ErrTooLarge
	case status >= 500:
		r.is = function.ErrUnreachable
	default:
		r.is = function.ErrRefused
	}
	return r
}

// Drained bounds what is read of a body that nobody wants, so that its connection can be used again.
const drained = 16 << 10

// Close gives the answer's connection back where that costs little.
func Close(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, drained) // the connection is closed otherwise
	_ = resp.Body.Close()
}
