package inproc

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/gatewright/gatewright/runtime/function"
)

// failure is a handler that failed, in the form that aws-lambda-go reports it from a process.
type failure struct{ messages.InvokeResponse_Error }

// failureOf is a handler's error.
func failureOf(err error) *failure {
	if ready, ok := err.(messages.InvokeResponse_Error); ok { // as the library does: a wrapped one is any error
		return &failure{ready}
	}
	return &failure{messages.InvokeResponse_Error{Message: err.Error(), Type: typeName(err)}}
}

// typeName is the name of v's type, without its package.
func typeName(v any) string {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// panicked is a handler that panicked with v. It is made while the panic is on the stack.
func panicked(v any) *failure {
	f := &failure{messages.InvokeResponse_Error{Message: fmt.Sprint(v), Type: typeName(v), StackTrace: stack()}}
	if ready, ok := v.(messages.InvokeResponse_Error); ok {
		f.InvokeResponse_Error = ready
	}
	return f
}

// ended is a handler that ended its goroutine.
func ended() *failure {
	return &failure{messages.InvokeResponse_Error{Message: "the handler ended its goroutine", Type: "Runtime.ExitError"}}
}

// deepest is how many frames of a panic are told.
const deepest = 32

// stack is where a panic comes from.
func stack() []*messages.InvokeResponse_Error_StackFrame {
	var pcs [deepest]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	var all []*messages.InvokeResponse_Error_StackFrame
	for {
		frame, more := frames.Next()
		if frame.Function == "runtime.gopanic" {
			all = nil // what is above belongs to the recovery
		} else {
			all = append(all, &messages.InvokeResponse_Error_StackFrame{Path: shortPath(frame), Line: int32(frame.Line), Label: shortLabel(frame.Function)})
		}
		if !more {
			return all
		}
	}
}

// shortPath is a frame's file below its module's root: as many folders as the function's package has.
func shortPath(frame runtime.Frame) string {
	at := len(frame.File)
	for range strings.Count(frame.Function, "/") + 2 {
		if at = strings.LastIndexByte(frame.File[:at], '/'); at < 0 {
			return frame.File
		}
	}
	return frame.File[at+1:]
}

// shortLabel is a function's name without its package.
func shortLabel(function string) string {
	function = function[strings.LastIndexByte(function, '/')+1:]
	_, label, _ := strings.Cut(function, ".")
	return label
}

// appendJSON appends the failure as Lambda has it.
func (f *failure) appendJSON(dst []byte) []byte {
	b, err := json.Marshal(f.InvokeResponse_Error)
	if err != nil { // it holds texts and numbers only
		return append(dst, `{"errorMessage":"","errorType":"Runtime.SerializationError"}`...)
	}
	return append(dst, b...)
}

// public is the failure as an error.
func (f *failure) public() *function.Failure {
	return &function.Failure{Type: f.Type, Message: f.Message}
}
