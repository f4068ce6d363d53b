package policy

import (
	"fmt"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// principals reads whom a statement is about.
func (r *reader) principals(s *statement, n source.Node) {
	if r.policy.kind == Identity {
		for _, name := range []string{"Principal", "NotPrincipal"} {
			if p, ok := n.Lookup(name); ok {
				r.add(diag.PolicyPrincipal, p.Key.Span, "the policy of a principal has no "+name, "take it away: the policy is about the principal that has it")
			}
		}
		s.principals.any = true
		return
	}
	node, except, ok := r.either(n, "Principal", "NotPrincipal", diag.PolicyPrincipal)
	if !ok {
		return
	}
	if s.principals.except = except; r.leftOpen(node) {
		return
	}
	if except && !s.deny {
		r.add(diag.PolicyPrincipal, node.Key().Span, "NotPrincipal with Allow lets in everybody else, strangers included", "deny the principals in a statement of their own")
	}
	switch node.Kind() {
	case source.Map:
		if len(node.Pairs()) == 0 {
			r.add(diag.PolicyPrincipal, node.Start(), node.Key().Value+" names nobody", "")
		}
		for _, p := range node.Pairs() {
			r.principalType(s, p)
		}
	default:
		text, _ := node.Text()
		if text.Value != "*" {
			r.add(diag.PolicyPrincipal, node.Span(), "principals are \"*\" or a map such as {AWS: …}", "")
			return
		}
		r.everybody(s, node.Span())
	}
}

// principalTypes are the kinds of principals. Those but AWS sign no requests that a gateway could verify.
var principalTypes = []string{"AWS", "Service", "Federated", "CanonicalUser"}

func (r *reader) principalType(s *statement, p source.Pair) {
	switch p.Key.Value {
	case "AWS":
		r.each(p.Value, "AWS", func(name source.String) { r.principal(s, name) })
	case "Service", "Federated", "CanonicalUser":
		r.each(p.Value, p.Key.Value, func(name source.String) {
			r.warn(diag.PolicyNeverApplies, name.Span, fmt.Sprintf("no request comes from the %s principal %q", p.Key.Value, name.Value), "")
		})
	default:
		r.add(diag.PolicyPrincipal, p.Key.Span, fmt.Sprintf("unknown kind of principal %q", p.Key.Value), didYouMean(p.Key.Value, principalTypes, "write AWS"))
	}
}

func (r *reader) principal(s *statement, name source.String) {
	switch id, ok := language.ParseIdentity(name.Value); {
	case name.Value == "*":
		r.everybody(s, name.Span)
	case language.IsAccount(name.Value):
		s.principals.names = append(s.principals.names, name)
	case !ok:
		r.add(diag.PolicyPrincipal, name.Span, fmt.Sprintf("%q is neither the number of an account nor the ARN of a user, a role, a session or an account's root", name.Value),
			"write the ARN in full: wildcards do not count in principals")
	case id.Kind == "root":
		name.Value = id.Account // the same, but shorter
		s.principals.names = append(s.principals.names, name)
	default:
		s.principals.names = append(s.principals.names, name)
	}
}

func (r *reader) everybody(s *statement, span source.Span) {
	if s.principals.except {
		r.add(diag.PolicyPrincipal, span, "NotPrincipal with \"*\" is about nobody", "")
	}
	s.principals.any = true
}
