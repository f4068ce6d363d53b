package integration

import (
	"strconv"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// Route is an operation while it is lowered, with what lowering offers a kind.
type Route struct {
	API *model.API
	Op  *model.Operation
	// Timeout bounds the backend's answer, in nanoseconds; 0 is no bound.
	Timeout plan.Duration
	Wiring

	locals int
}

// Wiring gives kinds what a gateway holds beside its routes.
type Wiring interface {
	// Upstream is the entry of x-gateway-upstreams.
	Upstream(name string) plan.Value
	// Origin is the upstream of one scheme, host and port that integrations name by their uri.
	Origin(origin string, insecure bool) plan.Value
	// ChosenUpstream is the upstream whose name is known only at run time; nil when there is none of that name.
	ChosenUpstream(name plan.Value) plan.Value
	// Dynamic speaks to hosts that are known only at run time.
	Dynamic(insecure bool) plan.Value
	// PathParam is the value of a path parameter; false when the path has none of that name.
	PathParam(name string) (plan.Value, bool)
	// Shared makes a package-level variable of the route's own.
	Shared(purpose string, value plan.Value) plan.Value
}

// The variables of handlers.
const (
	Gateway  = plan.Name("g")
	Ctx      = plan.Name("c")
	outbound = plan.Name("out")
	reply    = plan.Name("reply")
	response = plan.Name("r")
	status   = plan.Name("status")
	backend  = plan.Name("to")
)

// local is a name for a value that a handler holds.
func (r *Route) local() string {
	r.locals++
	if r.locals == 1 {
		return "value"
	}
	return "value" + strconv.Itoa(r.locals)
}

// returns ends a handler with a value.
func returns(v plan.Value) plan.Step { return plan.Return{Values: []plan.Value{v}} }

// ConfigurationError answers as Amazon does where a document asks for what cannot work.
func ConfigurationError() []plan.Step { return []plan.Step{returns(plan.APIConfigurationError)} }
