package emit

import (
	"bytes"
	"go/format"
	"strings"
	"testing"
	"time"

	"github.com/dave/jennifer/jen"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/plan"
)

// render prints one value as Go.
func render(t *testing.T, s *jen.Statement) string {
	t.Helper()
	var b bytes.Buffer
	f := jen.NewFile("x")
	f.NoFormat = true
	f.Add(jen.Id("_").Op("=").Add(s))
	require.NoError(t, f.Render(&b))
	text, err := format.Source([]byte(strings.TrimPrefix(b.String(), "package x\n\n")))
	require.NoError(t, err)
	return strings.TrimPrefix(strings.TrimSpace(string(text)), "_ = ")
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"":                  `""`,
		"plain":             `"plain"`,
		`{"a":1}`:           "`{\"a\":1}`",
		"a`b\"":             `"a` + "`" + `b\""`,
		"one line\n":        `"one line\n"`,
		"two\nlines":        "`two\nlines`",
		"trailing \nspace":  `"trailing \nspace"`,
		"a\r\nb":            `"a\r\nb"`,
		"\u202eright":       `"\u202eright"`,
		"\x00":              `"\x00"`,
		"\xff":              `"\xff"`,
		"\ufeff":            `"\ufeff"`,
		"tab\there \"too\"": "`tab\there \"too\"`",
		"日本語":               `"日本語"`,
	} {
		require.Equal(t, want, render(t, literal(text)), "%q", text)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                       "0",
		time.Second:             "time.Second",
		29 * time.Second:        "29 * time.Second",
		90 * time.Second:        "90 * time.Second",
		2 * time.Hour:           "2 * time.Hour",
		1500 * time.Millisecond: "1500 * time.Millisecond",
		7:                       "7 * time.Nanosecond",
	} {
		p := printer{imports: map[string]bool{}}
		require.Equal(t, want, render(t, p.duration(d)))
		require.Equal(t, d != 0, p.imports["time"])
	}
}

func TestOperatorsBindAsThePlanSays(t *testing.T) {
	a, b, c := plan.Name("a"), plan.Name("b"), plan.Name("c")
	or := plan.Op{Op: "||", X: a, Y: b}
	for want, v := range map[string]plan.Value{
		"(a || b) && c":    plan.Op{Op: "&&", X: or, Y: c},
		"a || b || c":      plan.Op{Op: "||", X: or, Y: c},
		"a && b || c":      plan.Op{Op: "||", X: plan.Op{Op: "&&", X: a, Y: b}, Y: c},
		"!(a || b)":        plan.Not{X: or},
		"!a":               plan.Not{X: a},
		"a - (b - c)":      plan.Op{Op: "-", X: a, Y: plan.Op{Op: "-", X: b, Y: c}},
		"a-b-c":            plan.Op{Op: "-", X: plan.Op{Op: "-", X: a, Y: b}, Y: c},
		"a <= b && b <= c": plan.Op{Op: "&&", X: plan.Op{Op: "<=", X: a, Y: b}, Y: plan.Op{Op: "<=", X: b, Y: c}},
	} {
		p := printer{imports: map[string]bool{}}
		require.Equal(t, strings.ReplaceAll(want, " ", ""), strings.ReplaceAll(render(t, p.value(v)), " ", ""))
	}
}

func TestComment(t *testing.T) {
	for text, want := range map[string][]string{
		"":                          nil,
		"  \n\t ":                   nil,
		"one":                       {"// one"},
		"one\ntwo":                  {"// one", "// two"},
		"one\n\n\ntwo\n":            {"// one", "//", "// two"},
		"*/ func init() {} /*":      {"// */ func init() {} /*"},
		"a\rb\u2028c\x00d\u202ee":   {"// a b cde"},
		"//go:build x":              {"// //go:build x"},
		"+build ignore":             {"// plusbuild ignore"},
		"say\n +build ignore":       {"// say", "// plusbuild ignore"},
		strings.Repeat("word ", 40): {"// " + strings.TrimSpace(strings.Repeat("word ", 23)), "// " + strings.TrimSpace(strings.Repeat("word ", 17))},
	} {
		require.Equal(t, want, comment(text), "%q", text)
	}
}

func TestNoNameIsPrintedThatIsNone(t *testing.T) {
	for _, name := range []string{"", "func", "a b", "a.b", "a()", "1a", "a\n", "a-b"} {
		require.Panics(t, func() { identifier(name) }, "%q", name)
		_, err := Program(&plan.Program{Package: "x", Files: []plan.File{{Name: "a_gw.go",
			Decls: []plan.Decl{plan.Var{Specs: []plan.Spec{{Name: name, Value: plan.Int(1)}}}}}}})
		require.ErrorContains(t, err, "printing a_gw.go", "%q", name)
	}
}

func TestOutputThatDoesNotParseIsNamed(t *testing.T) {
	_, err := Program(&plan.Program{Package: "x", Files: []plan.File{{Name: "a_gw.go",
		Decls: []plan.Decl{plan.Var{Specs: []plan.Spec{{Name: "a", Value: plan.Op{Op: "?", X: plan.Int(1), Y: plan.Int(2)}}}}}}}})
	require.ErrorContains(t, err, "a_gw.go is no Go")
	require.ErrorContains(t, err, "   6  var a = 1 ? 2", "the text stands in the report, with line numbers")
}

func TestFile(t *testing.T) {
	gateway := plan.Field{Name: "g", Type: plan.Deref{X: plan.Name("Gateway")}}
	context := plan.Field{Name: "c", Type: plan.Deref{X: plan.Ctx}}
	c := plan.Name("c")
	files, err := Program(&plan.Program{Package: "x", Files: []plan.File{{
		Name: "a_gw.go", Source: "a.yaml#/x\n", Doc: "Package x.",
		Decls: []plan.Decl{
			plan.Const{Specs: []plan.Spec{{Name: "one", Value: plan.Op{Op: "+", X: plan.Name("iota"), Y: plan.Int(1)}, Comment: "the first"}, {Name: "two"}}},
			plan.Struct{Name: "Gateway", Doc: "Gateway is one.", Fields: []plan.Field{{Type: plan.Deref{X: plan.Core}}, {Name: "pets", Type: plan.Deref{X: plan.UpstreamType}, Comment: "x"}}},
			plan.Func{Name: "serve", Receiver: gateway, Params: []plan.Field{context}, Results: []plan.Field{{Type: plan.Fault}}, Body: []plan.Step{
				plan.LetAll{Names: []string{"a", "b"}, Values: []plan.Value{plan.Duration(time.Second), plan.Bool(true)}},
				plan.Try{Names: []string{"text"}, Call: plan.CtxBodyText.Call(c)},
				plan.Gap{},
				plan.Try{Names: []string{"_"}, Call: plan.CtxBodyText.Call(c)},
				plan.Guard{Call: plan.Call{Func: plan.Name("check")}},
				plan.When{Init: plan.Let{Names: []string{"n"}, Value: plan.Int(1)}, Cond: plan.Name("b"), Then: []plan.Step{plan.Note{Text: "why"}}, Else: []plan.Step{plan.Do{Call: plan.Call{Func: plan.Name("f")}}}},
				plan.Choose{On: plan.Name("text"), Cases: []plan.Case{{Values: []plan.Value{plan.String("a"), plan.String("b")}, Comment: "both"}}, Default: []plan.Step{plan.Return{Values: []plan.Value{plan.OK}}}},
			}},
		},
	}}})
	require.NoError(t, err)
	require.Equal(t, `// Code generated by gatewright. DO NOT EDIT.
// source: a.yaml#/x

// Package x.
package x

import (
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/integration/httpproxy"
)

const (
	one = iota + 1 // the first
	two
)

// Gateway is one.
type Gateway struct {
	*gw.Core
	pets *httpproxy.Upstream // x
}

func (g *Gateway) serve(c *gw.Ctx) gw.Fault {
	a, b := time.Second, true
	text, f := c.BodyText()
	if f != gw.OK {
		return f
	}

	if _, f := c.BodyText(); f != gw.OK {
		return f
	}
	if f := check(); f != gw.OK {
		return f
	}
	if n := 1; b {
		// why
	} else {
		f()
	}
	switch text {
	case "a", "b":
	// both
	default:
		return gw.OK
	}
}
`, string(files[0].Text))
}
