package parser

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/templates/ast"
)

// TestProblems holds the stretch of the text that each mistake is shown at.
func TestProblems(t *testing.T) {
	for _, row := range []struct{ text, at, message string }{
		{"a $", "$", "cannot end with $"},
		{"a #", "#", "cannot end with #"},
		{"x ${name y", "${name ", "${ without }"},
		{"#if($a) b", "#if", "#if without #end"},
		{"a #end b", "#end", "without a directive"},
		{"#set($v = $n -1)", "-", "unexpected text in #set"},
		{"#set($v = null)", "null", "unexpected word null"},
		{"#set($v == 1)", "#set($v =", "needs ="},
		{"$list[a]", "[a", "an index is one string"},
		{`#set($v = "it ${x")`, "${x", "${ without }"},
		{`#set($v = "a""b ${x")`, "${x", "${ without }"},
		{"#foreach($i on $l)x#end", "o", "needs the word in"},
		{"#[[ raw", "#[[", "without ]]#"},
		{"#tag (a+b)", "+", "a value is needed"},
		{"$a.b$c(d)", "(", "nothing has ended"},
		{"$a#set($v = 1)[0]", "[", "nothing has ended"},
		{"$a.b()true", "true", "nothing has ended"},
		{"$a{b c", "{b", "lacks its }"},
		{"$true", "$true", "no reference"},
		{"#parse('x')", "#parse", "nothing to load"},
	} {
		_, problem := Parse(row.text)
		if !assert.NotNil(t, problem, row.text) {
			continue
		}
		assert.Contains(t, problem.Message, row.message, row.text)
		assert.Equal(t, row.at, row.text[problem.Start:problem.End], row.text)
	}
}

// TestSpans checks that references know where they stand, in strings with escapes too.
func TestSpans(t *testing.T) {
	text := `é $a.b("x") #set($v = "1""2 $c[0]")`
	nodes, problem := Parse(text)
	require.Nil(t, problem)
	first := nodes[1].(ast.Output).Ref
	assert.Equal(t, `$a.b("x")`, text[first.Start:first.End])
	set := nodes[len(nodes)-1].(ast.Set)
	inner := set.Value.(ast.Interpolated).Body[1].(ast.Output).Ref
	assert.Equal(t, `$c[0]`, text[inner.Start:inner.End])
}

// TestLargeTemplates holds that time does not grow with the square of the length, whatever 1.2 MB consist of: what took a second
// for 300 KB would take 16. What grows with the length takes a third of a second, so that the machine may be busy or the race
// detector on.
func TestLargeTemplates(t *testing.T) {
	const size, slow = 1200 << 10, 16 * time.Second
	for _, piece := range []string{"$5", "#x ", "\\", "$a.b ", "#set($a = \"$b\") ", "#if($a)x#end\n", "\"$", "#[[x]]#", "##\n", "#*", "[", "#foo(", "$a.b", "$a.b$c(", "$a{$b}", "$a.b$c#set($d = 1)(", "$a{", "$a[", "${", "#if(", "{'a':"} {
		text := strings.Repeat(piece, size/len(piece)) + "\n"
		start := time.Now()
		_, _ = Parse(text)
		assert.Less(t, time.Since(start), slow, piece)
	}
}

// FuzzParse looks for panics and for spans outside the text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"{\"id\": \"$input.params('id')\"}", "#set($x = [1..3])#foreach($i in $x)$i#if($foreach.hasNext),#end#end",
		"\\\\#if($a)\\$b#else#{end}", "#define($b)$c#end${b}", "#set($m = {'a': \"$b\"})$m.a[0].c(1,'x')", "$!{x} #[[ ]]# ## #* *#",
		"#macro(a $b)#end#a(1)#stop", "#set($v = (1 + 2.5e3 * -4) % 5 >= 1 && !true)",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		nodes, problem := Parse(text)
		if problem != nil {
			if problem.Start < 0 || problem.Start > problem.End || problem.End > len(text)+1 {
				t.Fatalf("%q: problem at %d:%d of %d", text, problem.Start, problem.End, len(text))
			}
			return
		}
		for _, n := range nodes {
			if at := n.At(); at.Start < 0 || at.End > len(text) {
				t.Fatalf("%q: node at %d:%d", text, at.Start, at.End)
			}
		}
	})
}
