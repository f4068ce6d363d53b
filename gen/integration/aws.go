package integration

import (
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// awsKind calls an AWS service, or a Lambda function with mapping. Neither is supported yet.
type awsKind struct{}

var _ Kind = awsKind{}

// Name is aws.
func (awsKind) Name() string { return "aws" }

// Match reports whether the type is aws.
func (k awsKind) Match(in *model.Integration) bool { return is(in, k.Name()) }

// Check says that the kind is not supported yet.
func (awsKind) Check(_ *model.API, op *model.Operation) []diag.Diagnostic {
	in := op.Integration
	if isFunction(in) {
		return []diag.Diagnostic{notYet(in, diag.LambdaNotYet, "Lambda integrations are not supported yet")}
	}
	return []diag.Diagnostic{notYet(in, diag.ServiceNotYet, "integrations with AWS services are not supported yet")}
}

// Backend names the service's action, or the function.
func (k awsKind) Backend(in *model.Integration) string { return describe(k.Name(), in) }

// Lower answers as a document that cannot work does.
func (awsKind) Lower(*Route) []plan.Step { return ConfigurationError() }

// isFunction reports whether the integration's uri is that of a Lambda function.
func isFunction(in *model.Integration) bool {
	return in.URI != nil && strings.Contains(in.URI.Value, ":lambda:path/")
}

// notYet reports an integration by its type's text.
func notYet(in *model.Integration, code diag.Code, message string) diag.Diagnostic {
	return diag.Diagnostic{Code: code, Span: in.Type.Span, Message: message}
}

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
