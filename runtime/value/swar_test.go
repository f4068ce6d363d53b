package value

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOrdinary compares the search by words with one by bytes.
func TestOrdinary(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		b := make([]byte, random.IntN(24))
		for i := range b {
			b[i] = byte(random.IntN(256))
			if random.IntN(3) > 0 {
				b[i] = "a\x7e\x80 !#[]"[random.IntN(8)]
			}
		}
		s, want := string(b), len(b)
		for i, c := range b {
			if c == '"' || c == '\\' || c < ' ' || c == 0x7f {
				want = i
				break
			}
		}
		require.Equal(t, want, ordinary(s, 0, '"'), "%q", s)
	}
}

// TestObjectsAlike checks that an object is read the same alone and behind another one, whose names it may share.
func TestObjectsAlike(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pieces := []string{`"a":`, `"b":`, `"a" :`, ` "b":`, `a:`, `'a':`, `"\u0061":`, `"a\"b":`, `'a"b':`, `"c":`}
	values := []string{"1", `"x"`, ` "y"`, `"\n"`, "{}", `{"a":1}`, `{"a":1,"b":2}`, "[]", "null", "1.50", "x", "01", "123456789012"}
	object := func() string {
		var b strings.Builder
		b.WriteString("{")
		for i := range random.IntN(4) {
			if i > 0 {
				b.WriteString([]string{",", ", ", ",,", "\n,"}[random.IntN(4)])
			}
			b.WriteString(pieces[min(random.IntN(14), 9)] + values[random.IntN(len(values))])
		}
		return b.String() + []string{"}", " }", ",}"}[random.IntN(3)]
	}
	for range 100_000 {
		var alone, pair Document
		first, second := object(), object()
		v1, strict1, err1 := alone.Read(first)
		v2, strict2, err2 := alone.Read(second)
		both, strict, err := pair.Read("[" + first + "," + second + "]")
		if err1 != nil || err2 != nil {
			continue // how far it reads then is of no interest
		}
		require.NoError(t, err, "%s %s", first, second)
		l, _ := both.AsList()
		require.Len(t, l.Elements, 2)
		assert.Equal(t, Text(v1), Text(l.Elements[0]), "%s", first)
		assert.Equal(t, Text(v2), Text(l.Elements[1]), "%s behind %s", second, first)
		assert.Equal(t, strict1 && strict2, strict, "%s %s", first, second)
	}
}
