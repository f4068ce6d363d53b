// Package value holds what mapping templates, parameter mappings and JSONPaths work on: Java's values as API Gateway
// shows them, parsed from JSON or made by a template. It must not know requests or templates.
package value

import (
	"math"
	"math/big"
	"unsafe"
)

// Kind is what a Value holds.
type Kind uint8

// The kinds. Int and Long are Java's int and long, Big a BigInteger, Decimal a BigDecimal.
const (
	KindNull Kind = iota
	KindBool
	KindInt
	KindLong
	KindBig
	KindDouble
	KindDecimal
	KindString
	KindList
	KindMap
	KindObject // an Object
)

// Value is one value of 24 bytes. The zero Value is null. Texts may alias a request's buffers and live as long as it.
type Value struct {
	p unsafe.Pointer // text, *List, *Map, *big.Int, *Decimal, *Object
	n uint64         // length of a text, bits of a number or Boolean
	k Kind
}

// Object is a value with its own behaviour, such as $foreach, a map's entry or the array that split returns.
type Object interface {
	// Text is what printing gives.
	Text() string
	// Property is .name; ok is false when there is none.
	Property(name string) (v Value, ok bool)
	// Call is .name(args); ok is false when there is no such method.
	Call(name string, args []Value) (v Value, ok bool)
	// Items are what #foreach walks; ok is false when it walks nothing.
	Items() (items []Value, ok bool)
}

// Null is null.
var Null = Value{}

// String makes a text.
func String(s string) Value {
	return Value{p: unsafe.Pointer(unsafe.StringData(s)), n: uint64(len(s)), k: KindString}
}

// Bool makes a Boolean.
func Bool(b bool) Value {
	v := Value{k: KindBool}
	if b {
		v.n = 1
	}
	return v
}

// Int makes the smallest of Java's integer types from int up that holds i.
func Int(i int64) Value {
	if i == int64(int32(i)) {
		return Value{n: uint64(i), k: KindInt}
	}
	return Value{n: uint64(i), k: KindLong}
}

// Long makes a long.
func Long(i int64) Value { return Value{n: uint64(i), k: KindLong} }

// Double makes a double.
func Double(f float64) Value { return Value{n: math.Float64bits(f), k: KindDouble} }

// Big makes the smallest integer type that holds i.
func Big(i *big.Int) Value {
	if i.IsInt64() {
		return Int(i.Int64())
	}
	return Value{p: unsafe.Pointer(i), k: KindBig}
}

// DecimalOf makes a BigDecimal.
func DecimalOf(d *Decimal) Value { return Value{p: unsafe.Pointer(d), k: KindDecimal} }

// ListOf makes a list value.
func ListOf(l *List) Value { return Value{p: unsafe.Pointer(l), k: KindList} }

// MapOf makes a map value.
func MapOf(m *Map) Value { return Value{p: unsafe.Pointer(m), k: KindMap} }

// ObjectOf makes an object value.
func ObjectOf(o Object) Value { return Value{p: unsafe.Pointer(&o), k: KindObject} }

// Kind tells what v holds.
func (v Value) Kind() Kind { return v.k }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.k == KindNull }

// AsString returns the text that v holds.
func (v Value) AsString() (string, bool) {
	if v.k != KindString {
		return "", false
	}
	return unsafe.String((*byte)(v.p), int(v.n)), true
}

// AsBool returns the Boolean that v holds.
func (v Value) AsBool() (b, ok bool) { return v.n != 0, v.k == KindBool }

// AsList returns the list that v holds.
func (v Value) AsList() (*List, bool) {
	if v.k != KindList {
		return nil, false
	}
	return (*List)(v.p), true
}

// AsMap returns the map that v holds.
func (v Value) AsMap() (*Map, bool) {
	if v.k != KindMap {
		return nil, false
	}
	return (*Map)(v.p), true
}

// AsObject returns the object that v holds.
func (v Value) AsObject() (Object, bool) {
	if v.k != KindObject {
		return nil, false
	}
	return *(*Object)(v.p), true
}

// AsInt returns v as an int64 when it holds an int or a long.
func (v Value) AsInt() (int64, bool) {
	return int64(v.n), v.k == KindInt || v.k == KindLong
}

// AsDouble returns the double that v holds.
func (v Value) AsDouble() (float64, bool) {
	return math.Float64frombits(v.n), v.k == KindDouble
}

// OrEmpty is v, or the empty text for null: a reference never yields null on API Gateway (mapping-templates.md 1).
func (v Value) OrEmpty() Value {
	if v.k == KindNull {
		return String("")
	}
	return v
}
