package cfn_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/cfn"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// filled evaluates the functions of a text.
func filled(t testing.TB, env *cfn.Env, text string) source.Node {
	t.Helper()
	root, mistakes := source.Parse(&source.File{Path: "a.yaml", Data: []byte(text)})
	require.Empty(t, mistakes)
	return env.Fill(root)
}

func TestMayHold(t *testing.T) {
	for text, want := range map[string]bool{
		`{"Fn::Sub": "x"}`: true, "a: !Ref x": true, "a: [!Ref x]": true, "!Sub x": true, `{"Ref": "x"}`: true, "a: {Ref: x}": true,
		"$ref: '#/x'": false, "a: hello!": false, "a: x !": false, "a: !!str x": false, "a: b!C": false, `{"a": "> [!NOTE]"}`: false, "": false,
	} {
		f := &source.File{Path: "a.yaml", Data: []byte(text)}
		source.Parse(f)
		assert.Equal(t, want, cfn.MayHold(f), text)
	}
}

func TestFunction(t *testing.T) {
	for text, want := range map[string]string{
		"!Sub x": "Fn::Sub", "!Ref x": "Ref", "!Condition x": "Condition", "!GetAtt a.b": "Fn::GetAtt", "{Fn::Join: []}": "Fn::Join",
		"{a: 1, b: 2, Fn::Transform: {}}": "Fn::Transform", "{Ref: x}": "Ref", "{Ref: x, other: y}": "", "{other: y, Ref: x}": "",
		"{Ref: {type: string}}": "", "{Condition: {type: string}}": "", "x": "", "[!Ref x]": "", "!!str x": "",
	} {
		root, _ := source.Parse(&source.File{Path: "a.yaml", Data: []byte(text)})
		name, _ := cfn.Function(root)
		assert.Equal(t, want, name, text)
	}
}

// TestNoValue takes entries away, of maps and of lists.
func TestNoValue(t *testing.T) {
	env := cfn.NewEnv(false, &diag.List{})
	root := filled(t, env, "a: !Ref AWS::NoValue\nb: [1, !Ref AWS::NoValue, 3]\nc: &c {Ref: AWS::NoValue}\nd: *c\ne: !Join [x, [a, !Ref AWS::NoValue, b]]\n")
	var keys []string
	for key := range root.Entries() {
		keys = append(keys, key)
	}
	assert.Equal(t, []string{"b", "e"}, keys)
	assert.Len(t, root.Get("b").Items(), 2)
	joined, _ := root.Get("e").Text()
	assert.Equal(t, "axb", joined.Value)
}

// TestWhatIsReadCounts leaves functions that cannot be evaluated where they are.
func TestWhatIsReadCounts(t *testing.T) {
	var found diag.List
	env := cfn.NewEnv(false, &found)
	root := filled(t, env, "a: {b: !Ref X}\nc: [!GetAtt A.B]\nd: !Join ['', [!Ref X, {Fn::Cidr: []}]]\n")
	assert.Zero(t, found.Len())
	assert.Len(t, env.Problems(root.Get("a").Get("b")), 1)
	assert.Len(t, env.Problems(root.Get("c").Items()[0]), 1)
	assert.Len(t, env.Problems(root.Get("d")), 2)
	assert.Empty(t, env.Problems(root.Get("a")))
}

// TestAliases evaluates what an alias stands for once, and puts it wherever the alias is.
func TestAliases(t *testing.T) {
	env := cfn.NewEnv(false, &diag.List{})
	env.Give("Host", "h")
	root := filled(t, env, "a: &a !Sub 'x${Host}'\nb: *a\nc: {<<: &m {d: !Ref Host}}\n")
	for _, n := range []source.Node{root.Get("a"), root.Get("b")} {
		text, _ := n.Text()
		assert.Equal(t, "xh", text.Value)
	}
	text, _ := root.Get("c").Get("d").Text()
	assert.Equal(t, "h", text.Value)
}

// TestBounds refuses documents whose functions stand for more text than a machine has room for.
func TestBounds(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "a0: &a0 !Join ['', [%s]]\n", strings.Repeat("a", 10<<10))
	for i := 1; i < 5; i++ {
		fmt.Fprintf(&b, "a%d: &a%d !Join ['', [%s*a%d]]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	var found diag.List
	env := cfn.NewEnv(false, &found)
	start := time.Now()
	root := filled(t, env, b.String())
	assert.Less(t, time.Since(start), 5*time.Second)
	problems := env.Problems(root.Get("a4"))
	require.NotEmpty(t, problems)
	assert.Equal(t, diag.BadFunction, problems[0].Code)
	assert.Contains(t, problems[0].Message, "larger than 1 MiB")
	assert.LessOrEqual(t, len(problems), 100)

	// So do placeholders.
	env.Give("x", strings.Repeat("x", 1<<10))
	root = filled(t, env, "a: !Sub '"+strings.Repeat("${x}", 1<<12)+"'\n")
	assert.NotEmpty(t, env.Problems(root.Get("a")))

	// Thousands of placeholders without a value are some findings, not thousands.
	root = filled(t, env, "a: !Sub '"+strings.Repeat("${y}", 1<<14)+"'\n")
	assert.Len(t, env.Problems(root.Get("a")), 16)
}
