package vtl

import (
	"math/big"
	"strconv"

	"github.com/gatewright/gatewright/runtime/value"
)

// Add is +: texts are joined, numbers added, anything else is null.
func (r *Renderer) Add(x, y Value) Value {
	if !isText(x) && !isText(y) {
		return compute('+', x, y)
	}
	return r.Join(x, y)
}

// isText reports whether + joins v as a text. A #define block is none, unless the other side is.
func isText(v Value) bool { return v.Kind() == value.KindString }

func compute(op value.Arithmetic, x, y Value) Value {
	v, ok := value.Compute(op, x, y)
	if !ok {
		panic(value.Thrown{Reason: "arithmetic that Java refuses"})
	}
	return v
}

// Subtract is -.
func Subtract(x, y Value) Value { return compute('-', x, y) }

// Multiply is *.
func Multiply(x, y Value) Value { return compute('*', x, y) }

// Divide is /.
func Divide(x, y Value) Value { return compute('/', x, y) }

// Modulo is %.
func Modulo(x, y Value) Value { return compute('%', x, y) }

// Equal is ==.
func Equal(x, y Value) bool { return value.Equal(x, y) }

// Less is <, which only numbers can be.
func Less(x, y Value) bool {
	order, ok := value.CompareNumbers(x, y)
	return ok && order < 0
}

// LessOrEqual is <=.
func LessOrEqual(x, y Value) bool {
	order, ok := value.CompareNumbers(x, y)
	return ok && order <= 0
}

// Set gives v, or the old value when v is null: assigning null changes nothing (mapping-templates.md 3.1).
func Set(old, v Value) Value {
	if v.IsNull() {
		return old
	}
	return v
}

// List is [items…].
func List(items ...Value) Value {
	elements := make([]Value, len(items))
	copy(elements, items)
	return value.ListOf(&value.List{Elements: elements})
}

// Map is {key: value…}, given one after the other.
func Map(keysAndValues ...Value) Value {
	m := &value.Map{Entries: make([]value.Entry, 0, len(keysAndValues)/2)}
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		m.Put(keysAndValues[i], keysAndValues[i+1])
	}
	return value.MapOf(m)
}

// maxRange bounds the elements of a range: a loop runs MaxRounds rounds at most.
const maxRange = 1 << 20

// Range is [from..to], both ends included, up or down; null unless both are numbers.
func Range(from, to Value) Value {
	a, okA := bound(from)
	b, okB := bound(to)
	if !okA || !okB {
		return value.Null
	}
	step := 1
	if b < a {
		step = -1
	}
	n := (b-a)*step + 1
	if n > maxRange {
		panic(value.Thrown{Reason: "a range of more than " + strconv.Itoa(maxRange) + " elements"})
	}
	l := &value.List{Elements: make([]Value, n)}
	for i := range n {
		l.Elements[i] = value.Int(int64(a + i*step))
	}
	return value.ListOf(l)
}

// bound turns a number into the int that bounds a range.
func bound(v Value) (int, bool) {
	if !v.IsNumber() {
		return 0, false
	}
	i, _ := v.Call("intValue").AsInt()
	return int(i), true
}

// Big is a whole number that no long holds.
func Big(text string) Value {
	n, _ := new(big.Int).SetString(text, 10)
	return value.Big(n)
}
