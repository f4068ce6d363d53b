package value

import (
	"regexp"
	"strings"
)

// filter is one node of a filter's expression.
type filter struct {
	op          string // && || ! exists == != < <= > >= =~
	left, right *filter
	path        *Path   // of exists and comparisons
	operand     operand // of comparisons
	pattern     *regexp.Regexp
}

// operand is the right side of a comparison: a path or a literal. Literals are texts, whatever they look like; what
// they are compared with decides how.
type operand struct {
	path   *Path
	text   string
	number Value // the text as an int, else null
}

// value is what the operand stands for.
func (o *operand) value(v, root Value) (Value, Found) {
	if o.path == nil {
		return String(o.text), OK
	}
	return o.path.at(v, root)
}

// at evaluates a path of a filter: from the document when it starts with $, else from v.
func (p *Path) at(v, root Value) (Value, Found) {
	if p.fromRoot {
		v = root
	}
	return p.eval(v, root)
}

// accepts evaluates a filter for one value. Found is Broken where Jayway throws, else OK.
func (f *filter) accepts(v, root Value) (bool, Found) {
	switch f.op {
	case "&&", "||": // the right side first, as Jayway
		accepted, found := f.right.accepts(v, root)
		if found != OK || accepted == (f.op == "||") {
			return accepted, found
		}
		return f.left.accepts(v, root)
	case "!":
		accepted, found := f.left.accepts(v, root)
		return !accepted, found
	}
	x, found := f.path.at(v, root)
	switch {
	case found == Broken:
		return false, Broken
	case f.op == "exists":
		return found == OK && !x.IsNull(), OK
	case found == Missing:
		return false, OK
	case f.op == "=~":
		return !x.IsNull() && f.pattern.MatchString(Text(x)), OK
	}
	return f.compares(x, v, root)
}

// compares evaluates a comparison whose left side is x.
func (f *filter) compares(x, v, root Value) (bool, Found) {
	y, found := f.operand.value(v, root)
	if found != OK {
		return false, max(found, OK)
	}
	if (f.op[0] == '<' || f.op[0] == '>') && x.IsNull() != y.IsNull() {
		return false, OK
	}
	order, comparable, ok := f.operand.compare(x, y)
	switch {
	case !ok:
		return false, Broken
	case !comparable:
		return false, OK
	}
	switch f.op {
	case "==":
		return order == 0, OK
	case "!=":
		return order != 0, OK
	case "<":
		return order < 0, OK
	case "<=":
		return order <= 0, OK
	case ">":
		return order > 0, OK
	}
	return order >= 0, OK
}

// compare orders x, which the document holds, and y, the right side. Texts that are compared with numbers must be
// numbers: ok is false where Jayway throws.
func (o *operand) compare(x, y Value) (order int, comparable, ok bool) {
	switch xNull, yNull := nullish(x), nullish(y); {
	case xNull && yNull:
		return 0, true, true
	case xNull:
		return -1, true, true
	case yNull:
		return 1, true, true
	}
	expected, isText := y.AsString()
	switch a, isString := x.AsString(); {
	case isString && isText:
		return compare16(a, strings.ReplaceAll(expected, `\'`, "'")), true, true
	case x.IsNumber() && (isText || y.IsNumber()):
		order, ok = o.compareNumbers(x, y)
		return order, true, ok
	}
	a, isBool := x.AsBool()
	b, expectsBool := y.AsBool()
	if isText {
		b, expectsBool = strings.EqualFold(expected, "true"), true
	}
	if !isBool || !expectsBool {
		return 0, false, true
	}
	return boolOrder(a) - boolOrder(b), true, true
}

// compareNumbers compares by the numbers' texts, as decimals.
func (o *operand) compareNumbers(x, y Value) (order int, ok bool) {
	if x.Kind() == KindInt && o.number.Kind() == KindInt {
		return CompareNumbers(x, o.number)
	}
	a, okA := ParseDecimal(Text(x))
	b, okB := ParseDecimal(Text(y))
	if !okA || !okB {
		return 0, false
	}
	return CompareNumbers(DecimalOf(a), DecimalOf(b))
}

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// nullish reports whether a filter takes v for null: the text null is, too.
func nullish(v Value) bool {
	s, _ := v.AsString()
	return v.IsNull() || s == "null"
}
