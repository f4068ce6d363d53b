package schema

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/runtime/value"
)

// Number is a number of a schema: ±m × 10^e, or what is too long for that.
type Number struct {
	neg bool
	m   uint64
	e   int
	big *value.Decimal
	inf bool
}

// MustNumber reads a number; the generator wrote it.
func MustNumber(text string) Number {
	n, ok := parse(text)
	if !ok {
		panic("schema: no number: " + text)
	}
	return n
}

// maxDigits always fit 64 bits.
const maxDigits = 19

// parse reads a decimal number without allocating where its digits fit 64 bits.
func parse(text string) (Number, bool) {
	var n Number
	s := text
	if n.neg = strings.HasPrefix(s, "-"); n.neg {
		s = s[1:]
	}
	digits, point := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			if n.m > 0 || c > '0' {
				digits++
			}
			if digits <= maxDigits {
				n.m = n.m*10 + uint64(c-'0')
			}
			if point {
				n.e--
			}
			continue
		case c == '.' && !point:
			point = true
			continue
		case c == 'e' || c == 'E':
			e, err := strconv.Atoi(s[i+1:])
			if err != nil {
				return n, false
			}
			n.e += e
		default:
			return n, false
		}
		break
	}
	if digits > maxDigits {
		d, ok := value.ParseDecimal(text)
		n.big = d
		return n, ok
	}
	for n.m != 0 && n.m%10 == 0 {
		n.m /= 10
		n.e++
	}
	if n.m == 0 {
		n.e, n.neg = 0, false
	}
	return n, true
}

// number is what a value holds. A double is the shortest decimal that reads as it, which is what stood in the text.
func number(v value.Value) Number {
	switch v.Kind() {
	case value.KindInt, value.KindLong:
		i, _ := v.AsInt()
		return integer(i)
	case value.KindDouble:
		f, _ := v.AsDouble()
		if math.IsInf(f, 0) || f != f {
			return Number{inf: true, neg: f < 0}
		}
		var buffer [32]byte
		n, _ := parse(asText(strconv.AppendFloat(buffer[:0], f, 'e', -1, 64)))
		return n
	}
	n, _ := parse(value.Text(v))
	return n
}

func integer(i int64) Number {
	n := Number{neg: i < 0, m: uint64(i)}
	if n.neg {
		n.m = -n.m
	}
	for n.m != 0 && n.m%10 == 0 {
		n.m /= 10
		n.e++
	}
	return n
}

// decimal is n as a decimal of any length.
func (n Number) decimal() *value.Decimal {
	if n.big != nil {
		return n.big
	}
	d := &value.Decimal{Unscaled: new(big.Int).SetUint64(n.m), Scale: -n.e}
	if n.neg {
		d.Unscaled.Neg(d.Unscaled)
	}
	return d
}

// Compare orders a number and a limit exactly.
func Compare(v value.Value, limit Number) int { return compare(number(v), limit) }

func compare(a, b Number) int {
	switch {
	case a.inf:
		if a.neg {
			return -1
		}
		return 1
	case a.big != nil || b.big != nil:
		return compareBig(a.decimal(), b.decimal())
	case a.m == 0 && b.m == 0:
		return 0
	case a.sign() != b.sign():
		return a.sign() - b.sign()
	case a.neg:
		return -magnitude(a, b)
	}
	return magnitude(a, b)
}

func (n Number) sign() int {
	switch {
	case n.m == 0 && n.big == nil:
		return 0
	case n.neg:
		return -1
	}
	return 1
}

// magnitude compares without signs; neither is zero.
func magnitude(a, b Number) int {
	// The place of the first digit decides first: it also bounds the power that is multiplied with.
	if x, y := a.e+digits(a.m), b.e+digits(b.m); x != y {
		return x - y
	}
	if a.e >= b.e {
		hi, lo := bits.Mul64(a.m, power10(a.e-b.e))
		if hi > 0 || lo > b.m {
			return 1
		} else if lo < b.m {
			return -1
		}
		return 0
	}
	return -magnitude(b, a)
}

func digits(m uint64) int {
	n := 0
	for ; m > 0; m /= 10 {
		n++
	}
	return n
}

func power10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// compareBig compares decimals of any length. Those whose sizes differ by more than arithmetic should be spent on are
// told apart by their size.
func compareBig(a, b *value.Decimal) int {
	if x, y := a.Unscaled.Sign(), b.Unscaled.Sign(); x != y || x == 0 {
		return x - y
	}
	x, y := size(a), size(b)
	if x != y && (x-y > 2 || y-x > 2) {
		return (x - y) * a.Unscaled.Sign()
	}
	scale := max(a.Scale, b.Scale)
	if scale-a.Scale > maxScale || scale-b.Scale > maxScale {
		return (x - y) * a.Unscaled.Sign()
	}
	return scaled(a, scale).Cmp(scaled(b, scale))
}

// size is about the place of a decimal's first digit.
func size(d *value.Decimal) int { return int(float64(d.Unscaled.BitLen())*math.Log10(2)) - d.Scale }

// maxScale bounds the powers of ten that hostile numbers may need.
const maxScale = 10_000

func scaled(d *value.Decimal, scale int) *big.Int {
	if d.Scale == scale {
		return d.Unscaled
	}
	return new(big.Int).Mul(d.Unscaled, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale-d.Scale)), nil))
}

// exact bounds the whole numbers that doubles hold exactly: a double is on the same side of those as the decimal that it
// was read from.
const exact = 1 << 53

// Below reports whether a number is less than a whole limit.
func Below(v value.Value, limit int64) bool {
	if i, ok := v.AsInt(); ok {
		return i < limit
	}
	if f, ok := v.AsDouble(); ok && -exact < limit && limit < exact {
		return f < float64(limit)
	}
	return compare(number(v), integer(limit)) < 0
}

// Above reports whether a number is greater than a whole limit.
func Above(v value.Value, limit int64) bool {
	if i, ok := v.AsInt(); ok {
		return i > limit
	}
	if f, ok := v.AsDouble(); ok && -exact < limit && limit < exact {
		return f > float64(limit)
	}
	return compare(number(v), integer(limit)) > 0
}

// Divides reports whether v is a multiple of divisor, exactly.
func Divides(v value.Value, divisor Number) bool {
	if i, ok := v.AsInt(); ok && divisor.e == 0 && divisor.big == nil && divisor.m > 0 {
		return uint64(max(i, -i))%divisor.m == 0 // the smallest int64 is its own opposite, and right as a uint64
	}
	n := number(v)
	switch {
	case n.inf || divisor.sign() == 0:
		return false
	case n.big != nil || divisor.big != nil:
		return dividesBig(n.decimal(), divisor.decimal())
	case n.m == 0:
		return true
	case n.e < divisor.e:
		if divisor.e-n.e >= maxDigits {
			return false // n.m does not end in a zero
		}
		hi, lo := bits.Mul64(divisor.m, power10(divisor.e-n.e))
		return hi == 0 && n.m%lo == 0
	}
	return remainder(n.m, n.e-divisor.e, divisor.m) == 0
}

// remainder is m × 10^e modulo d.
func remainder(m uint64, e int, d uint64) uint64 {
	mul := func(a, b uint64) uint64 {
		hi, lo := bits.Mul64(a, b)
		_, r := bits.Div64(hi%d, lo, d)
		return r
	}
	r, base := m%d, 10%d
	for ; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = mul(r, base)
		}
		base = mul(base, base)
	}
	return r
}

func dividesBig(n, d *value.Decimal) bool {
	scale := max(n.Scale, d.Scale)
	if n.Unscaled.Sign() == 0 {
		return true
	}
	if scale-d.Scale > maxScale {
		return false // more decimals than a number of that length can lose
	}
	divisor := scaled(d, scale)
	if shift := scale - n.Scale; shift > maxScale {
		power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(shift)), new(big.Int).Abs(divisor))
		power.Mul(power, n.Unscaled)
		return power.Rem(power, divisor).Sign() == 0
	}
	return new(big.Int).Rem(scaled(n, scale), divisor).Sign() == 0
}
