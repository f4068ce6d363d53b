package value

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// callNumber has the methods of Java's number types.
func callNumber(v Value, name string, args []Value) Value {
	switch len(args) {
	case 0:
		return callNumber0(v, name)
	case 1:
		return callNumber1(v, name, args[0])
	case 2:
		radix, ok := intArg(args, 1)
		if name != "parseInt" || v.k != KindInt || !ok {
			return Null
		}
		if s, ok := textArg(args, 0); ok {
			return parseInt(s, radix)
		}
	}
	return Null
}

// parseInt is Integer.parseInt.
func parseInt(s string, radix int) Value {
	if radix < 2 || radix > 36 {
		return throw("not a radix")
	}
	n, err := strconv.ParseInt(s, radix, 32)
	if err != nil {
		return throw("not an int: " + strconv.Quote(s))
	}
	return Int(n)
}

func callNumber0(v Value, name string) Value {
	switch name {
	case "intValue":
		if v.k == KindDouble {
			return Int(min(max(v.truncated(), math.MinInt32), math.MaxInt32))
		}
		return Int(int64(int32(v.truncated())))
	case "longValue":
		return Long(v.truncated())
	case "doubleValue":
		return Double(v.float())
	case "floatValue": // a float prints with fewer digits
		f, _ := strconv.ParseFloat(strconv.FormatFloat(v.float(), 'g', -1, 32), 64)
		return Double(f)
	case "isNaN":
		if v.k == KindDouble {
			return Bool(math.IsNaN(v.float()))
		}
	case "isInfinite":
		if v.k == KindDouble {
			return Bool(math.IsInf(v.float(), 0))
		}
	case "hashCode":
		if v.k == KindInt {
			return v
		}
	case "toString":
		return String(Text(v))
	}
	return Null
}

// truncated is Java's narrowing to long: integers wrap, doubles saturate and NaN is 0.
func (v Value) truncated() int64 {
	switch v.k {
	case KindInt, KindLong:
		return int64(v.n)
	case KindBig:
		return int64(new(big.Int).And(v.bigInt(), new(big.Int).SetUint64(math.MaxUint64)).Uint64())
	}
	f := v.float()
	switch {
	case math.IsNaN(f):
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}

func callNumber1(v Value, name string, x Value) Value {
	switch name {
	case "equals":
		return Bool(Same(v, x))
	case "compareTo":
		if x.k != v.k {
			return throw("compareTo of numbers of two types")
		}
		order, _ := CompareNumbers(v, x)
		return Int(int64(order))
	case "parseInt", "valueOf":
		if v.k != KindInt {
			return Null
		}
		if x.k == KindInt && name == "valueOf" {
			return x
		}
		s, ok := textArg([]Value{x}, 0)
		if !ok {
			return Null
		}
		return parseInt(s, 10)
	case "parseDouble":
		if v.k != KindDouble {
			return Null
		}
		s, ok := textArg([]Value{x}, 0)
		if !ok {
			return Null
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return throw("not a double: " + strconv.Quote(s))
		}
		return Double(f)
	}
	return Null
}
