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
	headers := make(map[string]source.Span) // by their names in lower case
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
		c.repeated(headers, m, to)
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
func (c *checker) repeated(earlier map[string]source.Span, m model.Mapping, to mapping.Target) {
	if to.In != mapping.Header {
		return
	}
	name := strings.ToLower(to.Name)
	first, known := earlier[name]
	if !known {
		earlier[name] = m.Target.Span
		return
	}
	c.add(diag.Diagnostic{Code: diag.RepeatedTarget, Severity: diag.Warning, Span: nameIn(m.Target, to.Name),
		Message: fmt.Sprintf("header %s is mapped twice", to.Name), Help: "take one of the two away",
		Related: []diag.Related{{Span: first, Message: "the first one"}}})
}

// nameIn returns where the name at the end of a target or source stands.
func nameIn(text source.String, name string) source.Span {
	return text.Sub(len(text.Value)-len(name), len(name))
}

// requestMappings checks the request side of an integration.
func (c *checker) requestMappings(item *model.PathItem, operation *model.Operation) {
	entries := c.entries(operation.Integration.RequestParameters, mapping.ParseRequestTarget, mapping.ParseRequest)
	declared := declaredParameters(operation)
	for _, e := range entries {
		if parameter, ok := e.source.(mapping.RequestParameter); ok {
			c.requestParameter(item, declared, e.mapping.Source, parameter)
		}
	}
	c.placeholders(operation, entries)
}

// declaredParameters returns the names of an operation's parameters by their places.
func declaredParameters(operation *model.Operation) map[mapping.In][]string {
	declared := make(map[mapping.In][]string)
	for _, parameter := range operation.Parameters {
		switch parameter.In {
		case "path":
			declared[mapping.Path] = append(declared[mapping.Path], strings.TrimSuffix(parameter.Name.Value, "+"))
		case "query":
			declared[mapping.Query] = append(declared[mapping.Query], parameter.Name.Value)
		case "header":
			declared[mapping.Header] = append(declared[mapping.Header], parameter.Name.Value)
		}
	}
	for _, names := range declared {
		slices.Sort(names)
	}
	return declared
}

// requestParameter checks that the parameter a mapping reads is there (rest.md 4.1).
func (c *checker) requestParameter(item *model.PathItem, declared map[mapping.In][]string, text source.String, parameter mapping.RequestParameter) {
	at := nameIn(text, parameter.Name)
	if template := c.templates[item]; parameter.In == mapping.Path && template != nil {
		parts := template.Parameters()
		if !slices.ContainsFunc(parts, func(p mapping.PathPart) bool { return p.Name == parameter.Name }) {
			c.add(diag.Diagnostic{Code: diag.UnknownPathParameter, Span: at, Message: fmt.Sprintf("the path has no parameter %q", parameter.Name),
				Help:    nearest(c, parameter.Name, parts, func(p mapping.PathPart) string { return p.Name }, ofPath(parts)),
				Related: []diag.Related{{Span: item.Path.Span, Message: "the path"}}})
			return
		}
	}
	known := declared[parameter.In]
	if _, found := slices.BinarySearch(known, parameter.Name); found {
		return
	}
	place := parameter.In.String()
	if parameter.In == mapping.Query {
		place = "query"
	}
	c.add(diag.Diagnostic{Code: diag.UndeclaredParameter, Span: at,
		Message: fmt.Sprintf("%s parameter %q is not declared by the operation", place, parameter.Name),
		Cause:   "a mapping may read declared parameters only, their names compared with upper and lower case",
		Help:    nearest(c, parameter.Name, known, itself, declaration(parameter.Name, place))})
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
func ofPath(parts []mapping.PathPart) string {
	if len(parts) == 1 {
		return fmt.Sprintf("the path has {%s}", parts[0].Name)
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
	places := uri.Placeholders()
	used := make(map[string]bool)
	for _, place := range places {
		used[place.Text] = true
	}
	for _, e := range entries {
		if e.target.In == mapping.Path && !used[e.target.Name] {
			c.add(diag.Diagnostic{Code: diag.UnusedPathMapping, Severity: diag.Warning, Span: nameIn(e.mapping.Target, e.target.Name),
				Message: fmt.Sprintf("the uri has no {%s} that the value could go to", e.target.Name),
				Help: nearest(c, e.target.Name, places, func(p mapping.URIPart) string { return p.Text },
					fmt.Sprintf("write {%s} into the uri, or take the mapping away", e.target.Name)),
				Related: []diag.Related{{Span: integration.URI.Span, Message: "the uri"}}})
		}
	}
	filled := make(map[string]bool) // by whatever: a value that cannot be read has been reported
	for _, m := range integration.RequestParameters {
		filled[m.Target.Value] = true
	}
	for _, place := range places {
		if !filled["integration.request.path."+place.Text] {
			c.add(diag.Diagnostic{Code: diag.UnmappedPlaceholder, Severity: diag.Warning, Span: integration.URI.Sub(place.Offset, place.Length),
				Message: fmt.Sprintf("nothing fills {%s}, so the backend gets the braces", place.Text),
				Help:    fmt.Sprintf("map it: integration.request.path.%s: method.request.path.%s", place.Text, place.Text)})
		}
	}
}

// responseMappings checks the response side of an integration. Proxies ignore theirs.
func (c *checker) responseMappings(operation *model.Operation) {
	kind := strings.ToLower(operation.Integration.Type.Value)
	if kind == "http_proxy" || kind == "aws_proxy" {
		return
	}
	declared := make(map[string]*model.Response)
	for _, response := range operation.Responses {
		declared[response.Status.Value] = response
	}
	for _, response := range operation.Integration.Responses {
		entries := c.entries(response.Parameters, mapping.ParseResponseTarget, mapping.ParseResponse)
		if response.StatusCode == nil || !isStatus(response.StatusCode.Value) {
			continue // the integration reports it
		}
		of := declared[response.StatusCode.Value]
		if of == nil {
			c.add(diag.Diagnostic{Code: diag.UndeclaredStatus, Span: response.StatusCode.Span,
				Message: fmt.Sprintf("the operation declares no response %s", response.StatusCode.Value),
				Help:    fmt.Sprintf("declare it under the operation's responses: \"%s\": {description: …}", response.StatusCode.Value)})
			continue
		}
		c.declaredHeaders(of, entries)
	}
}

// declaredHeaders reports mapped headers that the response of their status does not declare (rest.md 6).
func (c *checker) declaredHeaders(response *model.Response, entries []entry) {
	declared := make(map[string]bool)
	for _, header := range response.Headers {
		declared[strings.ToLower(header.Value)] = true
	}
	for _, e := range entries {
		if declared[strings.ToLower(e.target.Name)] {
			continue
		}
		c.add(diag.Diagnostic{Code: diag.UndeclaredHeader, Span: nameIn(e.mapping.Target, e.target.Name),
			Message: fmt.Sprintf("response %s does not declare the header %s", response.Status.Value, e.target.Name),
			Cause:   "headers not declared on the method response cannot be mapped",
			Help: nearest(c, e.target.Name, response.Headers, func(h source.String) string { return h.Value },
				fmt.Sprintf("declare it under the response's headers: %s: {schema: {type: string}}", e.target.Name)),
			Related: []diag.Related{{Span: response.Status.Span, Message: "the response"}}})
	}
}
