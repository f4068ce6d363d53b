package value

import (
	"math"
	"math/big"
	"strconv"
	"unsafe"
)

// Decimal is Java's BigDecimal: Unscaled × 10^-Scale.
type Decimal struct {
	Unscaled *big.Int
	Scale    int
}

// IsNumber reports whether v is a number.
func (v Value) IsNumber() bool { return KindInt <= v.k && v.k <= KindDecimal }

// isInteger reports whether v is a whole-number type.
func (v Value) isInteger() bool { return v.k == KindInt || v.k == KindLong || v.k == KindBig }

// bigInt returns an integer value as a big integer, not to be changed.
func (v Value) bigInt() *big.Int {
	if v.k == KindBig {
		return (*big.Int)(v.p)
	}
	return big.NewInt(int64(v.n))
}

// float returns a number as a double.
func (v Value) float() float64 {
	switch v.k {
	case KindInt, KindLong:
		return float64(int64(v.n))
	case KindBig:
		f, _ := new(big.Float).SetInt((*big.Int)(v.p)).Float64()
		return f
	case KindDecimal:
		f, _ := strconv.ParseFloat((*Decimal)(v.p).Text(), 64)
		return f
	}
	return math.Float64frombits(v.n)
}

// decimal returns a number as a BigDecimal; ok is false for what none can hold (NaN, infinities).
func (v Value) decimal() (*Decimal, bool) {
	switch v.k {
	case KindDecimal:
		return (*Decimal)(v.p), true
	case KindInt, KindLong, KindBig:
		return &Decimal{Unscaled: v.bigInt()}, true
	}
	f := v.float()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, false
	}
	// new BigDecimal(double) is exact: f = m × 2^e, and 2^-k = 5^k × 10^-k.
	frac, exp := math.Frexp(f)
	m := big.NewInt(int64(frac * (1 << 53)))
	exp -= 53
	for exp < 0 && m.Bit(0) == 0 && m.Sign() != 0 {
		m.Rsh(m, 1)
		exp++
	}
	if m.Sign() == 0 {
		return &Decimal{Unscaled: m}, true
	}
	if exp >= 0 {
		return &Decimal{Unscaled: m.Lsh(m, uint(exp))}, true
	}
	five := new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(-exp)), nil)
	return &Decimal{Unscaled: m.Mul(m, five), Scale: -exp}, true
}

// ParseDecimal reads what Java's BigDecimal(String) reads; ok is false when it is no number.
func ParseDecimal(s string) (*Decimal, bool) {
	mantissa, exponent := s, 0
	for i := range len(s) {
		if s[i] == 'e' || s[i] == 'E' {
			e, err := strconv.Atoi(s[i+1:])
			if err != nil || e > 1<<30 || e < -1<<30 {
				return nil, false
			}
			mantissa, exponent = s[:i], e
			break
		}
	}
	digits := make([]byte, 0, len(mantissa))
	scale, point := 0, false
	for i := range len(mantissa) {
		c := mantissa[i]
		switch {
		case c == '.' && !point:
			point = true
			continue
		case point:
			scale++
		}
		digits = append(digits, c)
	}
	n, ok := new(big.Int).SetString(string(digits), 10)
	if !ok {
		return nil, false
	}
	return &Decimal{Unscaled: n, Scale: scale - exponent}, true
}

// aligned returns the unscaled values of x and y at their larger scale; ok is false when that scale is absurd.
func aligned(x, y *Decimal) (a, b *big.Int, scale int, ok bool) {
	scale = max(x.Scale, y.Scale)
	if scale-x.Scale > maxScale || scale-y.Scale > maxScale {
		return nil, nil, 0, false
	}
	return scaled(x, scale), scaled(y, scale), scale, true
}

// maxScale bounds the powers of ten that arithmetic on hostile numbers may need.
const maxScale = 10_000

// maxBits bounds the operands of arithmetic: a template that squares a number again and again must come to an end.
const maxBits = 1 << 20

func scaled(d *Decimal, scale int) *big.Int {
	if d.Scale == scale {
		return d.Unscaled
	}
	return new(big.Int).Mul(d.Unscaled, pow10(scale-d.Scale))
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// Arithmetic is one of + - * / %.
type Arithmetic byte

// Compute does Velocity's arithmetic on two numbers (mapping-templates.md 4). The result is null for a division by
// zero and for anything that is no number; ok is false where Java throws.
func Compute(op Arithmetic, x, y Value) (result Value, ok bool) {
	if !x.IsNumber() || !y.IsNumber() {
		return Null, true
	}
	if (op == '/' || op == '%') && y.float() == 0 {
		return Null, true
	}
	if x.isInteger() && y.isInteger() {
		return computeInteger(op, x, y)
	}
	if x.k == KindDecimal || y.k == KindDecimal || x.k == KindBig || y.k == KindBig {
		return computeDecimal(op, x, y)
	}
	a, b := x.float(), y.float()
	switch op {
	case '+':
		return Double(a + b), true
	case '-':
		return Double(a - b), true
	case '*':
		return Double(a * b), true
	case '/':
		return Double(a / b), true
	}
	return Double(math.Mod(a, b)), true
}

// computeInteger works on ints and longs directly and on big integers where they overflow.
func computeInteger(op Arithmetic, x, y Value) (result Value, ok bool) {
	if x.k != KindBig && y.k != KindBig {
		if r, ok := computeInt64(op, int64(x.n), int64(y.n)); ok {
			if x.k == KindLong || y.k == KindLong {
				return Long(r), true
			}
			return Int(r), true
		}
	}
	a, b, r := x.bigInt(), y.bigInt(), new(big.Int)
	if a.BitLen()+b.BitLen() > maxBits {
		return Null, false
	}
	switch op {
	case '+':
		r.Add(a, b)
	case '-':
		r.Sub(a, b)
	case '*':
		r.Mul(a, b)
	case '/':
		r.Quo(a, b)
	case '%': // BigInteger.mod, which is never negative
		if b.Sign() < 0 {
			return Null, false
		}
		r.Mod(a, b)
	}
	return Value{p: unsafe.Pointer(r), k: KindBig}, true // a BigInteger stays one even when a long would hold it
}

// computeInt64 works on 64 bits; ok is false on overflow.
func computeInt64(op Arithmetic, a, b int64) (int64, bool) {
	switch op {
	case '+':
		r := a + b
		return r, (a^r)&(b^r) >= 0
	case '-':
		r := a - b
		return r, (a^b)&(a^r) >= 0
	case '*':
		if a == 0 || b == 0 {
			return 0, true
		}
		r := a * b
		return r, r/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
	case '/':
		return a / b, !(a == math.MinInt64 && b == -1)
	}
	if b == -1 {
		return 0, true
	}
	return a % b, true
}

// computeDecimal works on BigDecimals. Java has no remainder of one there and throws.
func computeDecimal(op Arithmetic, x, y Value) (Value, bool) {
	a, okA := x.decimal()
	b, okB := y.decimal()
	if !okA || !okB || a.Unscaled.BitLen()+b.Unscaled.BitLen() > maxBits {
		return Null, false
	}
	switch op {
	case '+', '-':
		m, n, scale, ok := aligned(a, b)
		if !ok {
			return Null, false
		}
		r := new(big.Int)
		if op == '+' {
			r.Add(m, n)
		} else {
			r.Sub(m, n)
		}
		return DecimalOf(&Decimal{Unscaled: r, Scale: scale}), true
	case '*':
		return DecimalOf(&Decimal{Unscaled: new(big.Int).Mul(a.Unscaled, b.Unscaled), Scale: a.Scale + b.Scale}), true
	case '/':
		return divideDecimal(a, b)
	}
	return Null, false
}

// divideDecimal divides keeping the left side's scale, halves rounded towards zero.
func divideDecimal(a, b *Decimal) (Value, bool) {
	shift := b.Scale
	if shift > maxScale || shift < -maxScale {
		return Null, false
	}
	num, den := a.Unscaled, b.Unscaled
	if shift >= 0 {
		num = new(big.Int).Mul(num, pow10(shift))
	} else {
		den = new(big.Int).Mul(den, pow10(-shift))
	}
	q, r := new(big.Int).QuoRem(num, den, new(big.Int))
	twice := r.Abs(r).Lsh(r, 1)
	if twice.CmpAbs(den) > 0 {
		q.Add(q, big.NewInt(int64(num.Sign()*den.Sign())))
	}
	return DecimalOf(&Decimal{Unscaled: q, Scale: a.Scale}), true
}

// CompareNumbers compares two numbers; ok is false when one is none, or not comparable (NaN).
func CompareNumbers(x, y Value) (order int, ok bool) {
	if !x.IsNumber() || !y.IsNumber() {
		return 0, false
	}
	if x.k <= KindLong && y.k <= KindLong {
		a, b := int64(x.n), int64(y.n)
		switch {
		case a < b:
			return -1, true
		case a > b:
			return 1, true
		}
		return 0, true
	}
	if x.isInteger() && y.isInteger() {
		return x.bigInt().Cmp(y.bigInt()), true
	}
	if x.k == KindDecimal || y.k == KindDecimal || x.k == KindBig || y.k == KindBig {
		a, okA := x.decimal()
		b, okB := y.decimal()
		if okA && okB {
			if m, n, _, ok := aligned(a, b); ok {
				return m.Cmp(n), true
			}
		}
	}
	a, b := x.float(), y.float()
	switch {
	case a < b:
		return -1, true
	case a > b:
		return 1, true
	case a == b:
		return 0, true
	}
	return 0, false
}
