package source_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/source"
)

func TestParseFindsMistakes(t *testing.T) {
	for _, test := range []struct {
		name, file, text string
		kind             source.Mistake
		at, message      string
	}{
		{"tab as indentation", "a.yaml", "a:\n\tb: 1\n", source.Syntax, "a.yaml:2:1", "a tab cannot indent YAML"},
		{"reserved character", "a.yaml", "a: @b\n", source.Syntax, "a.yaml:1:4", `a value cannot start with '@'`},
		{"a colon too much", "a.yaml", "a: b: c\n", source.Syntax, "a.yaml:1:5", "a key cannot stand here"},
		{"unclosed flow map", "a.yaml", "a: {b: 1\n", source.Syntax, "a.yaml:2:1", "did not find expected"},
		{"unclosed quote", "a.yaml", "a: 'text\n", source.Syntax, "a.yaml:2:1", "unexpected end of stream"},
		{"unknown anchor", "a.yaml", "a: *nobody\n", source.Syntax, "a.yaml:1:4", "unknown anchor"},
		{"key twice", "a.yaml", "a: 1\nb: 2\na: 3\n", source.DuplicateKey, "a.yaml:3:1", `"a" stands twice`},
		{"key twice in JSON", "a.json", `{"a": 1, "a": 2}`, source.DuplicateKey, "a.json:1:10", `"a" stands twice`},
		{"map as key", "a.yaml", "? {a: 1}\n: 2\n", source.BadKey, "a.yaml:1:3", "must be a text"},
		{"merge of a text", "a.yaml", "<<: text\n", source.BadKey, "a.yaml:1:5", "merge key"},
		{"second document", "a.yaml", "a: 1\n---\nb: 2\n", source.Documents, "a.yaml:2:1", "second YAML document"},
		{"alias of itself", "a.yaml", "a: &x\n  b: *x\n", source.Aliases, "a.yaml:2:6", "inside the value"},
		{"NUL", "a.yaml", "a: x\x00y\n", source.Encoding, "a.yaml:1:5", "NUL"},
		{"not UTF-8", "a.yaml", "a: żx\xff\n", source.Encoding, "a.yaml:1:6", "not UTF-8"},
		{"UTF-16", "a.yaml", "\xff\xfea\x00", source.Encoding, "a.yaml:1:1", "UTF-16"},
		{"JSON without end", "a.json", `{"a": [1, 2`, source.Syntax, "a.json:1:12", `the text ends before the closing "]"`},
		{"JSON text without end", "a.json", `{"a": "b`, source.Syntax, "a.json:1:7", "no closing quote"},
		{"JSON with a last comma", "a.json", "{\"a\": [1,\n]}", source.Syntax, "a.json:2:1", "no comma"},
		{"JSON without a comma", "a.json", `{"a": 1 "b": 2}`, source.Syntax, "a.json:1:9", "comma"},
		{"JSON without a colon", "a.json", `{"a" 1}`, source.Syntax, "a.json:1:6", "colon"},
		{"JSON key without quotes", "a.json", `{a: 1}`, source.Syntax, "a.json:1:2", "key in double quotes"},
		{"JSON with a bad escape", "a.json", `{"a": "\q"}`, source.Syntax, "a.json:1:8", "no escape"},
		{"JSON with a raw line break", "a.json", "{\"a\": \"x\ny\"}", source.Syntax, "a.json:1:9", "control character"},
		{"JSON with a bad number", "a.json", `{"a": -}`, source.Syntax, "a.json:1:8", "digit"},
		{"JSON with a leading zero", "a.json", `{"a": 01}`, source.Syntax, "a.json:1:8", "comma"},
		{"JSON with more behind", "a.json", `{} {}`, source.Syntax, "a.json:1:4", "more text follows"},
		{"JSON with a strange word", "a.json", `{"a": yes}`, source.Syntax, "a.json:1:7", "a value is wanted"},
		{"deep JSON", "a.json", strings.Repeat("[", 100_000), source.Depth, "a.json:1:257", "deeper than 256"},
		{"deep YAML", "a.yaml", strings.Repeat("[", 100_000), source.Depth, "a.yaml:1:257", "deeper than 256"},
		{"deep block YAML", "a.yaml", deepBlock(2000), source.Depth, "a.yaml:257:258", "deeper than 256"},
		{"deep through aliases", "a.yaml", deepAliases(), source.Depth, "a.yaml:3:244", "deeper than 256"},
		{"billion laughs", "a.yaml", laughs(), source.Aliases, "a.yaml:6:25", "aliases stand for more than 500000 values"},
	} {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			_, found := source.Parse(&source.File{Path: test.file, Data: []byte(test.text)})
			require.Less(t, time.Since(start), time.Second)
			require.Len(t, found, 1)
			assert.Equal(t, test.kind, found[0].Kind)
			assert.Contains(t, found[0].Message, test.message)
			assert.Equal(t, test.at, found[0].Span.String())
		})
	}
}

func deepBlock(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func deepAliases() string {
	nest := func(inner string) string { return strings.Repeat("[", 120) + inner + strings.Repeat("]", 120) }
	return "a: &a " + nest("1") + "\nb: &b " + nest("*a") + "\nc: " + strings.Repeat("[", 120) + nest("*b") + strings.Repeat("]", 120) + "\n"
}

// laughs is a document whose aliases stand for 10^9 values.
func laughs() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 10; i++ {
		ref := fmt.Sprintf("*a%d", i-1)
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(ref+", ", 10), ", "))
	}
	return b.String()
}

func TestParseReadsNothingFromAnEmptyFile(t *testing.T) {
	for _, text := range []string{"", "  \n\n", "# only a comment\n", "---\n"} {
		root, found := source.Parse(&source.File{Path: "a.yaml", Data: []byte(text)})
		assert.Empty(t, found, "%q", text)
		assert.Contains(t, []source.Kind{source.Missing, source.Null}, root.Kind(), "%q", text)
	}
}

func TestFlowYAMLIsNotTakenForJSON(t *testing.T) {
	root := parse(t, "a.yaml", "{a: 1, b: [x, 'y']}\n")
	assert.Equal(t, source.Integer, root.Get("a").Kind())
	assert.Len(t, root.Get("b").Items(), 2)
}

func TestKinds(t *testing.T) {
	root := parse(t, "a.yaml", "t: text\ni: 12\nf: 1.5\nb: true\nn: null\ne:\nl: []\nm: {}\nd: 2023-01-02\nq: '12'\ns: !Sub x\nr: !Ref\n")
	want := map[string]source.Kind{"t": source.Text, "i": source.Integer, "f": source.Float, "b": source.Boolean, "n": source.Null,
		"e": source.Null, "l": source.List, "m": source.Map, "d": source.Text, "q": source.Text, "s": source.Text, "r": source.Text, "x": source.Missing}
	for key, kind := range want {
		assert.Equal(t, kind, root.Get(key).Kind(), key)
	}
	assert.Equal(t, "!Sub", root.Get("s").Tag())
	assert.Equal(t, "", root.Get("t").Tag())
	i, ok := root.Get("i").Int()
	assert.True(t, ok)
	assert.EqualValues(t, 12, i.Value)
	_, ok = root.Get("q").Int()
	assert.False(t, ok)
	b, ok := root.Get("b").Bool()
	assert.True(t, ok && b.Value)
}

func TestKeysAreTextsWhateverTheyLookLike(t *testing.T) {
	root := parse(t, "a.yaml", "200: a\n4XX: b\nnull: c\ntrue: d\n")
	var keys []string
	for _, p := range root.Pairs() {
		keys = append(keys, p.Key.Value)
	}
	assert.Equal(t, []string{"200", "4XX", "null", "true"}, keys)
	a, _ := root.Get("200").Text()
	assert.Equal(t, "a", a.Value)
}

func TestMergeKeys(t *testing.T) {
	root := parse(t, "a.yaml", "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\nv:\n  <<: [*base, *more]\n  a: 5\n")
	v := root.Get("v")
	got := map[string]string{}
	var order []string
	for _, p := range v.Pairs() {
		text, _ := p.Value.Scalar()
		got[p.Key.Value] = text.Value
		order = append(order, p.Key.Value)
	}
	assert.Equal(t, map[string]string{"a": "5", "b": "2", "c": "4"}, got)
	assert.Equal(t, []string{"a", "b", "c"}, order)
	c, _ := v.Get("c").Int()
	assert.EqualValues(t, 4, c.Value)
	assert.Equal(t, "a.yaml:2:23", v.Get("c").Span().String())
}

func TestPositionsOnOneLongLine(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"list": [`)
	for range 5000 {
		b.WriteString(`"żółw", `)
	}
	b.WriteString(`"last"]}`)
	items := parse(t, "a.json", b.String()).Get("list").Items()
	last, _ := items[5000].Text()
	assert.Equal(t, "a.json:1:40012", last.Span.String())
	assert.Equal(t, "a.json:1:40013", last.Sub(1, 1).String())
}

// A document without blanks and line breaks has nothing that ends a scalar early: looking for one to the end of the
// file each time took minutes here.
func TestScalarsOnOneLongLineTakeNoLonger(t *testing.T) {
	begun := time.Now()
	items := parse(t, "a.json", `{"list":[`+strings.Repeat("true,", 100_000)+`true]}`).Get("list").Items()
	for _, item := range items {
		_, ok := item.Bool()
		require.True(t, ok)
	}
	last, _ := items[100_000].Bool()
	assert.Equal(t, "a.json:1:500010", last.Span.String())
	assert.Less(t, time.Since(begun), 10*time.Second)
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"a: 1\nb: [x, 'y', \"z\\n\"]\nc: |\n  text\n  more\nd: >-\n  one\n  two\n\n  three\n",
		`{"a": [1, 2.5e3, "x\u00e9\ud83d\ude00", true, null, {}]}`,
		"a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n", laughs(), "a: !Sub 'x ${y}'\n", "? a\n: b\n", "- a\n- - b\n",
		"a: 'it''s\n\n   two'\n", "a: \"x\\\n  y\"\n", "a: |+\n  x\n\n", "%YAML 1.1\n---\na: 1\n...\n",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, json bool) {
		name := "a.yaml"
		if json {
			name = "a.json"
		}
		start := time.Now()
		root, _ := source.Parse(&source.File{Path: name, Data: []byte(text)})
		walk(t, root)
		if spent := time.Since(start); len(text) < 10_000 && spent > time.Second {
			t.Fatalf("%d bytes took %v", len(text), spent)
		}
	})
}

// walk reads every value of a tree in every way.
func walk(t *testing.T, n source.Node) {
	if s, ok := n.Scalar(); ok {
		if !s.Span.Valid() {
			t.Fatalf("no place for %q", s.Value)
		}
		previous := s.Sub(0, 0)
		for i := range min(len(s.Value), 200) {
			at := s.Sub(i, 1)
			if at.Line < previous.Line || at.Line == previous.Line && at.Col < previous.Col {
				t.Fatalf("byte %d of %q stands at %v, before %v", i, s.Value, at, previous)
			}
			previous = at
		}
	}
	n.Int()
	n.Bool()
	for _, item := range n.Items() {
		walk(t, item)
	}
	for _, p := range n.Pairs() {
		if n.Get(p.Key.Value).IsZero() {
			t.Fatalf("the key %q is lost", p.Key.Value)
		}
		walk(t, p.Value)
	}
}
