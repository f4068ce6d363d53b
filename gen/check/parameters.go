package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
)

// parameters checks the declared parameters of an operation against its path and one another.
func (c *checker) parameters(item *model.PathItem, operation *model.Operation) {
	template := c.templates[item]
	if template == nil {
		return
	}
	inPath := template.Parameters()
	first := make(map[string]*model.Parameter)
	for _, parameter := range operation.Parameters {
		if parameter.In == "path" {
			c.pathParameter(parameter, inPath)
		}
		if !c.api.Amazon || parameter.In == "cookie" {
			continue
		}
		if other := first[parameter.Name.Value]; other != nil && other.In != parameter.In {
			c.add(diag.Diagnostic{Code: diag.ParameterInTwoPlaces, Span: parameter.Name.Span,
				Message: fmt.Sprintf("parameter %q is in %s and in %s", parameter.Name.Value, other.In, parameter.In),
				Cause:   "parameter names must be unique across querystring, header and path",
				Help:    "rename one of the two",
				Related: []diag.Related{{Span: other.Name.Span, Message: "the first one"}}})
			continue
		}
		first[parameter.Name.Value] = parameter
	}
	if !c.api.Amazon {
		c.undeclared(item, operation, inPath)
	}
}

// pathParameter reports a parameter that the path does not have.
func (c *checker) pathParameter(parameter *model.Parameter, inPath []mapping.PathPart) {
	name := strings.TrimSuffix(parameter.Name.Value, "+")
	var known []string
	for _, part := range inPath {
		if part.Name == name {
			return
		}
		known = append(known, part.Name)
	}
	severity := diag.Error
	if !c.api.Amazon { // the backend gets the path as it was sent
		severity = diag.Warning
	}
	c.add(diag.Diagnostic{Code: diag.ParameterNotInPath, Severity: severity, Span: parameter.Name.Span,
		Message: fmt.Sprintf("path parameter %q is not in the path", name),
		Help:    nearest(c, name, known, itself, fmt.Sprintf("write {%s} into the path, or take the parameter away", name))})
}

// undeclared reports the parameters of a path that an operation does not declare.
func (c *checker) undeclared(item *model.PathItem, operation *model.Operation, inPath []mapping.PathPart) {
	for _, part := range inPath {
		declared := slices.ContainsFunc(operation.Parameters, func(p *model.Parameter) bool {
			return p.In == "path" && strings.TrimSuffix(p.Name.Value, "+") == part.Name
		})
		if !declared {
			c.add(diag.Diagnostic{Code: diag.ParameterNotDeclared, Severity: diag.Warning, Span: item.Path.Sub(part.Offset, part.Length),
				Message: fmt.Sprintf("path parameter %q is not declared", part.Name),
				Help:    fmt.Sprintf("declare it: {name: %s, in: path, required: true, schema: {type: string}}", part.Name)})
		}
	}
}

// validatorSettings checks the validators of the root.
func (c *checker) validatorSettings() {
	for _, validator := range c.api.RequestValidators {
		absent := ""
		switch {
		case validator.Body == nil:
			absent = "validateRequestBody"
		case validator.Parameters == nil:
			absent = "validateRequestParameters"
		default:
			continue
		}
		c.add(diag.Diagnostic{Code: diag.BadValidator, Span: validator.Name.Span,
			Message: fmt.Sprintf("validator %q does not say %s", validator.Name.Value, absent), Help: fmt.Sprintf("write %s: true or false", absent)})
	}
}

// validation checks the request validator of an operation.
func (c *checker) validation(item *model.PathItem, operation *model.Operation) {
	for _, mode := range []*model.RouteSettings{&operation.Gateway, &item.Gateway, &c.api.Gateway} {
		if mode.Validate != nil {
			if mode.Validate.Value == "off" || mode.Validate.Value == "strict" {
				return // it does not count
			}
			break
		}
	}
	reference := operation.RequestValidator
	if reference == nil {
		reference = c.api.RequestValidator
	}
	if reference == nil || reference.Value == "" {
		return
	}
	if c.validators[reference.Value] == nil {
		c.add(diag.Diagnostic{Code: diag.UnknownValidator, Span: reference.Span,
			Message: fmt.Sprintf("unknown request validator %q", reference.Value),
			Help: nearest(c, reference.Value, c.api.RequestValidators, func(v *model.RequestValidator) string { return v.Name.Value },
				"define it under x-amazon-apigateway-request-validators")})
	}
}
