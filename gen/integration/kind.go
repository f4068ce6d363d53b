// Package integration holds what Gatewright knows of each kind of integration: how it is recognised, what can be wrong
// with one, and what a gateway does for it. A kind is one file and one line in the table of kind.go. What kinds have in
// common (uris, mappings, templates, responses) stands in files of its own. The package must not know how documents
// are loaded, nor how Go is printed.
package integration

import (
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// Kind is one type of integration (rest.md 1.4).
type Kind interface {
	// Name is the type as documents write it.
	Name() string
	// Match reports whether in is of this kind.
	Match(in *model.Integration) bool
	// Check returns what is wrong with the integration of op.
	Check(api *model.API, op *model.Operation) []diag.Diagnostic
	// Backend says in a few words what answers.
	Backend(in *model.Integration) string
	// Lower returns what a gateway does for the route, from the integration's part on.
	Lower(r *Route) []plan.Step
}

// Kinds returns every kind. The first that matches serves an integration.
func Kinds() []Kind {
	return []Kind{httpProxyKind{}, httpKind{}, mockKind{}, awsProxyKind{}, lambdaKind{}, serviceKind{}}
}

// Of returns the kind of in; nil when its type is unknown.
func Of(in *model.Integration) Kind {
	for _, kind := range Kinds() {
		if kind.Match(in) {
			return kind
		}
	}
	return nil
}

// CheckAll returns what is wrong with the integrations of api. One that the operation's own x-gateway-upstream
// stands in for is not looked at.
func CheckAll(api *model.API) []diag.Diagnostic {
	var found []diag.Diagnostic
	for _, item := range api.Paths {
		for _, op := range item.Operations {
			if op.Gateway.Upstream == nil && op.Gateway.Function == nil {
				found = append(found, Check(api, op)...)
			}
		}
	}
	return found
}

// Check returns what is wrong with the integration of op; an operation without one has nothing wrong here.
func Check(api *model.API, op *model.Operation) []diag.Diagnostic {
	in := op.Integration
	if in == nil {
		return nil
	}
	kind := Of(in)
	if kind == nil {
		return []diag.Diagnostic{unknownType(in)}
	}
	return append(checkShared(in, kind), kind.Check(api, op)...)
}

func unknownType(in *model.Integration) diag.Diagnostic {
	var known []string
	for _, kind := range Kinds() {
		if !slices.Contains(known, kind.Name()) { // two kinds share the type aws
			known = append(known, kind.Name())
		}
	}
	d := diag.Diagnostic{Code: diag.UnknownIntegrationType, Span: in.Type.Span,
		Message: "unknown type of integration: " + quoted(in.Type.Value), Help: "write one of " + strings.Join(known, ", ")}
	if in.Type.Value == "" {
		d.Message, d.Span = "integration without type", in.Span
	}
	if near := diag.Nearest(strings.ToLower(in.Type.Value), known); near != "" {
		d.Help = "did you mean " + near + "?"
	}
	return d
}

// is reports whether the integration's type is name, in any case.
func is(in *model.Integration, name string) bool { return strings.EqualFold(in.Type.Value, name) }

// describe says in a few words what answers: type, method and uri.
func describe(name string, in *model.Integration) string {
	words := []string{name}
	if in.HTTPMethod != nil {
		words = append(words, strings.ToUpper(in.HTTPMethod.Value))
	}
	if in.URI != nil {
		words = append(words, in.URI.Value)
	}
	return strings.Join(words, " ")
}
