package process

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/gatewright/gatewright/runtime/function"
)

// failure is a function error as Lambda words it.
type failure struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

// about is the error about the request with the id.
func (f failure) about(id []byte) failure {
	f.Message = "RequestId: " + string(id) + " Error: " + f.Message
	return f
}

// payload is the error as an object.
func (f failure) payload() []byte {
	text, err := json.Marshal(f)
	if err != nil {
		return []byte(`{"errorType":"Runtime.Unknown","errorMessage":""}`) // two texts can always be written
	}
	return text
}

// The errors that Lambda itself makes of functions.

func timedOut(after time.Duration) failure {
	return failure{"Sandbox.Timedout", fmt.Sprintf("Task timed out after %.2f seconds", after.Seconds())}
}

func tooLarge(limit int64) failure {
	return failure{"Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (" + strconv.FormatInt(limit, 10) + " bytes)."}
}

func outOfMemory() failure {
	return failure{"Runtime.OutOfMemory", "Runtime exited with error: signal: killed"}
}

func truncated() failure {
	return failure{"Runtime.TruncatedResponse", "the response broke off"}
}

func exited(how error) failure {
	if how == nil {
		return failure{"Runtime.ExitError", "Runtime exited without providing a reason"}
	}
	return failure{"Runtime.ExitError", "Runtime exited with error: " + how.Error()}
}

// reported is the error that a process reports in a body, with the type that its header names: the body itself where it is an
// object, else an object about it, as callers of functions expect one.
func reported(body []byte, kind []byte) []byte {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) == nil && object != nil {
		return body
	}
	f := failure{string(kind), cut(body)}
	if f.Type == "" {
		f.Type = "Function.Unknown"
	}
	return f.payload()
}

// failureOf is a function error as streams end in it.
func failureOf(payload []byte) *function.Failure {
	var f failure
	if json.Unmarshal(payload, &f) != nil || f.Type == "" && f.Message == "" {
		return &function.Failure{Type: "Unhandled", Message: cut(payload)}
	}
	return &function.Failure{Type: f.Type, Message: f.Message}
}

// cut is the beginning of a text for messages.
func cut(text []byte) string {
	const most = 1000
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}
