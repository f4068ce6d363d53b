package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// entry is a mapping that could be read.
type entry struct {
	mapping model.Mapping
	target  mapping.Target
	source  mapping.Source
}

// entries reads mappings and reports those that cannot be read.
func (c *checker) entries(mappings []model.Mapping, target func(string) (mapping.Target, *mapping.Problem), parse func(string) (mapping.Source, *mapping.Problem)) []entry {
	var entries []entry
	for _, m := range mappings {
		to, problem := target(m.Target.Value)
		if problem != nil {
			c.problem(m.Target, problem)
			continue
		}
		if m.NotString {
			c.add(diag.Diagnostic{Code: diag.MappingNotText, Span: m.Source.Span, Message: fmt.Sprintf("the value of %s is no text", m.Target.Value),
				Cause: "Amazon's gateway drops such a mapping", Help: fmt.Sprintf("write a literal in single quotes inside double ones: \"'%s'\"", m.Source.Value)})
			continue
		}
		from, problem := parse(m.Source.Value)
		if problem != nil {
			c.problem(m.Source, problem)
			continue
		}
		c.literal(m, to, from)
		c.repeated(entries, m, to)
		entries = append(entries, entry{m, to, from})
	}
	return entries
}

// literal reports a literal that no header can have as its value.
func (c *checker) literal(m model.Mapping, to mapping.Target, from mapping.Source) {
	literal, ok := from.(mapping.Literal)
	if !ok || to.In != mapping.Header {
		return
	}
	if i := strings.IndexFunc(literal.Text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }); i >= 0 {
		c.add(diag.Diagnostic{Code: diag.BadExpression, Span: m.Source.Sub(i+1, 1), Message: "the value of a header has no line breaks or control characters"})
	}
}

// repeated reports a header that is mapped under another spelling already; equal keys do not come this far.
func (c *checker) repeated(earlier []entry, m model.Mapping, to mapping.Target) {
	for _, e := range earlier {
		if to.In == mapping.Header && e.target.In == mapping.Header && strings.EqualFold(e.target.Name, to.Name) {
			c.add(diag.Diagnostic{Code: diag.RepeatedTarget, Severity: diag.Warning, Span: m.Target.Sub(len(m.Target.Value)-len(to.Name), len(to.Name)),
				Message: fmt.Sprintf("header %s is mapped twice", to.Name), Help: "take one of the two away",
				Related: []diag.Related{{Span: e.mapping.Target.Span, Message: "the first one"}}})
			return
		}
	}
}

// requestMappings checks the request side of an integration.
func (c *checker) requestMappings(item *model.PathItem, operation *model.Operation) {
	entries := c.entries(operation.Integration.RequestParameters, mapping.ParseRequestTarget, mapping.ParseRequest)
	for _, e := range entries {
		if parameter, ok := e.source.(mapping.RequestParameter); ok {
			c.requestParameter(item, operation, e.mapping.Source, parameter)
		}
	}
	c.placeholders(operation, entries)
}

// requestParameter checks that the parameter a mapping reads is there (rest.md 4.1).
func (c *checker) requestParameter(item *model.PathItem, operation *model.Operation, text source.String, parameter mapping.RequestParameter) {
	at := text.Sub(len(text.Value)-len(parameter.Name), len(parameter.Name))
	if template := c.templates[item]; parameter.In == mapping.Path && template != nil {
		var known []string
		for _, part := range template.Parameters() {
			known = append(known, part.Name)
		}
		if !slices.Contains(known, parameter.Name) {
			c.add(diag.Diagnostic{Code: diag.UnknownPathParameter, Span: at, Message: fmt.Sprintf("the path has no parameter %q", parameter.Name),
				Help:    nearest(parameter.Name, known, ofPath(known)),
				Related: []diag.Related{{Span: item.Path.Span, Message: "the path"}}})
			return
		}
	}
	place := map[mapping.In]string{mapping.Path: "path", mapping.Query: "query", mapping.Header: "header"}[parameter.In]
	var known []string
	for _, declared := range operation.Parameters {
		if declared.In != place {
			continue
		}
		name := declared.Name.Value
		if parameter.In == mapping.Path {
			name = strings.TrimSuffix(name, "+")
		}
		if name == parameter.Name {
			return
		}
		known = append(known, name)
	}
	c.add(diag.Diagnostic{Code: diag.UndeclaredParameter, Span: at,
		Message: fmt.Sprintf("%s parameter %q is not declared by the operation", place, parameter.Name),
		Cause:   "a mapping may read declared parameters only, their names compared with upper and lower case",
		Help:    nearest(parameter.Name, known, declaration(parameter.Name, place))})
}

// declaration is the help that declares a parameter.
func declaration(name, place string) string {
	required := ""
	if place == "path" {
		required = ", required: true"
	}
	return fmt.Sprintf("declare it: {name: %s, in: %s%s}", name, place, required)
}

// ofPath is the help for a name that no parameter of the path has.
func ofPath(known []string) string {
	if len(known) == 1 {
		return fmt.Sprintf("the path has {%s}", known[0])
	}
	return "write the name of a parameter of the path"
}

// placeholders compares the placeholders of a uri with the mappings that fill them.
func (c *checker) placeholders(operation *model.Operation, entries []entry) {
	integration := operation.Integration
	kind := strings.ToLower(integration.Type.Value)
	if integration.Incomplete || integration.URI == nil || kind != "http" && kind != "http_proxy" {
		return
	}
	uri, problem := mapping.ParseURI(integration.URI.Value)
	if problem != nil {
		return // the integration reports it
	}
	filled := make(map[string]bool)
	var used []string
	for _, place := range uri.Placeholders() {
		used = append(used, place.Text)
	}
	for _, e := range entries {
		if e.target.In != mapping.Path {
			continue
		}
		filled[e.target.Name] = true
		if !slices.Contains(used, e.target.Name) {
			c.add(diag.Diagnostic{Code: diag.UnusedPathMapping, Severity: diag.Warning,
				Span:    e.mapping.Target.Sub(len(e.mapping.Target.Value)-len(e.target.Name), len(e.target.Name)),
				Message: fmt.Sprintf("the uri has no {%s} that the value could go to", e.target.Name),
				Help:    nearest(e.target.Name, used, fmt.Sprintf("write {%s} into the uri, or take the mapping away", e.target.Name)),
				Related: []diag.Related{{Span: integration.URI.Span, Message: "the uri"}}})
		}
	}
	for _, place := range uri.Placeholders() {
		if !filled[place.Text] && !mapsPath(integration, place.Text) {
			c.add(diag.Diagnostic{Code: diag.UnmappedPlaceholder, Severity: diag.Warning, Span: integration.URI.Sub(place.Offset, place.Length),
				Message: fmt.Sprintf("nothing fills {%s}, so the backend gets the braces", place.Text),
				Help:    fmt.Sprintf("map it: integration.request.path.%s: method.request.path.%s", place.Text, place.Text)})
		}
	}
}

// mapsPath reports whether a mapping fills a placeholder, even with a value that cannot be read: that has been reported.
func mapsPath(integration *model.Integration, name string) bool {
	return slices.ContainsFunc(integration.RequestParameters, func(m model.Mapping) bool {
		return m.Target.Value == "integration.request.path."+name
	})
}

// responseMappings checks the response side of an integration. Proxies ignore theirs.
func (c *checker) responseMappings(operation *model.Operation) {
	kind := strings.ToLower(operation.Integration.Type.Value)
	if kind == "http_proxy" || kind == "aws_proxy" {
		return
	}
	for _, response := range operation.Integration.Responses {
		entries := c.entries(response.Parameters, mapping.ParseResponseTarget, mapping.ParseResponse)
		if response.StatusCode == nil || !isStatus(response.StatusCode.Value) {
			continue // the integration reports it
		}
		declared := declaredResponse(operation, response.StatusCode.Value)
		if declared == nil {
			c.add(diag.Diagnostic{Code: diag.UndeclaredStatus, Span: response.StatusCode.Span,
				Message: fmt.Sprintf("the operation declares no response %s", response.StatusCode.Value),
				Help:    fmt.Sprintf("declare it under the operation's responses: \"%s\": {description: …}", response.StatusCode.Value)})
			continue
		}
		for _, e := range entries {
			c.declaredHeader(declared, e)
		}
	}
}

func declaredResponse(operation *model.Operation, status string) *model.Response {
	for _, response := range operation.Responses {
		if response.Status.Value == status {
			return response
		}
	}
	return nil
}

// declaredHeader reports a mapped header that the response of its status does not declare (rest.md 6).
func (c *checker) declaredHeader(response *model.Response, e entry) {
	var known []string
	for _, header := range response.Headers {
		if strings.EqualFold(header.Value, e.target.Name) {
			return
		}
		known = append(known, header.Value)
	}
	c.add(diag.Diagnostic{Code: diag.UndeclaredHeader,
		Span:    e.mapping.Target.Sub(len(e.mapping.Target.Value)-len(e.target.Name), len(e.target.Name)),
		Message: fmt.Sprintf("response %s does not declare the header %s", response.Status.Value, e.target.Name),
		Cause:   "headers not declared on the method response cannot be mapped",
		Help:    nearest(e.target.Name, known, fmt.Sprintf("declare it under the response's headers: %s: {schema: {type: string}}", e.target.Name)),
		Related: []diag.Related{{Span: response.Status.Span, Message: "the response"}}})
}
