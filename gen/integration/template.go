package integration

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/runtime/value"
	"github.com/gatewright/gatewright/templates/ast"
	"github.com/gatewright/gatewright/templates/checker"
	"github.com/gatewright/gatewright/templates/parser"
)

// template is a mapping template of the document, read.
type template struct {
	mediaType string
	place     string // such as requestTemplates["application/json"]
	source    model.Template
	nodes     []ast.Node
	text      string // what a template without references and directives prints
}

// static reports whether the template prints the same for every request.
func (t template) static() bool {
	for _, n := range t.nodes {
		if _, isText := n.(ast.Text); !isText {
			return false
		}
	}
	return true
}

func allStatic(all []template) bool {
	for _, t := range all {
		if !t.static() {
			return false
		}
	}
	return true
}

// readTemplates reads templates, media types in small letters and without parameters, the first of each kept. ok is
// false when one of them does not parse: Amazon's gateway answers 500 then.
func readTemplates(from []model.Template, place string) (all []template, ok bool) {
	seen := map[string]bool{}
	for _, t := range from {
		nodes, problem := parser.Parse(t.Text.Value)
		if problem != nil {
			return nil, false
		}
		mediaType, _, _ := strings.Cut(t.MediaType.Value, ";")
		mediaType = strings.ToLower(strings.TrimSpace(mediaType))
		if seen[mediaType] {
			continue
		}
		seen[mediaType] = true
		read := template{mediaType: mediaType, place: fmt.Sprintf("%s[%q]", place, t.MediaType.Value), source: t, nodes: nodes}
		if read.static() && len(nodes) > 0 {
			read.text = nodes[0].(ast.Text).Value // neighbouring texts are joined
		}
		all = append(all, read)
	}
	return all, true
}

// requestTemplates reads the request templates of an integration.
func requestTemplates(in *model.Integration) ([]template, bool) {
	return readTemplates(in.RequestTemplates, "requestTemplates")
}

// responseTemplates reads the templates of a response.
func responseTemplates(from *model.IntegrationResponse) ([]template, bool) {
	return readTemplates(from.Templates, fmt.Sprintf("responses[%q].responseTemplates", from.Pattern.Value))
}

// compiled is the function that a template is compiled to; purpose is part of its name.
func (r *Route) compiled(t template, purpose string) plan.Value {
	return r.Template(TemplateSource{Purpose: purpose, Place: t.place, Text: t.source.Text.Value, Nodes: t.nodes, Where: t.where})
}

// where is the place of a piece of the template in the document.
func (t template) where(piece ast.Span) string {
	return t.source.Text.Sub(piece.Start, piece.End-piece.Start).String()
}

// checkTemplates reports what is wrong with templates, and what in them hardly means what it seems to.
func checkTemplates(templates []model.Template) []diag.Diagnostic {
	var found []diag.Diagnostic
	for _, t := range templates {
		nodes, problem := parser.Parse(t.Text.Value)
		if problem != nil {
			found = append(found, diag.Diagnostic{Code: diag.BrokenTemplate, Span: t.Text.Sub(problem.Start, problem.End-problem.Start),
				Message: problem.Message, Cause: "the template does not parse, so that every request that needs it gets 500", Help: problem.Help})
			continue
		}
		for _, p := range checker.Check(nodes, templateLanguage()) {
			found = append(found, templateFinding(t, p))
		}
	}
	return found
}

// templateFinding gives a problem of the template language its code and its place in the document.
func templateFinding(t model.Template, p checker.Problem) diag.Diagnostic {
	d := diag.Diagnostic{Span: t.Text.Sub(p.Start, p.End-p.Start), Message: p.Message, Help: p.Help}
	switch p.Kind {
	case checker.BadPath:
		d.Code, d.Cause = diag.BadTemplatePath, "evaluating it fails, so that every request that gets there answers 500"
		return d
	case checker.BadPattern:
		d.Code, d.Cause = diag.BadTemplatePattern, "matching it fails, so that every request that gets there answers 500"
		return d
	case checker.UnknownFunction, checker.UnknownContext, checker.UnknownMethod:
		d.Code, d.Cause = diag.UnknownTemplateName, "it has no value, and prints nothing"
	case checker.Unassignable:
		d.Code = diag.IdleAssignment
	default:
		d.Code = diag.SuspiciousTemplate
	}
	d.Severity = diag.Warning
	return d
}

// templateLanguage is what templates may name.
func templateLanguage() checker.Language {
	return checker.Language{
		Path: func(text string) (int, error) {
			_, err := value.CompilePath(text)
			if problem, ok := err.(*value.PathError); ok {
				return problem.Offset, fmt.Errorf("%s", problem.Message)
			}
			return 0, err
		},
		Pattern: value.CheckPattern,
		Context: contextName,
	}
}

// contextName reports whether templates have $context.name, else which name was meant.
func contextName(name string) (known bool, near string) {
	if KnownContext(name) {
		return true, ""
	}
	for _, group := range []string{"identity", "identity.clientCert", "identity.clientCert.validity", "error", "authorizer.claims"} {
		if name == group {
			return true, "" // a map by itself: it prints nothing, but has keys
		}
	}
	return false, diag.Nearest(name, mapping.ContextVariables())
}

// KnownContext reports whether $context.name is a variable that is read without building the map of all.
func KnownContext(name string) bool {
	_, problem := mapping.ParseRequest("context." + name)
	return problem == nil && name != "requestOverride" && name != "responseOverride"
}
