package policy

import (
	"fmt"
	"slices"

	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// request is the parameter of every policy's function.
var request = plan.Name("r")

// Lower returns the function of a policy, func name(r *policy.Request) policy.Effect, behind the variables that it compares
// with. doc is its comment; fresh gives out names of the package, each once. Statements that deny come first, in the
// document's order, then those that allow.
func Lower(p *Policy, name, doc string, fresh func(want string) string) []plan.Decl {
	if p.open {
		panic("a policy whose values are not filled in cannot be lowered")
	}
	l := &lowering{name: name, fresh: fresh, variables: p.variables, known: map[string]plan.Name{}}
	body := l.body(p)
	f := plan.Func{
		Name: name, Doc: doc, Params: []plan.Field{{Name: string(request), Type: plan.Deref{X: plan.PolicyRequest}}},
		Results: []plan.Field{{Type: plan.PolicyEffect}}, Body: body,
	}
	if len(l.specs) == 0 {
		return []plan.Decl{f}
	}
	return []plan.Decl{plan.Var{Doc: "What " + name + " compares with.", Specs: l.specs}, f}
}

type lowering struct {
	name      string
	fresh     func(want string) string
	variables bool // ${…} is a policy variable
	specs     []plan.Spec
	known     map[string]plan.Name // variables of the package, by what they hold
}

func (l *lowering) body(p *Policy) []plan.Step {
	var body []plan.Step
	for _, deny := range []bool{true, false} {
		for i := range p.statements {
			s := &p.statements[i]
			if s.deny != deny {
				continue
			}
			steps, ends := l.statement(s)
			if len(body) > 0 {
				body = append(body, plan.Gap{})
			}
			body = append(body, steps...)
			if ends {
				return body
			}
		}
	}
	if len(body) > 0 {
		body = append(body, plan.Gap{})
	}
	return append(body, plan.Return{Values: []plan.Value{plan.PolicyNeutral}})
}

// statement makes the steps of a statement; ends says that it always applies, so that nothing behind it counts.
func (l *lowering) statement(s *statement) (steps []plan.Step, ends bool) {
	effect, word := plan.PolicyAllow, "Allow"
	if s.deny {
		effect, word = plan.PolicyExplicitDeny, "Deny"
	}
	title := fmt.Sprintf("Statement[%d]: %s", s.index, word)
	if s.sid != "" {
		title = fmt.Sprintf("Statement[%d] %s: %s", s.index, s.sid, word)
	}
	cond, never := l.applies(s)
	if never != "" {
		return []plan.Step{plan.Note{Text: title + ", but it never applies: " + never + "."}}, false
	}
	out := plan.Return{Values: []plan.Value{effect}}
	if cond == nil {
		return []plan.Step{plan.Note{Text: title + " whatever the request."}, out}, true
	}
	return []plan.Step{plan.Note{Text: title + "."}, plan.When{Cond: cond, Then: []plan.Step{out}}}, false
}

// applies is when a statement applies: nil for always. never says why it does not.
func (l *lowering) applies(s *statement) (cond plan.Value, never string) {
	var terms []plan.Value
	switch {
	case s.actions == 0:
		return nil, "it is about no action on an API"
	case s.actions != language.AnyAction:
		terms = append(terms, plan.PolicyAction.Call(request, actions(s.actions)))
	}
	who, never := l.principals(&s.principals)
	if never != "" {
		return nil, never
	}
	what, all := l.resources(s.resources)
	switch {
	case all && s.except:
		return nil, "it excepts every resource"
	case !all && s.except:
		what = plan.Not{X: what}
	}
	terms = append(terms, who, what)
	for i := range s.conditions {
		holds, constant := l.condition(&s.conditions[i])
		if holds == nil && !constant {
			return nil, fmt.Sprintf("no request is what it asks of %s", s.conditions[i].keyName.Value)
		}
		terms = append(terms, holds)
	}
	return allOf(terms), ""
}

// maxTerms is how many terms of a condition stand on one line.
const maxTerms = 2

// allOf joins terms, of which those that are nil ask nothing. It is nil when none asks anything.
func allOf(terms []plan.Value) plan.Value {
	terms = slices.DeleteFunc(terms, func(v plan.Value) bool { return v == nil })
	if len(terms) > maxTerms {
		return plan.All{Terms: terms}
	}
	var cond plan.Value
	for _, term := range terms {
		cond = and(cond, term)
	}
	return cond
}

// actions is a set of actions: policy.Invoke | policy.InvalidateCache.
func actions(set language.Action) plan.Value {
	var all plan.Value
	for _, known := range []struct {
		action language.Action
		symbol plan.Symbol
	}{{language.Invoke, plan.PolicyInvoke}, {language.InvalidateCache, plan.PolicyInvalidateCache}, {language.ManageConnections, plan.PolicyManageConnections}} {
		switch {
		case set&known.action == 0:
		case all == nil:
			all = known.symbol
		default:
			all = plan.Op{Op: "|", X: all, Y: known.symbol}
		}
	}
	return all
}

// principals is whether the request's signer is one of those that a statement is about: nil for everybody.
func (l *lowering) principals(p *principals) (cond plan.Value, never string) {
	var names []string
	for _, name := range p.names {
		names = append(names, name.Value)
	}
	switch {
	case p.except && p.any:
		return nil, "it excepts everybody"
	case p.except && len(names) > 0:
		return plan.PolicyNotPrincipal.Call(request, l.texts(names)...), ""
	case p.except || p.any:
		return nil, ""
	case len(names) == 0:
		return nil, "none of its principals sends requests"
	}
	return plan.PolicyPrincipal.Call(request, l.texts(names)...), ""
}

// resources is whether the request is for one of resources; all says that every request is.
func (l *lowering) resources(resources []resource) (cond plan.Value, all bool) {
	var arns, own []string
	var others plan.Value
	for _, res := range resources {
		switch {
		case language.IsAny(res.text):
			return nil, true
		case l.isTemplate(res.text) && res.own:
			others = or(others, plan.PolicyTemplateInAPI.Call(l.template(res.text), request))
		case l.isTemplate(res.text):
			others = or(others, plan.PolicyTemplateResource.Call(l.template(res.text), request))
		case res.own:
			own = append(own, res.text)
		default:
			arns = append(arns, res.text)
		}
	}
	if len(own) > 0 {
		cond = plan.PolicyInAPI.Call(request, l.texts(own)...)
	}
	if len(arns) > 0 {
		cond = or(cond, plan.PolicyResource.Call(request, l.texts(arns)...))
	}
	return or(cond, others), false
}

func and(x, y plan.Value) plan.Value { return join("&&", x, y) }

func or(x, y plan.Value) plan.Value { return join("||", x, y) }

// join is x op y; either may be nil.
func join(op string, x, y plan.Value) plan.Value {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return plan.Op{Op: op, X: x, Y: y}
}
