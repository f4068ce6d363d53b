package language

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// naiveMatch is Match by a regular expression.
func naiveMatch(pattern, s string) bool {
	e := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile(`(?s)^(?:` + e + `)$`).MatchString(s)
}

func TestMatch(t *testing.T) {
	for _, row := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"?", "", false}, {"?", "é", true}, {"??", "é", false}, {"*??", "漢", false}, {"*?", "漢", true},
		{"a*", "a/b/c", true}, {"*a", "ba", true}, {"*a", "ab", false}, {"a*a", "a", false}, {"a*a", "aa", true}, {"a*b*c", "abxbc", true},
		{"*ab*ab*", "ab", false}, {"*ab*ab*", "abab", true}, {"a*?b", "ab", false}, {"a*?b", "axb", true}, {"*?a?*", "xay", true}, {"*?a?*", "aa", false},
		{"**a**", "a", true}, {"A", "a", false}, {"a?c*e?", "abcdef", true}, {"*.*", "a", false}, {"[a]", "a", false}, {"\\*", "\\x", true},
	} {
		require.Equal(t, row.want, Match(row.pattern, row.s), "%q %q", row.pattern, row.s)
		require.Equal(t, row.want, naiveMatch(row.pattern, row.s), "%q %q", row.pattern, row.s)
	}
}

func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{{"a*b?c", "axxbyc"}, {"*?*", "é漢"}, {"prod/*/pets/??", "prod/GET/pets/42"}, {"*a*a*a*b", "aaaaaaaaaaaaaaac"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		got := Match(pattern, s)
		if !utf8.ValidString(pattern) || !utf8.ValidString(s) || len(pattern) > 100 {
			return // a regular expression reads bytes that are no characters in its own way
		}
		if want := naiveMatch(pattern, s); got != want {
			t.Fatalf("%q %q: %v, want %v", pattern, s, got, want)
		}
	})
}

// TestMatchIsQuick compares a text with a pattern that takes others forever.
func TestMatchIsQuick(t *testing.T) {
	start := time.Now()
	require.False(t, Match(strings.Repeat("*a", 4000)+"*b", strings.Repeat("a", 100_000)))
	require.Less(t, time.Since(start), 5*time.Second)
}

func TestMatchARN(t *testing.T) {
	const arn = "arn:aws:execute-api:eu-west-1:123456789012:api/prod/GET/a:b"
	for pattern, want := range map[string]bool{
		"*": true, "**": true, "arn": true, "arn:aws:execute-api": true, "arn:aws:execute-api:*:*:*": true, "arn:*:*:*:*:api/*": true,
		"arn:aws:execute-api:eu-west-1:123456789012:api/*/a:?": true, "arn:aws:execute-api:*:api/*": false, "arn:aws:*:api/prod/GET/a:b": false,
		"arn:aws:execute-api:*:*:api/prod/GET/a": false, "": false, "arn:aws:execute-api:*:*:": false, "*:*": true, "arn:aws:execute-api:eu-west-?:1*2:*:b": true,
	} {
		require.Equal(t, want, MatchARN(pattern, arn), pattern)
	}
	require.False(t, MatchARN("*", "api/prod/GET/a"))
}

func TestValues(t *testing.T) {
	for text, want := range map[string]string{
		"203.0.113.9/24": "203.0.113.0/24", "203.0.113.9": "203.0.113.9/32", "2001:DB8::1": "2001:db8::1/128", "::ffff:203.0.113.9": "203.0.113.9/32",
		"::ffff:203.0.113.0/120": "203.0.113.0/24", "0.0.0.0/0": "0.0.0.0/0", "203.0.113.9/33": "", "203.0.113": "", "fe80::1%lo": "", "": "", " 10.0.0.1": "", "010.0.0.1": "",
	} {
		got, ok := ParseNetwork(text)
		require.Equal(t, want != "", ok, text)
		if ok {
			require.Equal(t, netip.MustParsePrefix(want), got, text)
		}
	}
	for text, want := range map[string]string{
		"2026": "2026-01-01T00:00:00Z", "2026-03": "2026-03-01T00:00:00Z", "2026-03-15": "2026-03-15T00:00:00Z", "2026-03-15T10:00Z": "2026-03-15T10:00:00Z",
		"2026-03-15T10:00:00+02:00": "2026-03-15T08:00:00Z", "2026-03-15T10:00:00.25Z": "2026-03-15T10:00:00.25Z", "1773576000": "2026-03-15T12:00:00Z", "0": "1970-01-01T00:00:00Z",
		"2026-3": "", "2026-13": "", "2026-02-30": "", "2026-03-15T10:00": "", "2026-03-15T1:00:00Z": "", "2026-03-15T10:00:00,5Z": "", "20260315T100000Z": "", "177357600000": "", "-5": "", "": "", "T": "", "today": "",
	} {
		got, ok := ParseDate(text)
		require.Equal(t, want != "", ok, text)
		if ok {
			require.Equal(t, want, got.Format(time.RFC3339Nano), text)
		}
	}
	for text, want := range map[string]bool{"1": true, "-1.5e3": true, "+2": true, ".5": true, "": false, "0x1": false, "1_0": false, "Inf": false, "1e999": false, "1 ": false, strings.Repeat("1", 65): false} {
		_, ok := ParseNumber(text)
		require.Equal(t, want, ok, text)
	}
}

func TestActions(t *testing.T) {
	for entry, want := range map[string]Action{
		"*": AnyAction, "execute-api:*": AnyAction, "Execute-API:INVOKE": Invoke, "execute-api:In*": Invoke | InvalidateCache, "*:Invoke": Invoke, "s3:Get*": 0, "execute-api:Invok": 0,
	} {
		got, ok := ParseAction(entry)
		require.True(t, ok, entry)
		require.Equal(t, want, got, entry)
	}
	for _, entry := range []string{"", "Invoke", ":Invoke", "execute-api:", "a:b:c"} {
		_, ok := ParseAction(entry)
		require.False(t, ok, entry)
	}
}

// FuzzResource spells resources: what is spelled once is spelled, and a request's own path, taken for a pattern, is that of
// the request.
func FuzzResource(f *testing.F) {
	for _, seed := range []string{"execute-api:/prod/GET/%61/é/${aws:username}/*", "arn:aws:execute-api:*:*:api/%2a%2F%zz%", "*", "arn:aws", "prod//GET/%c3%a9", "execute-api:/${"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, entry string) {
		for _, variables := range []bool{true, false} {
			text, own, ok := Resource(entry, variables)
			if !ok {
				continue
			}
			if own {
				text = Shorthand + text
			}
			again, _, ok := Resource(text, variables)
			if own {
				again = Shorthand + again
			}
			if !ok || again != text {
				t.Fatalf("%q is %q, and then %q", entry, text, again)
			}
		}
		path := string(AppendPath(nil, entry))
		if again := string(AppendPath(nil, path)); again != strings.TrimSuffix(path, "/") && again != path {
			t.Fatalf("%q is %q, and then %q", entry, path, again)
		}
		if pattern, _, _ := Resource(Shorthand+path, false); !Match(pattern, path) {
			t.Fatalf("%q does not match itself: %q", path, pattern)
		}
	})
}

// FuzzTemplate takes texts apart: the parts of a text without variables are the text.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"a${aws:username}b*?", "${*}${?}${$}", "${aws:PrincipalTag/a, 'b'}", "${", "${aws:username", "$${aws:userid}}", "${aws:username,'}'}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parts, problem := ParseTemplate(text)
		if problem != nil {
			if problem.Offset < 0 || problem.Length < 0 || problem.Offset+problem.Length > len(text) || problem.Message == "" {
				t.Fatalf("%q: %+v", text, problem)
			}
			return
		}
		var b strings.Builder
		for _, p := range parts {
			b.WriteString(p.Text)
		}
		if !HasVariable(text) && b.String() != text {
			t.Fatalf("%q has the parts %+v", text, parts)
		}
	})
}

func TestOperators(t *testing.T) {
	for _, name := range OperatorNames() {
		o, ok := ParseOperator(name)
		require.True(t, ok)
		require.Equal(t, strings.Contains(name, "Not"), o.Negated, name)
		require.Equal(t, o.Negated, o.WhenMissing(), name)
		for _, around := range []string{"%IfExists", "ForAnyValue:%", "ForAllValues:%", "ForAllValues:%IfExists"} {
			_, ok := ParseOperator(strings.Replace(around, "%", name, 1))
			require.Equal(t, name != "Null", ok, "%s %s", name, around)
		}
	}
	for _, name := range []string{"", "stringequals", "StringEquals ", "ForAnyValue:ForAllValues:StringEquals", "IfExists", "ForSomeValue:StringEquals"} {
		_, ok := ParseOperator(name)
		require.False(t, ok, name)
	}
}
