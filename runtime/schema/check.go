package schema

import (
	"math"
	"unicode/utf8"

	"github.com/gatewright/gatewright/runtime/value"
)

// IsObject reports whether v is an object.
func IsObject(v value.Value) bool { return v.Kind() == value.KindMap }

// IsArray reports whether v is an array.
func IsArray(v value.Value) bool { return v.Kind() == value.KindList }

// IsString reports whether v is a text.
func IsString(v value.Value) bool { return v.Kind() == value.KindString }

// IsBoolean reports whether v is true or false.
func IsBoolean(v value.Value) bool { return v.Kind() == value.KindBool }

// IsNull reports whether v is null.
func IsNull(v value.Value) bool { return v.Kind() == value.KindNull }

// IsNumber reports whether v is a number.
func IsNumber(v value.Value) bool { return v.IsNumber() }

// IsInteger reports whether v is a number without a fraction, however it is written (2020-12).
func IsInteger(v value.Value) bool {
	switch v.Kind() {
	case value.KindInt, value.KindLong, value.KindBig:
		return true
	case value.KindDouble:
		f, _ := v.AsDouble()
		return f == math.Trunc(f)
	case value.KindDecimal:
		return Divides(v, one)
	}
	return false
}

var one = MustNumber("1")

// IsWhole reports whether v is a number that is written without a fraction: an integer of draft 4.
func IsWhole(v value.Value) bool {
	switch v.Kind() {
	case value.KindInt, value.KindLong, value.KindBig:
		return true
	}
	return false
}

// TypeName is the schema's word for what v is.
func TypeName(v value.Value) string {
	switch v.Kind() {
	case value.KindNull:
		return "null"
	case value.KindBool:
		return "boolean"
	case value.KindString:
		return "string"
	case value.KindList:
		return "array"
	case value.KindMap:
		return "object"
	}
	if IsInteger(v) {
		return "integer"
	}
	return "number"
}

// Length counts the code points of a text.
func Length(s string) int { return utf8.RuneCountInString(s) }

// Shorter reports whether a text has fewer than n code points.
func Shorter(s string, n int) bool { return len(s) < n || len(s) < 4*n && Length(s) < n }

// Longer reports whether a text has more than n code points.
func Longer(s string, n int) bool { return len(s) > n && (len(s) > 4*n || Length(s) > n) }

// Has reports whether an object has a property.
func Has(m *value.Map, name string) bool {
	for i := range m.Entries {
		if key, _ := m.Entries[i].Key.AsString(); key == name {
			return true
		}
	}
	return false
}

// Enum is a list of allowed values.
type Enum struct {
	values  []value.Value
	strings map[string]bool // where there are many
	text    string
}

// manyStrings is how many texts are looked up by hash.
const manyStrings = 16

// MustEnum reads a list of values; the generator wrote it.
func MustEnum(text string) Enum {
	v, err := new(value.Document).Parse(text)
	list, ok := v.AsList()
	if err != nil || !ok {
		panic("schema: no list of values: " + text)
	}
	e := Enum{text: text, values: list.Elements}
	if len(e.values) >= manyStrings {
		e.strings = map[string]bool{}
		for _, v := range e.values {
			if s, ok := v.AsString(); ok {
				e.strings[s] = true
			}
		}
	}
	return e
}

// Has reports whether v is in the list.
func (e *Enum) Has(v value.Value) bool {
	if s, ok := v.AsString(); ok {
		if e.strings != nil {
			return e.strings[s]
		}
		for i := range e.values {
			if x, ok := e.values[i].AsString(); ok && x == s {
				return true
			}
		}
		return false
	}
	for i := range e.values {
		if Equal(e.values[i], v) {
			return true
		}
	}
	return false
}
