package vtl

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatewright/gatewright/runtime/value"
)

// readsAll touches a payload in every way that templates have.
func readsAll(r *Renderer) {
	r.Print(r.Input(pathA))
	r.PrintJSON(pathRoot)
	r.PrintEscaped(r.Input(pathA))
	r.Print(r.Input(pathAll))
	r.Print(r.URLEncode(r.Input(pathA)))
	r.Print(r.Base64Encode(r.Input(pathRoot)))
	r.Print(r.Input(pathRoot).Call("size"))
	r.Print(r.Input(pathA).Call("length"))
	r.Print(r.Add(r.Input(pathA), Int(1)))
	loop := r.Foreach(r.Input(pathRoot).OrEmpty())
	for loop.Next() {
		r.Print(loop.Item())
	}
	r.Leave(loop)
}

var (
	pathA    = MustPath("$.a")
	pathRoot = MustPath("$")
	pathAll  = MustPath("$..a")
)

// TestHostileBodies holds what payloads give that are no JSON, or more of it than anybody sends. None may take long.
func TestHostileBodies(t *testing.T) {
	nines := strings.Repeat("9", 400)
	for name, c := range map[string]struct {
		body, a, json string
		fails         bool
	}{
		"no JSON":            {body: "a=b&c", a: "", json: `"a=b&c"`},
		"empty":              {body: "", a: "", json: `{}`},
		"white space":        {body: " \n", a: "", json: `""`},
		"truncated":          {body: `{"a":1`, fails: true},
		"duplicate keys":     {body: `{"a":1,"b":2,"a":3}`, a: "3", json: `{"a":3,"b":2}`},
		"lone surrogate":     {body: `{"a":"x\ud800y\udc00"}`, a: "x?y?", json: `{"a":"x?y?"}`},
		"NUL":                {body: `{"a":"x\u0000y"}`, a: "x\x00y", json: `{"a":"x\u0000y"}`},
		"raw NUL":            {body: "{\"a\":\"x\x00y\"}", a: "xy", json: `{"a":"xy"}`},
		"400 digits":         {body: `{"a":` + nines + `}`, a: nines, json: `{"a":` + nines + `}`},
		"400 decimals":       {body: `{"a":0.` + nines + `}`, a: "0." + nines, json: `{"a":0.` + nines + `}`},
		"exponent":           {body: `{"a":1e` + nines + `}`, a: "Infinity", json: `{"a":null}`},
		"10 million digits":  {body: strings.Repeat("9", 10<<20), fails: true},
		"10,000 deep":        {body: strings.Repeat(`{"a":[`, 5000) + strings.Repeat("]}", 5000), fails: true},
		"never closed":       {body: strings.Repeat(`{"a":`, 2<<20), fails: true},
		"deep enough":        {body: strings.Repeat("[", 400) + strings.Repeat("]", 400), json: strings.Repeat("[", 400) + strings.Repeat("]", 400)},
		"10 MB of elements":  {body: "[" + strings.Repeat("1,", 5<<20) + "1]"},
		"10 MB of keys":      {body: "{" + strings.Repeat(`"a":1,`, 10<<20/6) + "}", a: "1", json: `{"a":1}`},
		"4 MB of escapes":    {body: `{"a":"` + strings.Repeat(`\n`, 2<<20) + `"}`},
		"10 MB of backslash": {body: `{"a":"` + strings.Repeat(`\`, 10<<20), fails: true},
		"5 MB without quote": {body: `{a:` + strings.Repeat("x", 5<<20) + `}`},
	} {
		src := &request{body: c.body}
		if c.body == "" {
			src.body = "{}"
		}
		var r Renderer
		start := time.Now()
		_, err := r.Render(src, nil, readsAll)
		assert.Equal(t, c.fails, err != nil, "%s: %v", name, err)
		assert.Less(t, time.Since(start), 20*time.Second, name)
		if c.fails || c.json == "" {
			continue
		}
		out, err := r.Render(src, nil, func(r *Renderer) { r.Print(r.Input(pathA)); r.Text(" "); r.PrintJSON(pathRoot) })
		assert.NoError(t, err, name)
		assert.Equal(t, c.a+" "+c.json, string(out), name)
	}
}

// TestLimits holds what bounds a template that makes more and more of little.
func TestLimits(t *testing.T) {
	var r Renderer
	grow := func(step func(r *Renderer, v Value) Value, v Value) error {
		_, err := r.Render(&request{}, nil, func(r *Renderer) {
			for range MaxRounds {
				v = step(r, v)
			}
		})
		return err
	}
	assert.ErrorAs(t, grow(func(r *Renderer, v Value) Value { return r.Add(v, v) }, Str("x")), &value.Thrown{}, "a text doubled again and again")
	assert.ErrorAs(t, grow(func(_ *Renderer, v Value) Value { return Multiply(v, v) }, Int(7)), &value.Thrown{}, "a number squared again and again")
	assert.ErrorAs(t, grow(func(_ *Renderer, v Value) Value { return Multiply(v, v) }, Big("9999999999999999999999")), &value.Thrown{})
	many := &value.List{Elements: make([]Value, 1<<16)}
	_, err := r.Render(&request{}, nil, func(*Renderer) { value.ListOf(many).Call("containsAll", value.ListOf(many)) })
	assert.Error(t, err, "each of many compared with each of many")
}

// FuzzBody renders any payload.
func FuzzBody(f *testing.F) {
	for _, body := range []string{`{"a":[1,{"a":"x"}]}`, "{a:'b',}", `{"a":1.50e400}`, "[[[[", `"\ud83d\ude00"`, "-", "nul", "\x00"} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var r Renderer
		_, _ = r.Render(&request{body: body}, nil, readsAll)
	})
}
