// Package vtl is what compiled mapping templates are written against: the output they print to, the variables that
// API Gateway gives them, and the operators of the language. It must not parse templates.
package vtl

import (
	"fmt"
	"math"
	"strconv"

	"github.com/gatewright/gatewright/runtime/value"
)

// Value is what a template's expressions give. References end in OrEmpty: on API Gateway none yields null.
type Value = value.Value

// Source is the request, or the backend's reply, that a template reads.
type Source interface {
	// Body is the raw payload; "" when there is none.
	Body() string
	// Document is the payload parsed once; every caller shares it. An empty payload is an empty object.
	Document() (Value, error)
	// Memory is where texts that the template makes are kept; it lives as long as the request.
	Memory() *value.Document
	// Param finds a parameter in path, query string and headers, in this order.
	Param(name string) (string, bool)
	// Params is $input.params(): a map of the three maps.
	Params() *value.Map
	// Context is $context.name for a name with dots, such as identity.sourceIp; null when it has no value.
	Context(name string) Value
	// ContextMap is $context as a map, the overrides in it. It is the same map for all templates of a request.
	ContextMap() *value.Map
	// StageVariable is $stageVariables.name.
	StageVariable(name string) (string, bool)
	// StageVariables is $stageVariables as a map.
	StageVariables() *value.Map
}

// Renderer is one rendering of one template.
type Renderer struct {
	src Source
	out []byte

	loop    *Loop
	loops   [4]Loop // memory for the outermost loops
	depth   int     // of loops
	defines int     // #define blocks that are being rendered
	started []int   // where the strings that are being built begin in out
}

// stopped is what Stop panics with.
type stopped struct{}

// Render runs a compiled template over src, appending to buf; r is used for one rendering at a time. An error is what
// Java would have thrown: the gateway answers 500. What was printed is kept in the result of a #stop, and dropped
// after an error.
func (r *Renderer) Render(src Source, buf []byte, template func(*Renderer)) (out []byte, err error) {
	r.src, r.out = src, buf
	r.loop, r.depth, r.defines, r.started = nil, 0, 0, r.started[:0]
	defer func() {
		switch p := recover().(type) {
		case nil:
		case stopped:
			if len(r.started) > 0 {
				r.out = r.out[:r.started[0]]
			}
			out = r.out
		case value.Thrown:
			out, err = buf, fmt.Errorf("rendering a template: %w", p)
		case value.TooDeep:
			out, err = buf, fmt.Errorf("rendering a template: %w", p)
		default:
			panic(p)
		}
		r.src, r.out = nil, nil
	}()
	template(r)
	return r.out, nil
}

// Text prints a piece of the template.
func (r *Renderer) Text(s string) { r.out = append(r.out, s...) }

// Print prints a reference: null prints nothing.
func (r *Renderer) Print(v Value) {
	switch v.Kind() {
	case value.KindNull:
	case value.KindString:
		s, _ := v.AsString()
		r.bound(len(s))
		r.out = append(r.out, s...)
	case value.KindInt:
		i, _ := v.AsInt()
		r.out = strconv.AppendInt(r.out, i, 10)
	case value.KindObject:
		o, _ := v.AsObject()
		if b, ok := o.(*block); ok {
			b.render()
			return
		}
		r.out = append(r.out, o.Text()...)
	default:
		r.bound(0)
		r.out = value.AppendText(r.out, v)
	}
}

// maxOutput bounds what a template prints, and the texts that it builds: a loop may print the payload in each round.
const maxOutput = 64 << 20

// bound throws when n more bytes are too many.
func (r *Renderer) bound(n int) {
	if len(r.out)+n > maxOutput {
		panic(value.Thrown{Reason: "the output is too large"})
	}
}

// String runs body and gives what it prints: a double-quoted string with directives in it.
func (r *Renderer) String(body func()) Value {
	start := len(r.out)
	r.started = append(r.started, start)
	body()
	r.started = r.started[:len(r.started)-1]
	s := r.keep(r.out[start:])
	r.out = r.out[:start]
	return s
}

// Join gives the printed texts of parts, one after the other: a double-quoted string with references in it.
func (r *Renderer) Join(parts ...Value) Value {
	start := len(r.out)
	r.started = append(r.started, start)
	for _, p := range parts {
		r.Print(p)
	}
	r.started = r.started[:len(r.started)-1]
	s := r.keep(r.out[start:])
	r.out = r.out[:start]
	return s
}

// keep copies a text into the request's memory.
func (r *Renderer) keep(b []byte) Value {
	return value.String(r.src.Memory().Keep(b))
}

// Stop is #stop: the rendering ends, what is printed stays.
func (r *Renderer) Stop() { panic(stopped{}) }

// Str is a text of the template as a value.
func Str(s string) Value { return value.String(s) }

// Int is a whole number of the template as a value.
func Int(i int64) Value { return value.Int(i) }

// Double is a number of the template as a value.
func Double(f float64) Value { return value.Double(f) }

// MinusZero is the number -0.0 of the template as a value.
func MinusZero() Value { return value.Double(math.Copysign(0, -1)) }

// Infinity is a number of the template that no double holds.
func Infinity(negative bool) Value {
	if negative {
		return value.Double(math.Inf(-1))
	}
	return value.Double(math.Inf(1))
}

// Bool is a condition as a value.
func Bool(b bool) Value { return value.Bool(b) }

// True is a reference as a condition: only the Boolean false is false.
func True(v Value) bool {
	b, ok := v.AsBool()
	return b || !ok
}

// Coverer is a Source that is told which branches are reached.
type Coverer interface {
	// Cover is called each time branch n is reached.
	Cover(n int)
}

// Cover tells the source that a branch is reached. Templates call it only where they are generated to count branches.
func (r *Renderer) Cover(n int) {
	if c, ok := r.src.(Coverer); ok {
		c.Cover(n)
	}
}
