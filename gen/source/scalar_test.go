package source_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/source"
)

// parse reads text as the file name and requires that nothing is wrong with it.
func parse(t testing.TB, name, text string) source.Node {
	t.Helper()
	root, found := source.Parse(&source.File{Path: name, Name: name, Data: []byte(text)})
	require.Empty(t, found)
	require.False(t, root.IsZero())
	return root
}

// excerpt returns what a span covers.
func excerpt(t testing.TB, s source.Span) string {
	t.Helper()
	require.True(t, s.Valid())
	if s.Line == s.EndLine {
		line := []rune(s.File.Line(s.Line))
		return string(line[s.Col-1 : s.EndCol-1])
	}
	first, last := []rune(s.File.Line(s.Line)), []rune(s.File.Line(s.EndLine))
	lines := []string{string(first[s.Col-1:])}
	for l := s.Line + 1; l < s.EndLine; l++ {
		lines = append(lines, s.File.Line(l))
	}
	return strings.Join(append(lines, string(last[:s.EndCol-1])), "⏎")
}

func TestSliceFindsThePlaceInTheFile(t *testing.T) {
	for _, test := range []struct {
		name, file, text string
		value            string // of the key v
		find             string // the part of the value that is looked for
		want, at         string // what the span covers, and where it starts
	}{
		{"plain", "a.yaml", "v: hello world\n", "hello world", "world", "world", "a.yaml:1:10"},
		{"plain of two lines", "a.yaml", "v: hello\n   big world\n", "hello big world", "world", "world", "a.yaml:2:8"},
		{"plain across the fold", "a.yaml", "v: hello\n   big\n", "hello big", "lo b", "lo⏎   b", "a.yaml:1:7"},
		{"plain with an empty line", "a.yaml", "v: hello\n\n   big\n", "hello\nbig", "big", "big", "a.yaml:3:4"},
		{"plain in a flow map", "a.yaml", "{v: a b, w: c}", "a b", "b", "b", "a.yaml:1:7"},
		{"plain behind a comment", "a.yaml", "v: # why\n  text\n", "text", "ex", "ex", "a.yaml:2:4"},
		{"wide letters", "a.yaml", "v: żółw i kot\n", "żółw i kot", "kot", "kot", "a.yaml:1:11"},
		{"single quotes", "a.yaml", "v: 'it''s here'\n", "it's here", "here", "here", "a.yaml:1:11"},
		{"the doubled quote", "a.yaml", "v: 'it''s'\n", "it's", "'", "''", "a.yaml:1:7"},
		{"single quotes of two lines", "a.yaml", "v: 'one  \n    two'\n", "one two", "two", "two", "a.yaml:2:5"},
		{"double quotes", "a.yaml", `v: "a\tb\u00e9c"` + "\n", "a\tbéc", "c", "c", "a.yaml:1:15"},
		{"an escape itself", "a.yaml", `v: "a\tb\u00e9c"` + "\n", "a\tbéc", "é", `\u00e9`, "a.yaml:1:9"},
		{"an escaped line break", "a.yaml", "v: \"one\\\n   two\"\n", "onetwo", "two", "two", "a.yaml:2:4"},
		{"literal block", "a.yaml", "v: |\n  one\n  two three\n", "one\ntwo three\n", "three", "three", "a.yaml:3:7"},
		{"literal block, indented text", "a.yaml", "k:\n  v: |-\n    one\n      two\n", "one\n  two", "two", "two", "a.yaml:4:7"},
		{"literal block with indicator", "a.yaml", "v: |2\n    one\n  two\n", "  one\ntwo\n", "two", "two", "a.yaml:3:3"},
		{"literal block, empty lines first", "a.yaml", "v: |\n\n  one\n", "\none\n", "one", "one", "a.yaml:3:3"},
		{"literal block without last break", "a.yaml", "v: |\n  one", "one", "one", "one", "a.yaml:2:3"},
		{"folded block", "a.yaml", "v: >\n  one\n  two\n\n  three\n", "one two\nthree\n", "three", "three", "a.yaml:5:3"},
		{"folded block, indented text", "a.yaml", "v: >-\n  one\n    two\n  three\n", "one\n  two\nthree", "three", "three", "a.yaml:4:3"},
		{"tagged", "a.yaml", "v: !Sub 'a ${b}'\n", "a ${b}", "${b}", "${b}", "a.yaml:1:12"},
		{"anchored block", "a.yaml", "v: &x |\n  one\n", "one\n", "one", "one", "a.yaml:2:3"},
		{"through an alias", "a.yaml", "w: &x text\nv: *x\n", "text", "ext", "ext", "a.yaml:1:8"},
		{"carriage returns", "a.yaml", "a: 1\r\nv: |\r\n  one\r\n  two\r\n", "one\ntwo\n", "two", "two", "a.yaml:4:3"},
		{"byte order mark", "a.yaml", "\uFEFFv: text\n", "text", "text", "text", "a.yaml:1:4"},
		{"JSON", "a.json", `{"v": "a\"b\u00e9\ud83d\ude00c"}`, "a\"bé😀c", "c", "c", "a.json:1:30"},
		{"a surrogate pair", "a.json", `{"v": "\ud83d\ude00"}`, "😀", "😀", `\ud83d\ude00`, "a.json:1:8"},
		{"JSON behind wide letters", "a.json", `{"ż": 1, "v": "ó kot"}`, "ó kot", "kot", "kot", "a.json:1:18"},
		{"JSON of lines", "a.json", "{\n\t\"v\": [\n\t\t\"x\",\n\t\t\"kot\"]}", "kot", "ot", "ot", "a.json:4:5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := parse(t, test.file, test.text).Get("v")
			if v.IsZero() {
				v = parse(t, test.file, test.text).Get("k").Get("v")
			}
			if items := v.Items(); items != nil {
				v = items[len(items)-1]
			}
			text, ok := v.Text()
			require.True(t, ok)
			assert.Equal(t, test.value, text.Value)
			from := strings.Index(text.Value, test.find)
			span := text.Sub(from, len(test.find))
			assert.Equal(t, test.want, excerpt(t, span))
			assert.Equal(t, test.at, span.String())
		})
	}
}

func TestScalarSpanHasItsQuotes(t *testing.T) {
	root := parse(t, "a.yaml", "a: 'x y'\n\"b c\": 12\nd: |\n  text\n")
	pairs := root.Pairs()
	assert.Equal(t, "'x y'", excerpt(t, pairs[0].Value.Span()))
	assert.Equal(t, "b c", excerpt(t, pairs[1].Key.Span))
	assert.Equal(t, "b c", excerpt(t, pairs[1].Value.Key().Span))
	assert.Equal(t, "12", excerpt(t, pairs[1].Value.Span()))
	assert.Equal(t, "|⏎  text⏎", excerpt(t, pairs[2].Value.Span()))
}

func TestReplaceKeepsPlaces(t *testing.T) {
	text, _ := parse(t, "a.yaml", "v: 'arn:${P}:x:${R}:''end'\n").Get("v").Text()
	text = text.Replace("${P}", "aws").Replace("${R}", "eu-central-1")
	require.Equal(t, "arn:aws:x:eu-central-1:'end", text.Value)
	for find, want := range map[string]string{"end": "end", "aws": "${P}", "eu-central-1": "${R}", "central": "${R}", ":x:": ":x:", "'": "''"} {
		from := strings.Index(text.Value, find)
		assert.Equal(t, want, excerpt(t, text.Sub(from, len(find))), find)
	}
	assert.Equal(t, "a.yaml:1:21", text.Sub(23, 1).String())
}

func TestSliceOutsideTheTextIsTheWholeScalar(t *testing.T) {
	text, _ := parse(t, "a.yaml", "v: 'abc'\n").Get("v").Text()
	assert.Equal(t, "'abc'", excerpt(t, text.Node().Span()))
	assert.Equal(t, "abc", excerpt(t, text.Sub(2, 7)))
	assert.Equal(t, "abc", excerpt(t, text.Sub(-1, 2)))
	assert.Equal(t, "", excerpt(t, text.Sub(3, 0)))
	assert.Equal(t, "a.yaml:1:8", text.Sub(3, 0).String())
	assert.Equal(t, source.Span{Line: 7}, source.String{Value: "made up", Span: source.Span{Line: 7}}.Sub(1, 1))
}
