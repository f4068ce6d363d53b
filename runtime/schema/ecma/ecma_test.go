package ecma_test

import (
	"regexp"
	"testing"

	"github.com/dlclark/regexp2"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/schema/ecma"
)

func TestTranslate(t *testing.T) {
	for pattern, cases := range map[string]map[string]bool{
		`^abc$`:                    {"abc": true, "abc\n": false},
		`a.c`:                      {"abc": true, "a\nc": false, "a\u2028c": false},
		`^\s$`:                     {"\ufeff": true, "x": false},
		`^[\S]$`:                   {"x": true, " ": false},
		`^[\d-x]+$`:                {"1-x": true, "5": true, "a": false},
		`[]`:                       {"": false, "a": false},
		`^[^]$`:                    {"\n": true, "ab": false},
		`^(a)\1$`:                  {"aa": true, "a": false},
		`^(?:(a)|b)\1c$`:           {"bc": true, "aac": true, "ac": false},
		`^(?<n>.)\k<n>$`:           {"xx": true, "xy": false},
		`^(?=.*\d)\w{3,}$`:         {"ab1": true, "abc": false},
		`(?<!a)b`:                  {"ab": false, "cb": true},
		`^\u{1F432}\ud83d\udc32$`:  {"🐲🐲": true},
		`^x{2}{$`:                  {"xx{": true},
		`^a++b$`:                   {"aab": true},
		`(?i)^abc$`:                {"ABC": true},
		`^\Qa.b\E$`:                {"a.b": true, "axb": false},
		`^\p{Lu}\p{Script=Greek}$`: {"Aα": true, "aα": false},
		`^\-\@\_$`:                 {"-@_": true},
	} {
		p, err := ecma.Translate(pattern)
		require.NoError(t, err, pattern)
		for text, want := range cases {
			require.Equal(t, want, match(t, p, text), "%s of %q as %s", pattern, text, p.Text)
		}
	}
}

func match(t testing.TB, p ecma.Pattern, text string) bool {
	if !p.Backtracks {
		return regexp.MustCompile(p.Text).MatchString(text)
	}
	ok, err := regexp2.MustCompile(p.Text, regexp2.None).MatchString(text)
	require.NoError(t, err)
	return ok
}

func TestWhatIsNoPattern(t *testing.T) {
	for _, pattern := range []string{`(`, `)`, `[a`, `[b-a]`, `*a`, `a\`, `\2(a)`, `\k<x>`, `(?<1>a)`, `\p{Nope}`, `\x1`, `(?P<a>b)`} {
		_, err := ecma.Translate(pattern)
		require.Error(t, err, pattern)
	}
}

func FuzzTranslate(f *testing.F) {
	f.Add(`^[a-z]+\d{2,3}(?=x)(?<n>y)\k<n>\p{L}$`)
	f.Fuzz(func(t *testing.T, pattern string) {
		p, err := ecma.Translate(pattern)
		if err != nil {
			return
		}
		if !p.Backtracks {
			regexp.MustCompile(p.Text)
		}
	})
}
