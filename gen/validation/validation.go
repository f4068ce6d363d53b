// Package validation decides what the requests of an operation are checked for: what Amazon's request validators say, or
// all that the document says. It reports what cannot be checked, and lowers the rest to steps of a handler. It must not
// know how schemas are compiled, nor how handlers go on.
package validation

import (
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/schema"
)

// Mode is how much of a request is checked (extensions.md, x-gateway-validate).
type Mode uint8

// The modes.
const (
	// Off checks nothing.
	Off Mode = iota
	// Amazon checks what the request validators say (rest.md 10).
	Amazon
	// Strict checks all that the document says.
	Strict
)

// ModeOf is the innermost x-gateway-validate; without one, Amazon in documents with Amazon's extensions and Strict in others.
// written reports whether the document says it.
func ModeOf(api *model.API, item *model.PathItem, op *model.Operation) (mode Mode, written bool) {
	for _, at := range []*model.RouteSettings{&op.Gateway, &item.Gateway, &api.Gateway} {
		if at.Validate == nil {
			continue
		}
		switch at.Validate.Value {
		case "strict":
			return Strict, true
		case "amazon":
			return Amazon, true
		default:
			return Off, true
		}
	}
	if api.Amazon {
		return Amazon, false
	}
	return Strict, false
}

// Route is an operation whose requests are checked.
type Route struct {
	Item *model.PathItem
	Op   *model.Operation
	// Name is what names of the route are made of.
	Name string
	// PathParams are the parameters that the path has.
	PathParams []string
	// Shared makes a package-level variable of the route's own, named after its purpose.
	Shared func(purpose string, value plan.Value) plan.Value
}

// Set is the validation of one gateway.
type Set struct {
	api     *model.API
	options Options
	schemas *schema.Set
	models  map[string]*model.Schema
	found   []diag.Diagnostic
}

// Options are what the document does not say.
type Options struct {
	// Reserved are names that the functions of schemas must not take.
	Reserved []string
	// Replies has answers checked against what the document says, to be reported.
	Replies bool
	// Formats are the formats that are asserted.
	Formats []string
}

// Formats are the formats that can be asserted.
func Formats() []string { return schema.Formats() }

// New returns the validation of api.
func New(api *model.API, o Options) *Set {
	s := &Set{api: api, options: o, schemas: schema.New(api, schema.Options{Reserved: o.Reserved, Formats: o.Formats}), models: map[string]*model.Schema{}}
	for _, m := range api.Schemas {
		s.models[m.Name.Value] = m
	}
	return s
}

// File holds the validators that routes asked for; it has no declarations when there are none.
func (s *Set) File() plan.File {
	file, _ := s.schemas.File()
	return file
}

// Check returns what is wrong with what requests are to be checked against.
func Check(api *model.API, o Options) []diag.Diagnostic {
	s := New(api, o)
	for _, item := range api.Paths {
		for _, op := range item.Operations {
			r := Route{Item: item, Op: op, Name: op.OperationID.Value, Shared: func(string, plan.Value) plan.Value { return plan.Nil{} }}
			s.Steps(r)
			s.Replies(r)
		}
	}
	_, found := s.schemas.File()
	return append(s.found, found...)
}

// report adds a finding; a parameter that operations share is reported once.
func (s *Set) report(d diag.Diagnostic) {
	if !slices.ContainsFunc(s.found, func(have diag.Diagnostic) bool { return have.Code == d.Code && have.Span == d.Span }) {
		s.found = append(s.found, d)
	}
}

// ctx is the variable of a handler's request.
const ctx = plan.Name("c")

// Steps check the requests of a route; none where nothing is to be checked.
func (s *Set) Steps(r Route) []plan.Step {
	mode, written := ModeOf(s.api, r.Item, r.Op)
	switch mode {
	case Amazon:
		return s.amazon(r)
	case Strict:
		return s.strict(r, written)
	default:
		return nil
	}
}

// essence is a media type in small letters and without parameters.
func essence(mediaType string) string {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(mediaType))
}

// isJSON reports whether bodies of a media type can be JSON: those of a range can.
func isJSON(mediaType string) bool {
	switch mediaType {
	case "application/json", "text/json", "*/*", "application/*", "text/*":
		return true
	default:
		return strings.HasSuffix(mediaType, "+json")
	}
}
