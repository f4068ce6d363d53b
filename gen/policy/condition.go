package policy

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

func (r *reader) conditions(s *statement, n source.Node) {
	if r.leftOpen(n) {
		return
	}
	if n.Kind() != source.Map {
		r.add(diag.BadPolicy, n.Span(), "a Condition is a map of operators, not "+n.Kind().String(), "")
		return
	}
	for _, p := range n.Pairs() {
		operator, ok := language.ParseOperator(p.Key.Value)
		if !ok {
			r.add(diag.PolicyOperator, p.Key.Span, fmt.Sprintf("unknown condition operator %q", p.Key.Value), operatorHelp(p.Key.Value))
			continue
		}
		if r.leftOpen(p.Value) {
			continue
		}
		if p.Value.Kind() != source.Map || len(p.Value.Pairs()) == 0 {
			r.add(diag.BadPolicy, p.Value.Span(), p.Key.Value+" is a map of condition keys", "")
			continue
		}
		for _, k := range p.Value.Pairs() {
			r.condition(s, condition{operator: operator, name: p.Key.Value, keyName: k.Key}, k.Value)
		}
	}
}

// operatorHelp names the operator that was most likely meant, with what stood around its name.
func operatorHelp(name string) string {
	set, bare := "", name
	if before, after, ok := strings.Cut(name, ":"); ok {
		set, bare = before+":", after
	}
	bare, exists := strings.CutSuffix(bare, "IfExists")
	if bare == "Null" {
		return "write Null alone: it asks for existence itself"
	}
	near := diag.Nearest(bare, language.OperatorNames())
	switch {
	case near == "":
		return ""
	case exists:
		near += "IfExists"
	}
	return "did you mean " + set + near + "?"
}

func (r *reader) condition(s *statement, c condition, values source.Node) {
	key, standing := language.FindKey(c.keyName.Value)
	c.key = key
	switch {
	case standing == language.Unknown:
		r.add(diag.PolicyKey, c.keyName.Span, fmt.Sprintf("unknown condition key %q", c.keyName.Value), didYouMean(c.keyName.Value, language.KeyNames(), ""))
	case standing == language.Never:
		r.add(diag.PolicyKey, c.keyName.Span, fmt.Sprintf("no request to a gateway has the condition key %s", c.keyName.Value), "")
	case !c.operator.Test.Fits(key):
		r.add(diag.PolicyOperator, c.keyName.Span, fmt.Sprintf("%s does not fit the values of %s", c.name, key), "")
		return
	}
	r.each(values, c.keyName.Value, func(text source.String) { r.value(&c, text) })
	s.conditions = append(s.conditions, c)
}

// value adds a value that a condition compares with.
func (r *reader) value(c *condition, text source.String) {
	bad := func(wanted string) {
		r.add(diag.PolicyValue, text.Span, fmt.Sprintf("%s compares with %s, not with %q", c.name, wanted, text.Value), "")
	}
	value, ok := text.Value, true
	switch test := c.operator.Test; test {
	case language.Bool, language.Null:
		var want bool
		if want, ok = language.ParseBool(value); !ok {
			bad("true or false")
			return
		}
		c.wants[index(want)] = true
		return
	case language.IPAddress:
		if _, ok = language.ParseNetwork(value); !ok {
			bad("addresses and ranges such as 203.0.113.0/24")
		}
	case language.BinaryEquals:
		if value, ok = language.ParseBinary(value); !ok {
			bad("base64")
		}
	case language.ARNLike:
		if arn, whole := language.IsARN(value, r.policy.variables); !(arn && whole) && !language.IsAny(value) {
			bad("ARNs of six parts")
			return
		}
		ok = r.template(text)
	case language.StringEquals, language.StringEqualsIgnoreCase, language.StringLike:
		ok = r.template(text)
	default:
		ok = r.moment(test, value, bad)
	}
	if ok {
		c.texts = append(c.texts, value)
	}
}

// moment checks a date or a number.
func (r *reader) moment(test language.Test, value string, bad func(wanted string)) bool {
	if test >= language.DateEquals {
		if _, ok := language.ParseDate(value); !ok {
			bad("dates such as 2026-01-31T12:00:00Z")
			return false
		}
		return true
	}
	if _, ok := language.ParseNumber(value); !ok {
		bad("numbers")
		return false
	}
	return true
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}
