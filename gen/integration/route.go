package integration

import (
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/templates/ast"
)

// Route is an operation while it is lowered, with what lowering offers a kind.
type Route struct {
	API *model.API
	Op  *model.Operation
	// Timeout bounds the backend's answer, in nanoseconds; 0 is no bound.
	Timeout plan.Duration
	Wiring
}

// Wiring gives kinds what a gateway holds beside its routes.
type Wiring interface {
	// Upstream is the entry of x-gateway-upstreams. Its targets are asked for host in TLS, for their own one when host is
	// empty.
	Upstream(name, host string) plan.Value
	// Origin is the upstream of one scheme, host and port that integrations name by their uri.
	Origin(origin string, insecure bool) plan.Value
	// ChosenUpstream is the upstream whose name is known only at run time; nil when there is none of that name.
	ChosenUpstream(name plan.Value, host string) plan.Value
	// Dynamic speaks to hosts that are known only at run time.
	Dynamic(insecure bool) plan.Value
	// Function is the function with a name or an ARN, in a region where the name does not say it. Role is who invokes it at
	// Amazon; empty: the gateway itself.
	Function(name, region, role string) plan.Value
	// NamedFunction is the function whose name or ARN is known only at run time.
	NamedFunction(name plan.Value, region, role string) plan.Value
	// Service is a service of Amazon's.
	Service(to ServiceTarget) plan.Value
	// PathParam is the value of a path parameter; false when the path has none of that name.
	PathParam(name string) (plan.Value, bool)
	// Shared makes a package-level variable of the route's own, named after its purpose.
	Shared(purpose string, value plan.Value) plan.Value
	// JSONPath is the route's variable of a compiled JSONPath.
	JSONPath(path string) plan.Value
	// Template makes a function of the route's own that renders a mapping template.
	Template(t TemplateSource) plan.Value
	// Local is a name for a value that the handler holds, made of what the value is for.
	Local(purpose string) string
}

// TemplateSource is a mapping template that is to be compiled.
type TemplateSource struct {
	// Purpose says what the template is for, in words that become part of a name: request, response 4xx.
	Purpose string
	// Place is where the document has it: requestTemplates["application/json"].
	Place string
	Text  string
	Nodes []ast.Node
	// Where says where in the document a piece of the text stands: file:line:col.
	Where func(ast.Span) string
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

	faultName = plan.Name("f")
)

// returns ends a handler with a value.
func returns(v plan.Value) plan.Step { return plan.Return{Values: []plan.Value{v}} }

// ConfigurationError answers as Amazon does where a document asks for what cannot work.
func ConfigurationError() []plan.Step { return []plan.Step{returns(plan.APIConfigurationError)} }
