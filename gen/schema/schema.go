// Package schema compiles JSON schemas to Go functions: draft 4 as Swagger 2.0, OpenAPI 3.0 and Amazon's models use it,
// and 2020-12 for OpenAPI 3.1. It must not know how requests are checked with them.
package schema

import (
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// Options say how schemas are meant.
type Options struct {
	// Formats are the formats that are asserted; nil asserts none, Formats() are all that are known.
	Formats []string
	// Reserved are names of the package that generated functions must not take.
	Reserved []string
}

// Set is the schemas of one gateway.
type Set struct {
	api     *model.API
	options Options
}

// New returns an empty set for the schemas of api.
func New(api *model.API, o Options) *Set { return &Set{api: api, options: o} }

// Body returns the name of the function that validates a body by node, func(value.Value, *schema.Report) bool. name is the model's name,
// or what the function shall be called by where the schema has none.
func (s *Set) Body(node source.Node, name string) plan.Name { return "" }

// Parameter returns the name of the function that validates a parameter's value by its schema.
func (s *Set) Parameter(node source.Node, name string) plan.Name { return "" }

// File returns the functions and variables of all schemas that were asked for, and what is wrong with them.
func (s *Set) File() (plan.File, []diag.Diagnostic) { return plan.File{}, nil }
