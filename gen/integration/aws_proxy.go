package integration

import (
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// awsProxyKind hands requests to a Lambda function as events, and answers with what it returns (rest.md 7.1 and 7.2).
type awsProxyKind struct{}

var _ Kind = awsProxyKind{}

// Name is aws_proxy.
func (awsProxyKind) Name() string { return "aws_proxy" }

// Match reports whether the type is aws_proxy.
func (k awsProxyKind) Match(in *model.Integration) bool { return is(in, k.Name()) }

// Check looks at the function. Templates, mappings and responses have no effect, but forbidden headers fail all the same.
func (awsProxyKind) Check(_ *model.API, op *model.Operation) []diag.Diagnostic {
	if op.Integration.Subtype != nil {
		return nil // an HTTP API's way to a service, which is told as that
	}
	return append(checkFunction(op.Integration), checkRequestHeaders(op.Integration)...)
}

// Backend names the function.
func (k awsProxyKind) Backend(in *model.Integration) string { return describe(k.Name(), in) }

// Lower makes an event of the request.
func (awsProxyKind) Lower(r *Route) []plan.Step {
	in := r.Op.Integration
	function := r.function(in)
	if function == nil {
		return ConfigurationError()
	}
	return r.Proxy(function, streams(in))
}

// Proxy hands the request to a function; stream passes the answer on while it comes.
func (r *Route) Proxy(function plan.Value, stream bool) []plan.Step {
	call := plan.FunctionProxy
	if stream {
		call = plan.FunctionStream
	}
	return []plan.Step{returns(call.Call(function, Ctx, r.Timeout))}
}

// streams reports whether answers are passed on while they come.
func streams(in *model.Integration) bool {
	return in.TransferMode != nil && strings.EqualFold(in.TransferMode.Value, "STREAM")
}
