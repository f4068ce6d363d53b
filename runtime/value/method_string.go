package value

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// callString has java.lang.String's methods. Positions count UTF-16 code units.
func callString(s, name string, args []Value) Value {
	switch len(args) {
	case 0:
		return callString0(s, name)
	case 1:
		if v, ok := callString1(s, name, args[0]); ok {
			return v
		}
		return callStringText(s, name, args)
	case 2:
		if name == "substring" {
			return substringCall(s, args)
		}
		return callStringText(s, name, args)
	}
	if name == "format" {
		return callStringText(s, name, args)
	}
	return Null
}

func callString0(s, name string) Value {
	switch name {
	case "length":
		return Int(int64(length16(s)))
	case "isEmpty":
		return Bool(s == "")
	case "toUpperCase":
		return String(upper(s))
	case "toLowerCase":
		return String(lower(s))
	case "trim":
		return String(strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }))
	case "toString", "intern":
		return String(s)
	case "hashCode":
		return Int(int64(int32(hash(s))))
	case "toCharArray":
		return characters(s)
	}
	return Null
}

// upper is Java's toUpperCase, in which the sharp s becomes two letters.
func upper(s string) string {
	if strings.Contains(s, "ß") {
		s = strings.ReplaceAll(s, "ß", "SS")
	}
	return strings.Map(unicode.ToUpper, s)
}

// lower is Java's toLowerCase, in which the dotted capital I keeps its dot.
func lower(s string) string {
	if strings.Contains(s, "İ") {
		s = strings.ReplaceAll(s, "İ", "i\u0307")
	}
	return strings.ToLower(s)
}

// folded is s letter by letter as compareToIgnoreCase sees it.
func folded(s string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
}

// hash is Java's String.hashCode.
func hash(s string) uint32 {
	h := uint32(0)
	for _, u := range units(s) {
		h = 31*h + uint32(u)
	}
	return h
}

// callString1 has the methods whose argument may be something else than a text; ok is false for the others.
func callString1(s, name string, x Value) (v Value, ok bool) {
	switch name {
	case "equals":
		return Bool(Same(String(s), x)), true
	case "valueOf":
		return String(Text(x)), true
	case "equalsIgnoreCase":
		if x.IsNull() {
			return Bool(false), true
		}
		o, isText := x.AsString()
		if !isText {
			return Null, true
		}
		return Bool(strings.EqualFold(s, o)), true
	case "charAt":
		i, isInt := intArg([]Value{x}, 0)
		if !isInt {
			return Null, true
		}
		if i < 0 || i >= length16(s) {
			throw("charAt out of range")
		}
		return ObjectOf(Character(slice16(s, i, i+1))), true
	case "compareTo":
		if _, isText := x.AsString(); !isText {
			throw("compareTo of a text and something else")
		}
		return Null, false
	case "substring":
		return substringCall(s, []Value{x}), true
	}
	return Null, false
}

// substringCall is substring(from) and substring(from, to).
func substringCall(s string, args []Value) Value {
	from, ok := intArg(args, 0)
	to := length16(s)
	if len(args) > 1 && ok {
		to, ok = intArg(args, 1)
	}
	if !ok {
		return Null
	}
	if from < 0 || to > length16(s) || from > to {
		throw("substring out of range")
	}
	return String(slice16(s, from, to))
}

// callStringText has the methods whose first argument is a text.
func callStringText(s, name string, args []Value) Value {
	if !textMethod(name, len(args)) {
		return Null
	}
	x, ok := textArg(args, 0)
	if !ok {
		return intSearch(s, name, args)
	}
	switch name {
	case "concat":
		return String(s + x)
	case "contains":
		return Bool(strings.Contains(s, x))
	case "startsWith":
		return startsWith(s, x, args)
	case "endsWith":
		return Bool(strings.HasSuffix(s, x))
	case "compareTo":
		return Int(int64(compare16(s, x)))
	case "compareToIgnoreCase":
		return Int(int64(compare16(folded(s), folded(x))))
	case "indexOf":
		return indexOf(s, x, args)
	case "lastIndexOf":
		return lastIndexOf(s, x, args)
	case "matches":
		return Bool(matches(s, x))
	case "format":
		return String(format(x, args[1:]))
	case "split":
		return split(s, x, args)
	}
	y, ok := textArg(args, 1)
	if !ok {
		return Null
	}
	switch name {
	case "replace":
		return String(strings.ReplaceAll(s, x, y))
	case "replaceAll":
		return String(replace(s, x, y, -1))
	}
	return String(replace(s, x, y, 1)) // replaceFirst
}

// textMethod reports whether a method of that name takes n arguments, the first a text.
func textMethod(name string, n int) bool {
	switch name {
	case "concat", "contains", "endsWith", "compareTo", "compareToIgnoreCase", "matches":
		return n == 1
	case "startsWith", "indexOf", "lastIndexOf", "split":
		return n <= 2
	case "replace", "replaceAll", "replaceFirst":
		return n == 2
	case "format":
		return true
	}
	return false
}

// intSearch is indexOf and lastIndexOf of a code point; any other method does not match.
func intSearch(s, name string, args []Value) Value {
	c, ok := intArg(args, 0)
	if !ok || name != "indexOf" && name != "lastIndexOf" {
		return Null
	}
	if len(args) > 1 {
		if _, ok := intArg(args, 1); !ok {
			return Null
		}
	}
	if !utf8.ValidRune(rune(c)) || c != int(rune(c)) {
		return Int(-1)
	}
	if name == "indexOf" {
		return indexOf(s, string(rune(c)), args)
	}
	return lastIndexOf(s, string(rune(c)), args)
}

func startsWith(s, prefix string, args []Value) Value {
	if len(args) == 1 {
		return Bool(strings.HasPrefix(s, prefix))
	}
	from, ok := intArg(args, 1)
	if !ok {
		return Null
	}
	if from < 0 || from > length16(s) {
		return Bool(false)
	}
	return Bool(strings.HasPrefix(slice16(s, from, length16(s)), prefix))
}

// lastIndexOf is lastIndexOf(s) and lastIndexOf(s, from), which finds what starts at from or before.
func lastIndexOf(s, x string, args []Value) Value {
	if len(args) == 1 {
		return Int(int64(unitOffset(s, strings.LastIndex(s, x))))
	}
	from, ok := intArg(args, 1)
	switch {
	case !ok:
		return Null
	case from < 0:
		return Int(-1)
	}
	if end := from + length16(x); end < length16(s) {
		s = slice16(s, 0, end)
	}
	return Int(int64(unitOffset(s, strings.LastIndex(s, x))))
}

func indexOf(s, x string, args []Value) Value {
	if len(args) == 1 {
		return Int(int64(unitOffset(s, strings.Index(s, x))))
	}
	from, ok := intArg(args, 1)
	if !ok {
		return Null
	}
	n := length16(s)
	from = min(max(from, 0), n)
	i := strings.Index(slice16(s, from, n), x)
	if i < 0 {
		return Int(-1)
	}
	return Int(int64(from + unitOffset(slice16(s, from, n), i)))
}
