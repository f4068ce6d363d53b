package value

import (
	"math"
	"strconv"
	"strings"
)

// maxPrintDepth bounds printing: a template can build a list that holds itself.
const maxPrintDepth = 1000

// TooDeep is what AppendText panics with when a value nests without end; Java overflows its stack there.
type TooDeep struct{}

// Error says what happened.
func (TooDeep) Error() string { return "value nests too deeply to print" }

// Text returns what printing v gives (mapping-templates.md 5 and 6.1).
func Text(v Value) string {
	if s, ok := v.AsString(); ok {
		return s
	}
	return string(AppendText(nil, v))
}

// AppendText appends what printing v gives; null is the word null. It panics with TooDeep.
func AppendText(dst []byte, v Value) []byte { return appendText(dst, v, 0) }

func appendText(dst []byte, v Value, depth int) []byte {
	if depth > maxPrintDepth {
		panic(TooDeep{})
	}
	switch v.k {
	case KindNull:
		return append(dst, "null"...)
	case KindBool:
		return strconv.AppendBool(dst, v.n != 0)
	case KindInt, KindLong:
		return strconv.AppendInt(dst, int64(v.n), 10)
	case KindBig:
		return v.bigInt().Append(dst, 10)
	case KindDouble:
		return appendDouble(dst, v.float())
	case KindDecimal:
		return append(dst, (*Decimal)(v.p).Text()...)
	case KindString:
		s, _ := v.AsString()
		return append(dst, s...)
	case KindList:
		return appendListText(dst, (*List)(v.p), depth)
	case KindMap:
		return appendMapText(dst, (*Map)(v.p), depth)
	}
	return appendObjectText(dst, v, depth)
}

// appendObjectText prints what holds other values at their depth: they may hold it in turn.
func appendObjectText(dst []byte, v Value, depth int) []byte {
	o, _ := v.AsObject()
	switch o := o.(type) {
	case *Pair:
		dst = append(appendText(dst, o.key, depth+1), '=')
		return appendText(dst, o.value(), depth+1)
	case *Collection:
		return appendElements(dst, o.items(), v, depth)
	}
	return append(dst, o.Text()...)
}

func appendListText(dst []byte, l *List, depth int) []byte {
	if l.JSON {
		return appendJSON(dst, ListOf(l), true, depth)
	}
	return appendElements(dst, l.Elements, ListOf(l), depth)
}

// appendElements prints the elements of whole, which it may be one of.
func appendElements(dst []byte, elements []Value, whole Value, depth int) []byte {
	dst = append(dst, '[')
	for i, e := range elements {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if e.isThe(whole) {
			dst = append(dst, "(this Collection)"...)
			continue
		}
		dst = appendText(dst, e, depth+1)
	}
	return append(dst, ']')
}

func appendMapText(dst []byte, m *Map, depth int) []byte {
	if m.Silent {
		return dst
	}
	dst = append(dst, '{')
	for i, e := range m.ordered() {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendMember(dst, e.Key, m, depth), '=')
		dst = appendMember(dst, e.Value, m, depth)
	}
	return append(dst, '}')
}

// appendMember prints a key or value of a map, which it may be itself.
func appendMember(dst []byte, v Value, of *Map, depth int) []byte {
	if v.k == KindMap && (*Map)(v.p) == of {
		return append(dst, "(this Map)"...)
	}
	return appendText(dst, v, depth+1)
}

// isThe reports whether v and w are one list, or the same view of one map.
func (v Value) isThe(w Value) bool {
	if v.k != w.k || v.k != KindList && v.k != KindObject {
		return false
	}
	if v.k == KindObject {
		a, _ := v.AsObject()
		b, _ := w.AsObject()
		x, okX := a.(*Collection)
		y, okY := b.(*Collection)
		return okX && okY && *x == *y
	}
	return v.p == w.p
}

// appendDouble prints a double as Java's Double.toString does.
func appendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0:
		if math.Signbit(f) {
			dst = append(dst, '-')
		}
		return append(dst, "0.0"...)
	}
	if abs := math.Abs(f); 1e-3 <= abs && abs < 1e7 {
		start := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		if !containsByte(dst[start:], '.') {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	var buf [32]byte
	b := strconv.AppendFloat(buf[:0], f, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(string(b), "e")
	dst = append(dst, mantissa...)
	if !strings.Contains(mantissa, ".") {
		dst = append(dst, ".0"...)
	}
	dst = append(dst, 'E')
	n, _ := strconv.Atoi(exponent)
	return strconv.AppendInt(dst, int64(n), 10)
}

func containsByte(b []byte, c byte) bool {
	for _, x := range b {
		if x == c {
			return true
		}
	}
	return false
}

// Text prints a decimal as Java's BigDecimal.toString does.
func (d *Decimal) Text() string {
	digits := d.Unscaled.String()
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if d.Scale == 0 {
		return sign + digits
	}
	exponent := len(digits) - 1 - d.Scale
	if d.Scale > 0 && exponent >= -6 {
		if pad := d.Scale - len(digits) + 1; pad > 0 {
			digits = strings.Repeat("0", pad) + digits
		}
		point := len(digits) - d.Scale
		return sign + digits[:point] + "." + digits[point:]
	}
	text := sign + digits[:1]
	if len(digits) > 1 {
		text += "." + digits[1:]
	}
	if exponent == 0 {
		return text
	}
	text += "E"
	if exponent > 0 {
		text += "+"
	}
	return text + strconv.Itoa(exponent)
}
