package schema

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/value"
)

func parsed(t testing.TB, text string) value.Value {
	t.Helper()
	v, err := new(value.Document).Parse(text)
	require.NoError(t, err, text)
	return v
}

// TestNumbers compares with exact fractions.
func TestNumbers(t *testing.T) {
	numbers := []string{"0", "-0.0", "1", "-1", "2", "10", "100", "1e2", "0.1", "0.3", "0.01", "1.10", "0.0075", "1e-7", "9007199254740993",
		"9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e30", "1e22", "10000000000000000000000", "123456789012345678901234567890.5", "1e308", "-2.5"}
	for _, a := range numbers {
		x, _ := new(big.Rat).SetString(a)
		for _, b := range numbers {
			y, _ := new(big.Rat).SetString(b)
			sign := func(n int) int { return min(1, max(-1, n)) }
			require.Equal(t, x.Cmp(y), sign(Compare(parsed(t, a), MustNumber(b))), "%s, %s", a, b)
			require.Equal(t, x.Cmp(y) == 0, Equal(parsed(t, a), parsed(t, b)), "%s, %s", a, b)
			if x.Cmp(y) == 0 {
				require.Equal(t, hash(parsed(t, a)), hash(parsed(t, b)), "%s, %s", a, b)
			}
			if y.Sign() > 0 {
				require.Equal(t, new(big.Rat).Quo(x, y).IsInt(), Divides(parsed(t, a), MustNumber(b)), "%s / %s", a, b)
			}
		}
	}
}

// TestHostileValues come to an end in time.
func TestHostileValues(t *testing.T) {
	start := time.Now()
	huge := parsed(t, "[1e1000000000, 1234567890123456789012e1000000, "+strings.Repeat("9", 10_000)+"]")
	l, _ := huge.AsList()
	for _, v := range l.Elements {
		Compare(v, MustNumber("1.5"))
		Divides(v, MustNumber("0.01"))
		IsInteger(v)
	}
	items, _ := parsed(t, "["+strings.Repeat(`{"a":[1]},`, 50_000)+`{"a":[1]}]`).AsList()
	require.False(t, Unique(items))
	var distinct strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&distinct, "1234567890123456789%d1,", i)
	}
	items, _ = parsed(t, "["+distinct.String()+"1]").AsList()
	require.True(t, Unique(items))
	slow := MustSlowPattern(`\A(a+)+\z`)
	require.False(t, slow.Match(strings.Repeat("a", 40)+"b"))
	require.Less(t, time.Since(start), 10*time.Second)
}
