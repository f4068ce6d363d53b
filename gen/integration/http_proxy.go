package integration

import (
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// httpProxyKind hands requests to an HTTP backend, and its answers back, as they are.
type httpProxyKind struct{}

var _ Kind = httpProxyKind{}

// Name is http_proxy.
func (httpProxyKind) Name() string { return "http_proxy" }

// Match reports whether the type is http_proxy.
func (k httpProxyKind) Match(in *model.Integration) bool { return is(in, k.Name()) }

// Check looks at the endpoint and the mappings; templates and responses have no effect on a proxy.
func (httpProxyKind) Check(api *model.API, op *model.Operation) []diag.Diagnostic {
	return checkEndpoint(api, op.Integration)
}

// Backend names method and uri.
func (k httpProxyKind) Backend(in *model.Integration) string { return describe(k.Name(), in) }

// Lower streams the request with what the mappings add.
func (httpProxyKind) Lower(r *Route) []plan.Step {
	in := r.Op.Integration
	call, before := r.send(in, plan.UpstreamProxy, plan.DynamicProxy)
	if call == nil {
		return ConfigurationError()
	}
	steps := append([]plan.Step{r.outbound(in)}, before...)
	return append(steps, returns(call))
}
