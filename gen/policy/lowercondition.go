package policy

import (
	"strings"

	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// whenMissing is what a condition gives where the key is missing.
func (c *condition) whenMissing() bool {
	if c.operator.Test == language.Null {
		return c.wants[1]
	}
	return c.operator.WhenMissing()
}

// condition is when a condition holds; nil where it is the same for every request.
func (l *lowering) condition(c *condition) (cond plan.Value, constant bool) {
	if c.missing() {
		return nil, c.whenMissing()
	}
	always := c.key.Standing() == language.Always
	if c.operator.Test == language.Null {
		return l.null(c, always)
	}
	cond = l.test(c)
	if c.operator.Negated {
		cond = plan.Not{X: cond}
	}
	// A missing value makes a test false, and a negated one true. Only what differs from that is written.
	switch when := c.operator.WhenMissing(); {
	case always || when == c.operator.Negated:
		return cond, false
	case when:
		return or(plan.PolicyNull.Call(l.value(c.key)), cond), false
	default:
		return and(plan.Not{X: plan.PolicyNull.Call(l.value(c.key))}, cond), false
	}
}

// null is whether a key is missing, or is not.
func (l *lowering) null(c *condition, always bool) (cond plan.Value, constant bool) {
	switch missing := plan.PolicyNull.Call(l.value(c.key)); {
	case always:
		return nil, c.wants[0]
	case c.wants[0] && c.wants[1]:
		return nil, true
	case c.wants[1]:
		return missing, false
	default:
		return plan.Not{X: missing}, false
	}
}

// value is a key's value in the request.
func (l *lowering) value(k language.Key) plan.Value {
	return map[language.Key]plan.Selector{
		language.SourceIP: plan.PolicySourceIP, language.SourceVPC: plan.PolicySourceVPC, language.SourceVPCE: plan.PolicySourceVPCE,
		language.VPCSourceIP: plan.PolicyVPCSourceIP, language.UserAgent: plan.PolicyUserAgent, language.Referer: plan.PolicyReferer,
		language.SecureTransport: plan.PolicySecureTransport, language.ViaAWSService: plan.PolicyViaAWSService,
		language.RequestedRegion: plan.PolicyRequestedRegion, language.ResourceAccount: plan.PolicyResourceAccount,
		language.PrincipalARN: plan.PolicyPrincipalARN, language.PrincipalAccount: plan.PolicyPrincipalAccount,
		language.PrincipalType: plan.PolicyPrincipalType, language.PrincipalIsAWSService: plan.PolicyPrincipalIsAWSService,
		language.UserID: plan.PolicyUserID, language.Username: plan.PolicyUsername,
		language.CurrentTime: plan.PolicyTime, language.EpochTime: plan.PolicyTime,
	}[k].Call(request)
}

// test is whether a condition's test holds, negation aside.
func (l *lowering) test(c *condition) plan.Value {
	v := l.value(c.key)
	switch test := c.operator.Test; test {
	case language.Bool:
		return l.truth(c, v)
	case language.IPAddress:
		return plan.PolicyIPAddress.Call(v, l.set(plan.PolicyMustNetworks, "Networks", c.texts))
	case language.BinaryEquals: // decoded, and so never a template
		return plan.PolicyStringEquals.Call(append([]plan.Value{v}, l.texts(c.texts)...)...)
	case language.StringEquals:
		return l.compare(c, v, plan.PolicyStringEquals, plan.PolicyTemplateEquals)
	case language.StringEqualsIgnoreCase:
		return l.compare(c, v, plan.PolicyStringEqualsIgnoreCase, plan.PolicyTemplateEqualsIgnoreCase)
	case language.StringLike:
		return l.compare(c, v, plan.PolicyStringLike, plan.PolicyTemplateLike)
	case language.ARNLike:
		return l.compare(c, v, plan.PolicyARNLike, plan.PolicyTemplateARNLike)
	default:
		return l.moment(c, v)
	}
}

// truth compares with a truth value, or with both.
func (l *lowering) truth(c *condition, v plan.Value) plan.Value {
	var cond plan.Value
	if c.wants[1] {
		cond = plan.PolicyBool.Call(v, plan.Bool(true))
	}
	if c.wants[0] {
		cond = or(cond, plan.PolicyBool.Call(v, plan.Bool(false)))
	}
	return cond
}

// compare compares with texts and with those that have policy variables.
func (l *lowering) compare(c *condition, v plan.Value, operator plan.Symbol, method plan.Selector) plan.Value {
	var plain []string
	var cond plan.Value
	for _, text := range c.texts {
		if l.isTemplate(text) {
			cond = or(cond, method.Call(l.template(text), request, v))
			continue
		}
		plain = append(plain, text)
	}
	if len(plain) == 0 {
		return cond
	}
	return or(operator.Call(append([]plan.Value{v}, l.texts(plain)...)...), cond)
}

// moment compares with dates or numbers.
func (l *lowering) moment(c *condition, v plan.Value) plan.Value {
	operator, dates := map[language.Test]plan.Symbol{
		language.DateEquals: plan.PolicyDateEquals, language.DateLessThan: plan.PolicyDateLessThan,
		language.DateLessThanEquals: plan.PolicyDateLessThanEquals, language.DateGreaterThan: plan.PolicyDateGreaterThan,
		language.DateGreaterThanEquals: plan.PolicyDateGreaterThanEquals,
	}[c.operator.Test]
	if dates {
		return operator.Call(v, l.set(plan.PolicyMustDates, "Dates", c.texts))
	}
	operator = map[language.Test]plan.Symbol{
		language.NumericEquals: plan.PolicyNumericEquals, language.NumericLessThan: plan.PolicyNumericLessThan,
		language.NumericLessThanEquals: plan.PolicyNumericLessThanEquals, language.NumericGreaterThan: plan.PolicyNumericGreaterThan,
		language.NumericGreaterThanEquals: plan.PolicyNumericGreaterThanEquals,
	}[c.operator.Test]
	return operator.Call(v, l.set(plan.PolicyMustNumbers, "Numbers", c.texts))
}

// maxInline is how many texts stand where they are compared; more get a variable.
const maxInline = 4

// texts are the last arguments of a call.
func (l *lowering) texts(texts []string) []plan.Value {
	if len(texts) > maxInline {
		return []plan.Value{plan.Spread{X: l.variable("Texts", texts, list(texts))}}
	}
	all := make([]plan.Value, len(texts))
	for i, text := range texts {
		all[i] = plan.String(text)
	}
	return all
}

// set is the variable of values that are parsed when the gateway starts.
func (l *lowering) set(must plan.Symbol, suffix string, texts []string) plan.Value {
	args := []plan.Value{plan.Spread{X: list(texts)}}
	if len(texts) <= maxInline {
		args = l.texts(texts)
	}
	return l.variable(suffix, texts, must.Call(args...))
}

// isTemplate reports whether a text has policy variables.
func (l *lowering) isTemplate(text string) bool { return l.variables && language.HasVariable(text) }

// template is the variable of a text with policy variables.
func (l *lowering) template(text string) plan.Value {
	return l.variable("Template", []string{text}, plan.PolicyMustTemplate.Call(plan.String(text)))
}

func (l *lowering) variable(suffix string, texts []string, v plan.Value) plan.Value {
	id := suffix + "\x00" + strings.Join(texts, "\x00")
	if name, ok := l.known[id]; ok {
		return name
	}
	name := plan.Name(l.fresh(l.name + suffix))
	l.known[id] = name
	l.specs = append(l.specs, plan.Spec{Name: string(name), Value: v})
	return name
}

// list is a list of texts, one a line.
func list(texts []string) plan.Value {
	items := make([]plan.Value, len(texts))
	for i, text := range texts {
		items[i] = plan.String(text)
	}
	return plan.List{Elem: plan.Name("string"), Items: items, Lines: true}
}
