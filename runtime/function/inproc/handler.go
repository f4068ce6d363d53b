package inproc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/handlertrace"
)

// handler calls what lambda.Start takes. The library's own adapter is not used: it hands out buffers that the next call
// writes to, and reads streams to their end.
type handler struct {
	// call returns the result as JSON, or as a reader.
	call         func(ctx context.Context, payload []byte) (result []byte, reader io.Reader, err error)
	takesContext bool
}

var (
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
)

// newHandler is f as a handler, or says in plain words why it is none.
func newHandler(f any) (*handler, error) {
	if f == nil {
		return nil, errors.New("the handler is nil")
	}
	if h, ok := f.(lambda.Handler); ok {
		return &handler{call: wrapped(h), takesContext: true}, nil
	}
	v := reflect.ValueOf(f)
	t := v.Type()
	switch {
	case t.Kind() != reflect.Func:
		return nil, fmt.Errorf("the handler is no func but %s", t)
	case v.IsNil():
		return nil, errors.New("the handler is nil")
	case t.IsVariadic():
		return nil, errors.New("the handler is variadic")
	}
	takesContext, err := checkArguments(t)
	if err == nil {
		err = checkResults(t)
	}
	if err != nil {
		return nil, err
	}
	return &handler{call: reflected(v, takesContext), takesContext: takesContext}, nil
}

// checkArguments reports whether the handler takes a context, which stands in front of the event.
func checkArguments(t reflect.Type) (takesContext bool, err error) {
	switch t.NumIn() {
	case 0:
		return false, nil
	case 1:
		in := t.In(0)
		if in.Kind() != reflect.Interface || in.NumMethod() == 0 {
			return false, nil
		}
		if !isContext(in) {
			return false, fmt.Errorf("the handler takes an interface, %s, that is not context.Context", in)
		}
		return true, nil
	case 2:
		if !isContext(t.In(0)) {
			return false, fmt.Errorf("the handler takes two arguments, of which the first is not context.Context but %s", t.In(0))
		}
		return true, nil
	default:
		return false, fmt.Errorf("the handler takes %d arguments: a context and an event are the most", t.NumIn())
	}
}

func isContext(t reflect.Type) bool {
	return t.Kind() == reflect.Interface && contextType.Implements(t) && t.Implements(contextType)
}

func checkResults(t reflect.Type) error {
	switch n := t.NumOut(); {
	case n > 2:
		return fmt.Errorf("the handler returns %d values: a result and an error are the most", n)
	case n == 2 && !t.Out(1).Implements(errorType):
		return fmt.Errorf("the handler returns two values, of which the second is no error but %s", t.Out(1))
	case n == 1 && !t.Out(0).Implements(errorType):
		return fmt.Errorf("the handler returns one value, which is no error but %s", t.Out(0))
	}
	return nil
}

// reflected calls a func.
func reflected(f reflect.Value, takesContext bool) func(context.Context, []byte) ([]byte, io.Reader, error) {
	t := f.Type()
	hasEvent := t.NumIn() == 2 || t.NumIn() == 1 && !takesContext
	return func(ctx context.Context, payload []byte) ([]byte, io.Reader, error) {
		arguments := make([]reflect.Value, 0, 2)
		if takesContext {
			arguments = append(arguments, reflect.ValueOf(ctx))
		}
		if hasEvent {
			event := reflect.New(t.In(t.NumIn() - 1))
			// Only the first value is read, as the library does.
			if err := json.NewDecoder(bytes.NewReader(payload)).Decode(event.Interface()); err != nil {
				return nil, nil, err
			}
			arguments = append(arguments, event.Elem())
		}
		results := f.Call(arguments)
		if n := len(results); n > 0 {
			if err, ok := results[n-1].Interface().(error); ok && err != nil {
				return nil, nil, err
			}
		}
		if len(results) < 2 {
			return []byte("null"), nil, nil
		}
		return encoded(results[0].Interface())
	}
}

// encoded is a result as JSON, or as the reader that it is unless it has a form as JSON: the rules of the library.
func encoded(result any) ([]byte, io.Reader, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(result)
	if reader, ok := result.(io.Reader); ok && (err != nil || bytes.HasPrefix(out.Bytes(), []byte("{}"))) {
		return nil, reader, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil, nil
}

// wrapped calls a lambda.Handler. One that lambda.NewHandler made hands out bytes that its next call may write to: its result
// is taken before it is made to bytes.
func wrapped(h lambda.Handler) func(context.Context, []byte) ([]byte, io.Reader, error) {
	return func(ctx context.Context, payload []byte) ([]byte, io.Reader, error) {
		var result any
		caught := false
		ctx = handlertrace.NewContext(ctx, handlertrace.HandlerTrace{ResponseEvent: func(_ context.Context, v any) { result, caught = v, true }})
		b, err := h.Invoke(ctx, payload)
		if err != nil {
			return nil, nil, err
		}
		if _, reads := result.(io.Reader); caught && !reads {
			return encoded(result)
		}
		return b, nil, nil
	}
}
