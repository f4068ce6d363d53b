package lower

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// What holds where a document is silent. Settings of upstreams that are left out stand in the runtime, which
// knows their defaults (extensions.md).
const (
	// defaultAccount is the account in ARNs and in $context (extensions.md, x-gateway-api).
	defaultAccount = "123456789012"
	// integrationTimeout is Amazon's for every integration (rest.md 1.4); plain documents have none.
	integrationTimeout = 29 * time.Second
	// retryAttempts holds for an upstream with retries that do not say how many (extensions.md, x-gateway-upstreams).
	retryAttempts = 1
)

// retryCauses hold for an upstream with retries that do not say after what (extensions.md, x-gateway-upstreams).
func retryCauses() []string { return []string{"connect", "502", "503", "504"} }

// idLength is the length of Amazon's ids.
const idLength = 10

// derivedID is an id that is always the same for the same parts.
func derivedID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	id := new(big.Int).SetBytes(sum[:]).Text(36)
	return id[len(id)-idLength:]
}

// apiID is x-gateway-api's id, else one derived from the title.
func apiID(api *model.API) string {
	if api.APIID != nil && api.APIID.Value != "" {
		return api.APIID.Value
	}
	return derivedID("api", api.Title.Value)
}

// resourceID is the id of a path.
func resourceID(apiID, path string) string { return derivedID("resource", apiID, path) }

// deploymentOf is the id of the deployment that p is: it is derived from everything else in the plan.
func deploymentOf(p *plan.Program) string {
	hash := sha256.New()
	for _, f := range p.Files {
		fmt.Fprintf(hash, "%s %#v\n", f.Name, f.Decls)
	}
	return derivedID("deployment", string(hash.Sum(nil)))
}

// putDeployment puts the id of the deployment into the plan.
func putDeployment(p *plan.Program, id string) {
	for i := range p.Files {
		if p.Files[i].Name != gatewayFile {
			continue
		}
		for _, decl := range p.Files[i].Decls {
			if v, ok := decl.(plan.Var); ok && v.Specs[0].Name == "api" {
				setField(v.Specs[0].Value.(plan.Composite), "Deployment", plan.String(id))
			}
		}
	}
}

// setField sets a field that the composite has.
func setField(c plan.Composite, key string, value plan.Value) {
	for i := range c.Fields {
		if c.Fields[i].Key == key {
			c.Fields[i].Value = value
		}
	}
}

// timeoutOf is how long the backend may take: the innermost x-gateway-timeout or timeoutInMillis.
func timeoutOf(api *model.API, item *model.PathItem, op *model.Operation) time.Duration {
	var integration *source.Int
	if op.Integration != nil {
		integration = op.Integration.TimeoutInMillis
	}
	if ms := cmp.Or(op.Gateway.Timeout, integration, item.Gateway.Timeout, api.Gateway.Timeout); ms != nil {
		return time.Duration(ms.Value) * time.Millisecond
	}
	if api.Amazon {
		return integrationTimeout
	}
	return 0
}

// maxBodyOf is the innermost x-gateway-max-body in bytes; 0 when there is none.
func maxBodyOf(api *model.API, item *model.PathItem, op *model.Operation) int64 {
	if n := cmp.Or(op.Gateway.MaxBody, item.Gateway.MaxBody, api.Gateway.MaxBody); n != nil {
		return n.Value
	}
	return 0
}
