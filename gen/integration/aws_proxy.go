package integration

import (
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// awsProxyKind hands requests to a Lambda function. It is not supported yet.
type awsProxyKind struct{}

var _ Kind = awsProxyKind{}

// Name is aws_proxy.
func (awsProxyKind) Name() string { return "aws_proxy" }

// Match reports whether the type is aws_proxy.
func (k awsProxyKind) Match(in *model.Integration) bool { return is(in, k.Name()) }

// Check says that the kind is not supported yet.
func (awsProxyKind) Check(_ *model.API, op *model.Operation) []diag.Diagnostic {
	return []diag.Diagnostic{notYet(op.Integration, diag.LambdaNotYet, "Lambda integrations are not supported yet")}
}

// Backend names the function.
func (k awsProxyKind) Backend(in *model.Integration) string { return describe(k.Name(), in) }

// Lower answers as a document that cannot work does.
func (awsProxyKind) Lower(*Route) []plan.Step { return ConfigurationError() }
