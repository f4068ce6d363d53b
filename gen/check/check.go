// Package check finds what is wrong with an API as a whole: its routes, parameters, mappings, responses, security and
// settings. It only reports; what one kind of integration wants of its own keys, the package of that kind checks.
//
// Whatever the document asks for and the gateway would not do is an error here. What is served, but surely not meant,
// is a warning.
package check

import (
	"fmt"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// Check returns what is wrong with an API. A document that it finds no error in can be lowered.
func Check(api *model.API) []diag.Diagnostic {
	c := &checker{
		api:        api,
		upstreams:  make(map[string]*model.Upstream),
		schemes:    make(map[string]*model.SecurityScheme),
		validators: make(map[string]*model.RequestValidator),
		templates:  make(map[*model.PathItem]*mapping.PathTemplate),
		secured:    make(map[*model.Security]bool),
	}
	for _, upstream := range api.Upstream {
		c.upstreams[upstream.Name.Value] = upstream
	}
	for _, scheme := range api.SecuritySchemes {
		c.schemes[scheme.Name.Value] = scheme
	}
	for _, validator := range api.RequestValidators {
		c.validators[validator.Name.Value] = validator
	}
	if t := api.APIType; t != nil && (t.Value == "WEBSOCKET" || t.Value == "HTTP") {
		c.apiSettings() // what follows is about REST APIs
		return c.found
	}
	c.paths()
	c.settings()
	c.stages()
	c.upstreamSettings()
	c.functionSettings()
	c.guards()
	c.validatorSettings()
	c.gatewayResponses()
	c.routeSettings(&api.Gateway)
	for _, item := range api.Paths {
		c.routeSettings(&item.Gateway)
		for _, operation := range item.Operations {
			c.operation(item, operation)
		}
	}
	return c.found
}

// checker collects the findings about one API.
type checker struct {
	api        *model.API
	found      []diag.Diagnostic
	upstreams  map[string]*model.Upstream
	schemes    map[string]*model.SecurityScheme
	validators map[string]*model.RequestValidator
	templates  map[*model.PathItem]*mapping.PathTemplate // of paths that could be read
	secured    map[*model.Security]bool                  // what has been checked
	guesses    int                                       // how often nearest has compared names
}

func (c *checker) add(d diag.Diagnostic) { c.found = append(c.found, d) }

// problem reports what a parser found inside a text of the document.
func (c *checker) problem(text source.String, p *mapping.Problem) {
	c.add(diag.Diagnostic{Code: p.Code, Span: text.Sub(p.Offset, p.Length), Message: p.Message, Help: p.Help})
}

// later reports a key whose capability is still to come.
func (c *checker) later(code diag.Code, at source.Span, what string) {
	c.add(diag.Diagnostic{Code: code, Span: at, Message: what + " is not supported yet"})
}

// laterNode reports the key of a value whose capability is still to come.
func (c *checker) laterNode(code diag.Code, node *source.Node) {
	if node == nil || node.IsZero() {
		return
	}
	at := node.Span()
	what := "this"
	if key := node.Key(); key.Span.Valid() {
		at, what = key.Span, key.Value
	}
	c.later(code, at, what)
}

// nearest is the help of a message about a name that is none of known. It is no more than a convenience, and so bounds the
// work: a hostile document may have any number of wrong names and of right ones.
func nearest[T any](c *checker, name string, known []T, nameOf func(T) string, otherwise string) string {
	const enough = 200
	if c.guesses++; c.guesses > enough {
		return otherwise
	}
	var names []string
	for _, item := range known[:min(len(known), enough)] {
		names = append(names, nameOf(item))
	}
	if near := diag.Nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return otherwise
}

// itself is the nameOf of names.
func itself(name string) string { return name }

// operation checks one operation.
func (c *checker) operation(item *model.PathItem, operation *model.Operation) {
	c.routeSettings(&operation.Gateway)
	c.parameters(item, operation)
	c.backend(item, operation)
	c.security(operation)
	c.validation(item, operation)
	switch {
	case operation.Integration == nil:
	case operation.Integration.Subtype != nil:
		c.later(diag.HTTPAPINotYet, operation.Integration.Subtype.Span, "an integration of HTTP APIs")
	case c.api.HTTPAPICORS == nil: // else an HTTP API, whose mappings are written in another way
		c.requestMappings(item, operation)
		c.responseMappings(operation)
	}
}
