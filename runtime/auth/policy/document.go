package policy

import (
	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// Document is a policy that came at run time: the one that a Lambda authorizer answers with (rest.md 12.3). It names no
// principals, as it is about the caller that the authorizer was asked for. It never changes, so that it may be cached and
// asked by many requests at once.
type Document struct{ statements []statement }

type statement struct {
	effect     Effect
	actions    Action // that the statement is about
	except     bool   // NotResource
	resources  []pattern
	conditions []condition
}

// pattern is a text of the policy, as such or with variables.
type pattern struct {
	text     string
	template *Template
}

// condition is one key under one operator.
type condition struct {
	operator language.Operator
	key      language.Key
	present  bool // every request has the key
	texts    []pattern
	wants    [2]bool // for Bool and Null: whether false, and true, are asked for
	networks Networks
	dates    Dates
	numbers  Numbers
}

// Evaluate says what the policy says of r.
func (d *Document) Evaluate(r *Request) Effect {
	effect := Neutral
	for i := range d.statements {
		s := &d.statements[i]
		if s.effect == effect || !s.applies(r) {
			continue
		}
		if effect = s.effect; effect == ExplicitDeny {
			return effect
		}
	}
	return effect
}

func (s *statement) applies(r *Request) bool {
	if !r.Action(s.actions) || s.names(r) == s.except {
		return false
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(r) {
			return false
		}
	}
	return true
}

// names reports whether one of the statement's resources is the request's.
func (s *statement) names(r *Request) bool {
	for i := range s.resources {
		p := &s.resources[i]
		if p.template != nil && p.template.Resource(r) || p.template == nil && language.MatchARN(p.text, r.ResourceARN()) {
			return true
		}
	}
	return false
}

func (c *condition) holds(r *Request) bool {
	if c.numbers != nil || c.dates != nil {
		if !c.present {
			return c.operator.WhenMissing()
		}
		return c.compareTime(r) != c.operator.Negated
	}
	value := r.value(c.key)
	switch {
	case c.operator.Test == language.Null:
		return value == "" && c.wants[1] || value != "" && c.wants[0]
	case value == "":
		return c.operator.WhenMissing()
	}
	return c.compare(r, value) != c.operator.Negated
}

// compare makes the test on a value that is there.
func (c *condition) compare(r *Request, value string) bool {
	switch c.operator.Test {
	case language.IPAddress:
		return IPAddress(value, c.networks)
	case language.Bool:
		return c.wants[1] && Bool(value, true) || c.wants[0] && Bool(value, false)
	}
	for i := range c.texts {
		if c.texts[i].equals(r, c.operator.Test, value) {
			return true
		}
	}
	return false
}

func (p *pattern) equals(r *Request, test language.Test, value string) bool {
	if t := p.template; t != nil {
		switch test {
		case language.StringEqualsIgnoreCase:
			return t.EqualsIgnoreCase(r, value)
		case language.StringLike:
			return t.Like(r, value)
		case language.ARNLike:
			return t.ARNLike(r, value)
		}
		return t.Equals(r, value)
	}
	switch test {
	case language.StringEqualsIgnoreCase:
		return StringEqualsIgnoreCase(value, p.text)
	case language.StringLike:
		return StringLike(value, p.text)
	case language.ARNLike:
		return ARNLike(value, p.text)
	}
	return StringEquals(value, p.text)
}

// compareTime makes the test on the request's time.
func (c *condition) compareTime(r *Request) bool {
	t := r.Time()
	switch c.operator.Test {
	case language.DateEquals:
		return DateEquals(t, c.dates)
	case language.DateLessThan:
		return DateLessThan(t, c.dates)
	case language.DateLessThanEquals:
		return DateLessThanEquals(t, c.dates)
	case language.DateGreaterThan:
		return DateGreaterThan(t, c.dates)
	case language.DateGreaterThanEquals:
		return DateGreaterThanEquals(t, c.dates)
	case language.NumericEquals:
		return NumericEquals(t, c.numbers)
	case language.NumericLessThan:
		return NumericLessThan(t, c.numbers)
	case language.NumericLessThanEquals:
		return NumericLessThanEquals(t, c.numbers)
	case language.NumericGreaterThan:
		return NumericGreaterThan(t, c.numbers)
	}
	return NumericGreaterThanEquals(t, c.numbers)
}
