package policy

import (
	"fmt"
	"slices"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// The elements of a policy and of a statement.
var (
	policyElements    = []string{"Version", "Id", "Statement"}
	statementElements = []string{"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)

// currentVersion is the version of the language that has policy variables.
const currentVersion = "2012-10-17"

func (r *reader) document(n source.Node) {
	if !r.elements(n, "a policy", policyElements) {
		return
	}
	if version := n.Get("Version"); !version.IsZero() {
		text, _ := version.Scalar()
		r.policy.variables = text.Value == currentVersion
		if !r.policy.variables && text.Value != "2008-10-17" {
			r.add(diag.BadPolicy, version.Span(), "the Version of a policy is 2012-10-17 or 2008-10-17", "write Version: \""+currentVersion+"\"")
			r.policy.variables = true
		}
	}
	if id, ok := n.Lookup("Id"); ok && r.policy.kind == Identity {
		r.add(diag.BadPolicy, id.Key.Span, "the policy of a principal has no Id", "take Id away")
	}
	statements := n.Get("Statement")
	if statements.IsZero() {
		r.add(diag.BadPolicy, n.Start(), "the policy has no Statement", "")
		return
	}
	for i, node := range oneOrMore(statements) {
		if r.texts > maxTexts {
			r.add(diag.BadPolicy, node.Start(), fmt.Sprintf("the policy has more than %d texts", maxTexts), "")
			return
		}
		r.statement(i, node)
	}
}

// elements reports whether n is a map, and names the entries that known does not have.
func (r *reader) elements(n source.Node, what string, known []string) bool {
	if r.leftOpen(n) {
		return false
	}
	if n.Kind() != source.Map {
		r.add(diag.BadPolicy, n.Span(), fmt.Sprintf("%s is a map, not %s", what, n.Kind()), "")
		return false
	}
	for _, p := range n.Pairs() {
		if !slices.Contains(known, p.Key.Value) {
			r.add(diag.BadPolicy, p.Key.Span, fmt.Sprintf("%s has no element %q", what, p.Key.Value), didYouMean(p.Key.Value, known, ""))
		}
	}
	return true
}

// oneOrMore are the items of a list, or what stands there in place of a list of one.
func oneOrMore(n source.Node) []source.Node {
	if n.Kind() == source.List {
		return n.Items()
	}
	return []source.Node{n}
}

func (r *reader) statement(index int, n source.Node) {
	if !r.elements(n, "a statement", statementElements) {
		return
	}
	s := statement{index: index, span: n.Start()}
	if sid, ok := n.Get("Sid").Scalar(); ok {
		s.sid = sid.Value
	}
	r.effect(&s, n)
	r.principals(&s, n)
	if node, except, ok := r.either(n, "Action", "NotAction", diag.BadPolicy); ok {
		r.actions(&s, node, except)
	}
	if node, except, ok := r.either(n, "Resource", "NotResource", diag.BadPolicy); ok {
		s.except = except
		r.resources(&s, node)
	}
	if conditions := n.Get("Condition"); !conditions.IsZero() {
		r.conditions(&s, conditions)
	}
	r.policy.statements = append(r.policy.statements, s)
}

func (r *reader) effect(s *statement, n source.Node) {
	effect := n.Get("Effect")
	if effect.IsZero() {
		r.add(diag.BadPolicy, s.span, "the statement has no Effect", "write Effect: Allow or Effect: Deny")
		return
	}
	switch text, _ := effect.Text(); text.Value {
	case "Allow":
	case "Deny":
		s.deny = true
	default:
		r.add(diag.BadPolicy, effect.Span(), "an Effect is Allow or Deny", didYouMean(text.Value, []string{"Allow", "Deny"}, ""))
	}
}

// either returns the one of two elements that a statement has, and whether it is the negated one.
func (r *reader) either(n source.Node, name, negated string, code diag.Code) (node source.Node, except, ok bool) {
	plain, not := n.Get(name), n.Get(negated)
	switch {
	case plain.IsZero() && not.IsZero():
		r.add(code, n.Start(), fmt.Sprintf("the statement has neither %s nor %s", name, negated), "")
	case !plain.IsZero() && !not.IsZero():
		r.add(code, not.Key().Span, fmt.Sprintf("the statement has both %s and %s", name, negated), "")
	case plain.IsZero():
		return not, true, true
	default:
		return plain, false, true
	}
	return source.Node{}, false, false
}

// each calls f with a text, number or truth value, or with all of a list of them, of which there must be one.
func (r *reader) each(n source.Node, what string, f func(text source.String)) {
	all := oneOrMore(n)
	if len(all) == 0 {
		r.add(diag.BadPolicy, n.Span(), what+" names nothing", "")
	}
	for _, node := range all {
		if r.leftOpen(node) {
			continue
		}
		text, ok := node.Scalar()
		if !ok {
			r.add(diag.BadPolicy, node.Span(), fmt.Sprintf("%s is a text or a list of texts, not %s", what, node.Kind()), "")
			continue
		}
		if r.texts++; r.texts > maxTexts {
			return
		}
		f(text)
	}
}

func (r *reader) actions(s *statement, n source.Node, except bool) {
	r.each(n, n.Key().Value, func(entry source.String) {
		set, ok := language.ParseAction(entry.Value)
		switch {
		case !ok:
			r.add(diag.PolicyAction, entry.Span, fmt.Sprintf("%q is not service:action", entry.Value), "write execute-api:Invoke")
		case set != 0:
			s.actions |= set
		case language.IsOwnService(entry.Value):
			known := []string{language.Invoke.String(), language.InvalidateCache.String(), language.ManageConnections.String()}
			r.add(diag.PolicyAction, entry.Span, fmt.Sprintf("unknown action %q", entry.Value), didYouMean(entry.Value, known, "write execute-api:Invoke"))
		default:
			r.warn(diag.PolicyNeverApplies, entry.Span, fmt.Sprintf("%q is no action on an API", entry.Value), "")
		}
	})
	if except {
		s.actions = language.AnyAction &^ s.actions
	}
}

func (r *reader) resources(s *statement, n source.Node) {
	r.each(n, n.Key().Value, func(entry source.String) {
		text, own, ok := language.Resource(entry.Value, r.policy.variables)
		if !ok {
			r.add(diag.PolicyResource, entry.Span, fmt.Sprintf("%q is neither *, an ARN nor execute-api:/stage/METHOD/path", entry.Value), resourceHelp(entry.Value))
			return
		}
		if r.template(entry) {
			s.resources = append(s.resources, resource{entry: entry, text: text, own: own})
		}
	})
}

// resourceHelp is the help for a resource that begins as a path does.
func resourceHelp(entry string) string {
	if len(entry) > 0 && entry[0] == '/' {
		return "write execute-api:/*/*" + entry + " for the path in all stages and with all methods"
	}
	return ""
}

// template checks the policy variables of a text; false when it cannot be used.
func (r *reader) template(text source.String) bool {
	switch {
	case !language.HasVariable(text.Value):
		return true
	case !r.policy.variables:
		r.warn(diag.PolicyVariable, text.Span, "without Version 2012-10-17, ${…} is no policy variable but text", "write Version: \""+currentVersion+"\" at the head of the policy")
		return true
	}
	_, problem := language.ParseTemplate(text.Value)
	if problem == nil {
		return true
	}
	help := ""
	if problem.Key != "" {
		help = didYouMean(problem.Key, language.KeyNames(), "")
	}
	r.add(diag.PolicyValue, text.Sub(problem.Offset, problem.Length), problem.Message, help)
	return false
}
