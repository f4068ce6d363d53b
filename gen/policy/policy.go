// Package policy reads IAM policies of a document, says what is wrong with them, and lowers them to functions: the
// resource policy of the API and the policies of principals. It must not know how a request is authorized with what they
// say.
package policy

import (
	"github.com/gatewright/gatewright/gen/cfn"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// Kind is what a policy is attached to.
type Kind uint8

// The kinds.
const (
	// Resource is x-amazon-apigateway-policy, which says in each statement whom it is about (rest.md 1.1).
	Resource Kind = iota
	// Identity is the policy of an entry of x-gateway-principals, which is about that principal (extensions.md).
	Identity
)

// Policy is a policy of the document. What Read found wrong with it is left out of it.
type Policy struct {
	kind       Kind
	node       source.Node
	variables  bool // the version knows policy variables
	open       bool // a value could not be filled in
	statements []statement
}

type statement struct {
	index      int // in the document
	sid        string
	span       source.Span
	deny       bool
	principals principals
	actions    language.Action
	except     bool // NotResource
	resources  []resource
	conditions []condition
}

// principals are those of a statement. An identity's policy is about everybody who has it.
type principals struct {
	any    bool
	except bool            // NotPrincipal
	names  []source.String // numbers of accounts, ARNs
}

type resource struct {
	entry source.String
	text  string // as the language spells it
	own   bool   // of the API itself: text begins with the stage
}

type condition struct {
	operator language.Operator
	name     string // of the operator, as it is written
	key      language.Key
	keyName  source.String
	texts    []string
	wants    [2]bool // for Bool and Null: whether false, and true, are asked for
}

// missing reports whether no request has the key.
func (c *condition) missing() bool {
	standing := c.key.Standing()
	return standing == language.Never || standing == language.Missing
}

// reader reads one policy.
type reader struct {
	policy *Policy
	found  []diag.Diagnostic
	texts  int // that were read
}

// maxTexts bounds the work: aliases can make much of little.
const maxTexts = 50_000

// Read reads a policy and returns what is wrong with it. A policy with errors that nobody allowed must not be lowered.
func Read(n source.Node, kind Kind) (*Policy, []diag.Diagnostic) {
	r := &reader{policy: &Policy{kind: kind, node: n}}
	r.document(n)
	return r.policy, r.found
}

// leftOpen reports whether a value is one that could not be filled in. Whoever loaded the document has said so, and it is
// no second mistake.
func (r *reader) leftOpen(n source.Node) bool {
	open := cfn.LeftOpen(n)
	r.policy.open = r.policy.open || open
	return open
}

func (r *reader) add(code diag.Code, span source.Span, message, help string) {
	r.found = append(r.found, diag.Diagnostic{Code: code, Span: span, Message: message, Help: help})
}

func (r *reader) warn(code diag.Code, span source.Span, message, help string) {
	r.found = append(r.found, diag.Diagnostic{Code: code, Severity: diag.Warning, Span: span, Message: message, Help: help})
}

// didYouMean is the help for a name that is none of known.
func didYouMean(name string, known []string, otherwise string) string {
	if near := diag.Nearest(name, known); near != "" {
		return "did you mean " + near + "?"
	}
	return otherwise
}
