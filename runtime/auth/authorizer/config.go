// Package authorizer asks Lambda functions who may call (rest.md, sections 12.1 to 12.3): TOKEN and REQUEST authorizers,
// with their results cached. One call is under way for each key, whoever waits for it. The package must not know where
// functions run, nor how policies are combined: those are runtime/function's and access's.
package authorizer

import (
	"fmt"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/access"
	"github.com/gatewright/gatewright/runtime/integration/lambda"
	"github.com/gatewright/gatewright/runtime/value"
)

// Config is an authorizer of the document.
type Config struct {
	// Name is the name of its security scheme.
	Name string
	// Function decides; nil: Named does.
	Function *lambda.Function
	// Named is the function that decides about a request, where a stage variable names it.
	Named func(*gw.Ctx) *lambda.Function
	// Access joins what it says with the resource policy.
	Access *access.Access
	// Token has the function get the value of the one identity source and nothing else; else it gets the request.
	Token bool
	// Sources are where callers say who they are.
	Sources []Source
	// Match is a Java regular expression that a token must fit as a whole; empty: any token does.
	Match string
	// TTL is how long a result holds; 0 asks anew for each request.
	TTL time.Duration
}

// Source is where a caller says who it is.
type Source struct {
	from     sourceKind
	name     string
	variable gw.Variable
}

type sourceKind uint8

const (
	fromHeader sourceKind = iota
	fromQuery
	fromStageVariable
	fromContext
)

// Header is method.request.header.name.
func Header(name string) Source { return Source{from: fromHeader, name: name} }

// Query is method.request.querystring.name.
func Query(name string) Source { return Source{from: fromQuery, name: name} }

// StageVariable is stageVariables.name.
func StageVariable(name string) Source { return Source{from: fromStageVariable, name: name} }

// Context is context.name, by its variable.
func Context(v gw.Variable) Source { return Source{from: fromContext, variable: v} }

// of is what the request says. The name of a header has no case here: callers who write it small are no strangers.
func (s Source) of(c *gw.Ctx) string {
	switch s.from {
	case fromHeader:
		return c.HeaderFolded(s.name)
	case fromQuery:
		return c.Query(s.name)
	case fromStageVariable:
		return c.StageVariable(s.name)
	default:
		return c.Var(s.variable)
	}
}

// Authorizer is an authorizer that requests ask. It is safe for concurrent use.
type Authorizer struct {
	core  *gw.Core
	cfg   Config
	match *value.Pattern // nil: any token fits
	cache *cache
}

// callTime is how long the function may take (decisions.md).
const callTime = 29 * time.Second

// New makes the authorizer of cfg; what is wrong with it is said by core's Start.
func New(core *gw.Core, cfg Config) *Authorizer {
	a := &Authorizer{core: core, cfg: cfg, cache: newCache()}
	if cfg.Match != "" {
		var err error
		if a.match, err = value.CompilePattern(cfg.Match); err != nil {
			core.Fail(fmt.Errorf("authorizer %q: %w", cfg.Name, err))
		}
	}
	return a
}
