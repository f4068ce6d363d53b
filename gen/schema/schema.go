// Package schema compiles JSON schemas to Go functions: draft 4 as Swagger 2.0, OpenAPI 3.0 and Amazon's models use it,
// and 2020-12 for OpenAPI 3.1. It must not know how requests are checked with them.
package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// Options say how schemas are meant.
type Options struct {
	// Formats are the formats that are asserted; nil asserts none.
	Formats []string
	// Reserved are names of the package that generated functions and variables must not take.
	Reserved []string
	// Schemas are files that hold schemas and nothing else, by their URI, to which references may lead. Where it is not
	// nil the files of the API are such too, and id names schemas in draft 4.
	Schemas map[string]source.Node
}

// Formats are the formats of JSON Schema that can be asserted, and OpenAPI's of whole numbers.
func Formats() []string {
	return []string{
		"date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6",
		"uri", "uri-reference", "iri", "iri-reference", "uri-template", "uuid", "json-pointer", "relative-json-pointer", "regex",
		"int32", "int64",
	}
}

// Set is the schemas of one gateway.
type Set struct {
	api     *model.API
	options Options
	dialect dialect
	names   names

	byFile    map[*source.File]*resource
	resources map[string]*resource
	within    map[any]*resource // of each schema, by identity
	models    map[any]string    // names of named schemas
	numbers   map[any]int       // of schemas, for the keys of instances

	texts map[string]int // the same by what they check

	instances map[key]*instance
	queue     []*instance
	funcs     []plan.Func
	vars      []plan.Spec
	constants map[string]plan.Name // names of variables, by what they hold
	found     []diag.Diagnostic
	checked   map[any]bool // schemas whose keywords were looked at
	overflown bool
}

// New returns an empty set for the schemas of api.
func New(api *model.API, o Options) *Set {
	s := &Set{
		api: api, options: o, dialect: dialect{version: draft4, nullable: api.Version == model.OpenAPI30, ids: o.Schemas != nil, asserts: true, formats: o.Formats},
		names:  names{taken: map[string]bool{}},
		byFile: map[*source.File]*resource{}, resources: map[string]*resource{}, within: map[any]*resource{}, models: map[any]string{},
		numbers: map[any]int{}, texts: map[string]int{}, instances: map[key]*instance{}, constants: map[string]plan.Name{}, checked: map[any]bool{},
	}
	if api.Version == model.OpenAPI31 {
		s.dialect.version, s.dialect.ids = draft2020, true
	}
	for _, name := range append(o.Reserved, "schema", "value", "gw", "len", "v", "r", "e") {
		s.names.taken[strings.ToLower(name)] = true
	}
	for _, named := range api.Schemas {
		s.models[named.Node.Identity()] = named.Name.Value
		if named.Node.File != nil {
			s.index(named.Node, s.fileResource(named.Node.File))
		}
	}
	return s
}

// Body returns the name of the function that validates a value by a schema, func(value.Value, *schema.Report) bool. It is
// named after the model that the schema is, or else after name.
func (s *Set) Body(node source.Node, name string) plan.Name {
	if node.IsZero() {
		panic("a schema that is not there cannot be compiled")
	}
	root := s.fileResource(node.File)
	s.index(node, root)
	c := s.enter(node, scope{dialect: &s.dialect})
	result := s.function(node, c, false, name)
	s.drain()
	return result
}

// Parameter returns the name of the function that validates a parameter's value by its schema.
func (s *Set) Parameter(node source.Node, name string) plan.Name { return s.Body(node, name) }

// File returns the functions and variables of all schemas that were asked for, and what is wrong with them.
func (s *Set) File() (plan.File, []diag.Diagnostic) {
	s.findLoops()
	file := plan.File{Name: "schema_gw.go"}
	if len(s.vars) > 0 {
		vars := slices.Clone(s.vars)
		slices.SortFunc(vars, func(a, b plan.Spec) int { return cmp.Compare(a.Name, b.Name) })
		file.Decls = append(file.Decls, plan.Var{Doc: "What schemas hold besides branches: patterns, lists of values, numbers that are not whole.", Specs: vars})
	}
	funcs := slices.Clone(s.funcs)
	slices.SortFunc(funcs, func(a, b plan.Func) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range funcs {
		file.Decls = append(file.Decls, f)
	}
	return file, slices.Clone(s.found)
}

// constant returns the variable that holds a value, making it when there is none.
func (s *Set) constant(name, suffix string, v plan.Value, text string) plan.Name {
	id := suffix + "\x00" + text
	if c, ok := s.constants[id]; ok {
		return c
	}
	fresh := plan.Name(s.names.fresh(lowerFirst(strings.TrimPrefix(name, "valid")) + suffix))
	s.constants[id] = fresh
	s.vars = append(s.vars, plan.Spec{Name: string(fresh), Value: v})
	return fresh
}

func (s *Set) report(code diag.Code, severity diag.Severity, span source.Span, message, help string) {
	known := func(d diag.Diagnostic) bool { return d.Code == code && d.Span == span && d.Message == message }
	if !slices.ContainsFunc(s.found, known) {
		s.found = append(s.found, diag.Diagnostic{Code: code, Severity: severity, Span: span, Message: message, Help: help})
	}
}
