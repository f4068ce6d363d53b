package language

import "strings"

// Test is how a condition compares, without its negation and qualifiers.
type Test uint8

// The tests. Those of numbers and dates are the same five, told apart by what the values are.
const (
	NoTest Test = iota
	StringEquals
	StringEqualsIgnoreCase
	StringLike
	ARNLike // ArnEquals and ArnLike are the same
	BinaryEquals
	IPAddress
	Bool
	Null
	NumericEquals
	NumericLessThan
	NumericLessThanEquals
	NumericGreaterThan
	NumericGreaterThanEquals
	DateEquals
	DateLessThan
	DateLessThanEquals
	DateGreaterThan
	DateGreaterThanEquals
)

// Operator is a condition operator: its test, negated or not, and what stands before and behind its name.
type Operator struct {
	Test     Test
	Negated  bool
	IfExists bool
	Any      bool // ForAnyValue:
	All      bool // ForAllValues:
}

type operatorInfo struct {
	name    string
	test    Test
	negated bool
}

// operators are IAM's condition operators.
var operators = []operatorInfo{
	{"StringEquals", StringEquals, false}, {"StringNotEquals", StringEquals, true},
	{"StringEqualsIgnoreCase", StringEqualsIgnoreCase, false}, {"StringNotEqualsIgnoreCase", StringEqualsIgnoreCase, true},
	{"StringLike", StringLike, false}, {"StringNotLike", StringLike, true},
	{"ArnEquals", ARNLike, false}, {"ArnNotEquals", ARNLike, true},
	{"ArnLike", ARNLike, false}, {"ArnNotLike", ARNLike, true},
	{"IpAddress", IPAddress, false}, {"NotIpAddress", IPAddress, true},
	{"Bool", Bool, false}, {"BinaryEquals", BinaryEquals, false}, {"Null", Null, false},
	{"NumericEquals", NumericEquals, false}, {"NumericNotEquals", NumericEquals, true},
	{"NumericLessThan", NumericLessThan, false}, {"NumericLessThanEquals", NumericLessThanEquals, false},
	{"NumericGreaterThan", NumericGreaterThan, false}, {"NumericGreaterThanEquals", NumericGreaterThanEquals, false},
	{"DateEquals", DateEquals, false}, {"DateNotEquals", DateEquals, true},
	{"DateLessThan", DateLessThan, false}, {"DateLessThanEquals", DateLessThanEquals, false},
	{"DateGreaterThan", DateGreaterThan, false}, {"DateGreaterThanEquals", DateGreaterThanEquals, false},
}

// ParseOperator reads the name of a condition operator. Its case counts. Null takes no IfExists, as it asks for
// existence itself.
func ParseOperator(name string) (o Operator, ok bool) {
	if name, o.Any = strings.CutPrefix(name, "ForAnyValue:"); !o.Any {
		name, o.All = strings.CutPrefix(name, "ForAllValues:")
	}
	name, o.IfExists = strings.CutSuffix(name, "IfExists")
	for i := range operators {
		if operators[i].name == name {
			o.Test, o.Negated = operators[i].test, operators[i].negated
			return o, o.Test != Null || !o.IfExists && !o.Any && !o.All
		}
	}
	return Operator{}, false
}

// OperatorNames are the names of the operators, for suggestions.
func OperatorNames() []string {
	var names []string
	for _, o := range operators {
		names = append(names, o.name)
	}
	return names
}

// WhenMissing is what a condition gives for a request without the key: false, but true where the operator is negated,
// where IfExists asks for the key only if it is there, and where ForAllValues finds no value that could fail.
func (o Operator) WhenMissing() bool {
	switch {
	case o.IfExists || o.All:
		return true
	case o.Any:
		return false
	}
	return o.Negated
}

// Fits reports whether the test can be made on a key's values (IAM's user guide says it of each key). What compares
// texts also takes addresses, ARNs and truth values as the texts that they are.
func (t Test) Fits(k Key) bool {
	info := k.info()
	if info == nil {
		return true // never there, and so never compared
	}
	f := info.family
	switch t {
	case Null:
		return true
	case StringEquals, StringEqualsIgnoreCase, StringLike, BinaryEquals:
		return f == textFamily || f == addressFamily || f == arnFamily || f == boolFamily
	case ARNLike:
		return f == arnFamily
	case IPAddress:
		return f == addressFamily
	case Bool:
		return f == boolFamily
	case NumericEquals, NumericLessThan, NumericLessThanEquals, NumericGreaterThan, NumericGreaterThanEquals:
		return f == numberFamily || f == epochFamily
	}
	return f == dateFamily || f == epochFamily
}

// TakesVariables reports whether the test's values may hold policy variables: those of texts and ARNs may.
func (t Test) TakesVariables() bool {
	switch t {
	case StringEquals, StringEqualsIgnoreCase, StringLike, ARNLike:
		return true
	}
	return false
}
