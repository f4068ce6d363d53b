package value

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDoubles holds Java's Double.toString.
func TestDoubles(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0.0", 1: "1.0", 0.001: "0.001", 0.0001: "1.0E-4", 1e7: "1.0E7", 9999999: "9999999.0", 1.23456789e7: "1.23456789E7",
		-0.5: "-0.5", 1e21: "1.0E21", 5e-324: "4.9E-324", math.MaxFloat64: "1.7976931348623157E308", math.Inf(1): "Infinity", 100: "100.0",
	} {
		if f == 5e-324 {
			want = "5.0E-324" // the shortest text that reads back; Java before 19 prints 4.9E-324
		}
		assert.Equal(t, want, Text(Double(f)))
	}
	assert.Equal(t, "-0.0", Text(Double(math.Copysign(0, -1))))
	assert.Equal(t, "NaN", Text(Double(math.NaN())))
}

// TestDecimals holds Java's BigDecimal.toString.
func TestDecimals(t *testing.T) {
	for text, want := range map[string]string{
		"1.50": "1.50", "0.00000012345": "1.2345E-7", "0.000001": "0.000001", "1e10": "1E+10", "12.5e3": "1.25E+4", "-0.5": "-0.5", "100": "100", "1.0e-2": "0.010",
	} {
		d, ok := ParseDecimal(text)
		require.True(t, ok, text)
		assert.Equal(t, want, d.Text(), text)
	}
	for _, text := range []string{"", "x", "1e", "1e99999999999", "1.2.3"} {
		_, ok := ParseDecimal(text)
		assert.False(t, ok, text)
	}
}

// TestArithmetic holds the types and the limits of Velocity's arithmetic.
func TestArithmetic(t *testing.T) {
	huge, _ := new(big.Int).SetString("99999999999999999999", 10)
	for _, row := range []struct {
		x    Value
		op   Arithmetic
		y    Value
		want string
	}{
		{Int(math.MaxInt32), '+', Int(1), "2147483648"},
		{Int(math.MaxInt64), '+', Int(1), "9223372036854775808"},
		{Int(math.MinInt64), '/', Int(-1), "9223372036854775808"},
		{Int(math.MinInt64), '%', Int(-1), "0"},
		{Int(-7), '/', Int(2), "-3"},
		{Int(-7), '%', Int(3), "-1"},
		{Int(7), '/', Double(2), "3.5"},
		{Int(1), '/', Int(0), "null"},
		{Double(1), '/', Double(0), "null"},
		{Big(huge), '*', Double(1.5), "149999999999999999998.5"},
		{Big(huge), '/', Int(3), "33333333333333333333"},
		{Int(-9), '%', Big(huge), "99999999999999999990"},
		{String("3"), '*', Int(2), "null"},
	} {
		got, ok := Compute(row.op, row.x, row.y)
		require.True(t, ok)
		assert.Equal(t, row.want, Text(got), "%s %c %s", Text(row.x), row.op, Text(row.y))
	}
	_, ok := Compute('%', Big(huge), Double(1.5))
	assert.False(t, ok, "Java throws")
	_, ok = Compute('%', Big(huge), Int(-7))
	assert.False(t, ok, "BigInteger.mod takes no negative modulus")
	tiny, _ := ParseDecimal("1e-1000000000")
	_, ok = Compute('+', DecimalOf(tiny), Int(1))
	assert.False(t, ok, "a power of ten without bound")
}

// TestEqual holds == and equals.
func TestEqual(t *testing.T) {
	assert.True(t, Equal(Int(1), Double(1)))
	assert.False(t, Same(Int(1), Double(1)))
	assert.True(t, Equal(Int(1), String("1")))
	assert.False(t, Equal(Double(1), String("1")))
	assert.True(t, Equal(Null, Null))
	assert.False(t, Equal(Null, String("")))
	list := ListOf(&List{Elements: []Value{Int(1)}})
	assert.True(t, Equal(list, ListOf(&List{Elements: []Value{Int(1)}, JSON: true})))
	assert.True(t, Equal(list, String("[1]")))
}

// TestSelf prints what holds itself: Java marks it where it stands directly within, and overflows its stack elsewhere.
func TestSelf(t *testing.T) {
	l := &List{}
	l.Elements = []Value{ListOf(l)}
	assert.Equal(t, "[(this Collection)]", Text(ListOf(l)))
	m := &Map{}
	m.Put(String("m"), MapOf(m))
	assert.Equal(t, "{m=(this Map)}", Text(MapOf(m)))
	for _, view := range []string{"values", "entrySet"} {
		m := &Map{}
		m.Put(String("m"), MapOf(m).Call(view))
		if view == "values" {
			assert.Equal(t, "{m=[(this Collection)]}", Text(MapOf(m)))
			continue
		}
		assert.PanicsWithValue(t, TooDeep{}, func() { Text(MapOf(m)) })
		assert.PanicsWithValue(t, TooDeep{}, func() { AppendJSON(nil, ListOf(&List{Elements: []Value{MapOf(m)}})) })
		list := &List{JSON: true}
		list.Elements = []Value{m.get("m")}
		m.Put(String("l"), ListOf(list))
		assert.PanicsWithValue(t, TooDeep{}, func() { Text(ListOf(list)) })
	}
}

// TestLargeMaps checks that maps work the same beyond the size from which they keep an index.
func TestLargeMaps(t *testing.T) {
	m := &Map{}
	for i := range 100 {
		m.Put(Int(int64(i)), Int(int64(i)))
		m.Put(String("k"+Text(Int(int64(i)))), Int(int64(i)))
	}
	for i := range 100 {
		v, ok := m.GetString("k" + Text(Int(int64(i))))
		require.True(t, ok)
		assert.Equal(t, Text(Int(int64(i))), Text(v))
	}
	assert.Equal(t, "7", Text(m.Remove(String("k7"))))
	_, ok := m.GetString("k7")
	assert.False(t, ok)
	v, _ := m.GetString("k99")
	assert.Equal(t, "99", Text(v))
	assert.Len(t, m.Entries, 199)
}

// TestHashOrder holds the order of java.util.HashMap for $context.
func TestHashOrder(t *testing.T) {
	m := &Map{Order: Hashed}
	for _, k := range strings.Fields("stage apiId resourceId path") {
		m.Put(String(k), Null)
	}
	var keys []string
	for _, k := range m.Keys() {
		keys = append(keys, Text(k))
	}
	assert.Equal(t, []string{"path", "resourceId", "stage", "apiId"}, keys)
}

// TestEndless checks that what holds itself is not printed for ever.
func TestEndless(t *testing.T) {
	l := &List{}
	l.Elements = []Value{ListOf(l)}
	assert.PanicsWithValue(t, TooDeep{}, func() { AppendJSON(nil, ListOf(l)) })
	outer := &List{Elements: []Value{ListOf(&List{Elements: make([]Value, 1)})}}
	outer.Elements[0].Call("set", Int(0), ListOf(outer))
	assert.PanicsWithValue(t, TooDeep{}, func() { Text(ListOf(outer)) })
	assert.False(t, Same(ListOf(l), ListOf(&List{Elements: []Value{ListOf(l)}})))
}

// TestPaths holds the JSONPath dialect.
func TestPaths(t *testing.T) {
	const body = `{"a":{"b":[1,2,3,{"c":"d"}],"x-y":5},"items":[{"id":1,"t":"a","n":null},{"id":2,"t":"b"},{"id":3}],"e":[]}`
	var d Document
	root, err := d.Parse(body)
	require.NoError(t, err)
	for path, want := range map[string]string{
		"$.a.x-y": "5", "a['x-y']": "5", " $.a.b[0] ": "1", "$.a.b[-1].c": `"d"`, "$.a.b[0,2]": "[1,3]", "$.a.b[1:3]": "[2,3]", "$.a.b[:2]": "[1,2]",
		"$.a.b[-2:]": `[3,{"c":"d"}]`, "$.items[*].id": "[1,2,3]", "$..id": "[1,2,3]", "$.items[?(@.t)].id": "[1,2]", "$.items[?(!@.t)].id": "[3]",
		"$.items[?(@.t == 'b')].id": "[2]", "$.items[?(@.id > 1 && @.id <= 3)].id": "[2,3]", "$.items[?(@.t =~ /A/i)].id": "[1]", "$.items[?(@.n == null)].id": "[1]",
		"$.a.b[9]": "missing", "$.nope.x": "missing", "$.items.id": "missing", "$['a','e']": `{"a":{"b":[1,2,3,{"c":"d"}],"x-y":5},"e":[]}`, "$.e[*]": "[]",
		"$.items[0].n": "null", "$..nope": "[]", "$.a[0]": "broken", "$..*": "", "$": "",
	} {
		p, err := CompilePath(path)
		require.NoError(t, err, path)
		v, found := p.Eval(root)
		got := map[Found]string{Missing: "missing", Broken: "broken"}[found]
		if found == OK {
			got = string(AppendJSON(nil, v))
		}
		if want != "" {
			assert.Equal(t, want, got, path)
		}
	}
	for _, path := range []string{"", " ", "$.", "$..", "$[", "$[0", "$['a", "$[?(]", "$.a b", "$[?(@.a ==)]", "$.length()", "$[?(@.a =~ /(/)]", "$[]", "$[a]", strings.Repeat("$[?(@.a", 100)} {
		_, err := CompilePath(path)
		assert.Error(t, err, path)
	}
}

// TestPathWork checks that deep scans inside each other end.
func TestPathWork(t *testing.T) {
	var d Document
	root, err := d.Parse(strings.Repeat("[", 300) + strings.Repeat("[1,2],", 200) + "1" + strings.Repeat("]", 300))
	require.NoError(t, err)
	_, found := MustPath("$..*..*..*..*").Eval(root)
	assert.Equal(t, Broken, found)
}

// TestParseErrors holds what even lenient JSON is not.
func TestParseErrors(t *testing.T) {
	for text, want := range map[string]error{
		"{": ErrTruncated, `{"a"`: ErrTruncated, `{"a":`: ErrTruncated, "[1": ErrTruncated, `"a`: ErrTruncated, `"a\`: ErrTruncated,
		"]": ErrUnexpected, ":": ErrUnexpected, `{"a" 1}`: ErrUnexpected, `["a" "b"]`: ErrUnexpected, strings.Repeat("[", 100000): ErrDepth,
	} {
		var d Document
		_, err := d.Parse(text)
		assert.Equal(t, want, err, "%.20s", text)
	}
	for _, text := range []string{"", " \n"} {
		var d Document
		v, err := d.Parse(text)
		assert.NoError(t, err)
		assert.Equal(t, String(""), v, "white space alone is an empty text")
	}
}

// TestStrict checks which texts are JSON by the standard too, against the standard library.
func TestStrict(t *testing.T) {
	for _, text := range []string{
		`{}`, `[]`, `{"a":1,"b":[1,2.5e3,-0],"c":null}`, `"a\u00e9\n"`, `true`, ` 1 `, `-0.5`, `[[],{}]`,
		`{a:1}`, `{'a':1}`, `[1,]`, `[,1]`, `{"a":1,}`, `{,"a":1}`, `[1,,2]`, `01`, `-`, `1.`, `"\x41"`, `"\q"`, "\"\n\"", `1 2`, `nul`, `NaN`, `[1] x`, `{"a" :1}`, `"\u12"`, `+1`, `.5`, `[-01]`, `1e`, `1e5`,
	} {
		var d Document
		_, strict, err := d.Read(text)
		assert.Equal(t, json.Valid([]byte(text)), strict && err == nil, text)
	}
}

// TestReuse checks that a reset document allocates nothing for texts like the last.
func TestReuse(t *testing.T) {
	const body = `{"photos":{"page":1,"photo":[{"id":"1","title":"a \"b\"","n":1.5},{"id":"2","title":"c","n":2}]}}`
	var d Document
	allocations := testing.AllocsPerRun(100, func() {
		d.Reset()
		if _, err := d.Parse(body); err != nil {
			t.Fatal(err)
		}
	})
	assert.Zero(t, allocations)
}

// FuzzParse looks for panics, and for texts that do not read back as themselves once printed.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5,"x\u00e9"],"b":null}`, `{a:'b',}`, `not json`, `-1e5 x`, `"\ud83d\ude00"`, `[,]`, `{"a":1,"a":2}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var d Document
		v, err := d.Parse(text)
		if err != nil {
			return
		}
		printed := string(AppendJSON(nil, v))
		again, err := d.Parse(printed)
		if err != nil {
			t.Fatalf("%q prints %q: %v", text, printed, err)
		}
		if twice := string(AppendJSON(nil, again)); twice != printed {
			t.Fatalf("%q prints %q, then %q", text, printed, twice)
		}
	})
}

// FuzzPath looks for panics of the compiler and the evaluation.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{"$.a.b[0]", "$..a[?(@.b == 'c' && !@.d)]", "$['a','b'][1:2]", "a[*]", "$[?(@.x =~ /y/i)]"} {
		f.Add(seed)
	}
	var d Document
	root, _ := d.Parse(`{"a":{"b":[1,{"c":[2,3]}]},"x":"y"}`)
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := CompilePath(text); err == nil {
			p.Eval(root)
		}
	})
}
