package policy

import (
	"errors"
	"fmt"

	"github.com/gatewright/gatewright/runtime/auth/policy/language"
	"github.com/gatewright/gatewright/runtime/value"
)

func (r *reader) conditions(v value.Value) ([]condition, error) {
	m, ok := v.AsMap()
	if !ok {
		return nil, errors.New("not an object")
	}
	var all []condition
	for _, e := range m.Entries {
		name, _ := e.Key.AsString()
		operator, ok := language.ParseOperator(name)
		if !ok {
			return nil, fmt.Errorf("unknown operator %.80q", name)
		}
		keys, ok := e.Value.AsMap()
		if !ok {
			return nil, fmt.Errorf("%s: not an object", name)
		}
		if len(keys.Entries) == 0 {
			return nil, fmt.Errorf("%s: no condition key", name)
		}
		for _, k := range keys.Entries {
			key, _ := k.Key.AsString()
			c, err := r.condition(operator, key, k.Value)
			if err != nil {
				return nil, fmt.Errorf("%s: %.80s: %w", name, key, err)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// condition reads the values of a key. A key of Amazon's that no request has is missing, as it would be there; one that
// nobody knows is a mistake.
func (r *reader) condition(operator language.Operator, name string, v value.Value) (condition, error) {
	key, standing := language.FindKey(name)
	switch {
	case standing == language.Unknown:
		return condition{}, errors.New("unknown condition key")
	case !operator.Test.Fits(key):
		return condition{}, errors.New("the operator does not fit the condition key")
	}
	c := condition{operator: operator, key: key, present: standing == language.Always}
	err := r.each(v, func(text string) error { return r.value(&c, text) })
	return c, err
}

// value adds a value that a condition compares with.
func (r *reader) value(c *condition, text string) error {
	bad := func(wanted string) error { return fmt.Errorf("%.80q is not %s", text, wanted) }
	switch test := c.operator.Test; test {
	case language.Bool, language.Null:
		want, ok := language.ParseBool(text)
		if !ok {
			return bad("true or false")
		}
		if want {
			c.wants[1] = true
		} else {
			c.wants[0] = true
		}
	case language.IPAddress:
		network, ok := language.ParseNetwork(text)
		if !ok {
			return bad("an address or a range of addresses")
		}
		c.networks = append(c.networks, network)
	case language.BinaryEquals:
		decoded, ok := language.ParseBinary(text)
		if !ok {
			return bad("base64")
		}
		c.texts = append(c.texts, pattern{text: decoded})
	case language.StringEquals, language.StringEqualsIgnoreCase, language.StringLike, language.ARNLike:
		if arn, whole := language.IsARN(text, r.variables); test == language.ARNLike && !(arn && whole) && !language.IsAny(text) {
			return bad("an ARN of six parts")
		}
		p, err := r.pattern(text)
		c.texts = append(c.texts, p)
		return err
	default:
		return c.moment(text)
	}
	return nil
}

// moment adds a date or a number.
func (c *condition) moment(text string) error {
	if c.operator.Test >= language.DateEquals {
		date, ok := language.ParseDate(text)
		if !ok {
			return fmt.Errorf("%.80q is not a date", text)
		}
		c.dates = append(c.dates, date)
		return nil
	}
	number, ok := language.ParseNumber(text)
	if !ok {
		return fmt.Errorf("%.80q is not a number", text)
	}
	c.numbers = append(c.numbers, number)
	return nil
}
