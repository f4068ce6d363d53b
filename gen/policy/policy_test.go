package policy_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/emit"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/policy"
	"github.com/gatewright/gatewright/gen/source"
)

var update = flag.Bool("update", false, "rewrite the generated code of testdata")

// read reads a policy of a document, which must have no errors.
func read(t *testing.T, path, text string, kind policy.Kind) *policy.Policy {
	t.Helper()
	root, problems := source.Parse(&source.File{Path: path, Data: []byte(text)})
	require.Empty(t, problems)
	p, found := policy.Read(root, kind)
	for _, d := range found {
		require.Equal(t, diag.Warning, d.Severity, "%s: %s", d.Span, d.Message)
	}
	return p
}

// numbered gives out names, each once.
func numbered() func(want string) string {
	taken := map[string]int{}
	return func(want string) string {
		if taken[want]++; taken[want] > 1 {
			return want + string(rune('0'+taken[want]))
		}
		return want
	}
}

// TestGeneratedCode compares what a policy becomes with what a person has read and found good.
func TestGeneratedCode(t *testing.T) {
	text, err := os.ReadFile("testdata/policy.yaml")
	require.NoError(t, err)
	p := read(t, "policy.yaml", string(text), policy.Resource)
	files, err := emit.Program(&plan.Program{Package: "pets", Files: []plan.File{{Name: "policy_gw.go", Source: "policy.yaml#/",
		Decls: policy.Lower(p, "resourcePolicy", "resourcePolicy evaluates x-amazon-apigateway-policy.", numbered())}}})
	require.NoError(t, err)
	const golden = "testdata/policy.go.txt"
	want, err := os.ReadFile(golden)
	if *update && string(want) != string(files[0].Text) {
		require.NoError(t, os.WriteFile(golden, files[0].Text, 0o600))
		t.Fatalf("%s is rewritten", golden)
	}
	require.NoError(t, err)
	require.Equal(t, string(want), string(files[0].Text), "run with -update when this is meant")
}

// TestNothingBehindAnUnconditionalStatement leaves out what could not be reached.
func TestNothingBehindAnUnconditionalStatement(t *testing.T) {
	p := read(t, "a.yaml", `{Statement: [{Effect: Allow, Action: "*", Resource: "*"}, {Effect: Allow, Action: "execute-api:Invoke", Resource: "*"}]}`, policy.Identity)
	decls := policy.Lower(p, "a", "a is one.", numbered())
	require.Len(t, decls, 1, "nothing to compare with")
	body := decls[0].(plan.Func).Body
	require.Len(t, body, 2)
	require.Equal(t, plan.Return{Values: []plan.Value{plan.PolicyAllow}}, body[1])
}

// TestLength takes white space out of a policy before it counts.
func TestLength(t *testing.T) {
	statement := `{"Effect":"Deny","Action":"execute-api:Invoke","Resource":"*"}`
	long := `{"Version": "2012-10-17",` + strings.Repeat(" ", 9000) + `"Statement": [` + statement + `]}`
	require.Empty(t, policy.Check(read(t, "a.json", long, policy.Identity), policy.Facts{}))
	long = `{"Statement":[` + strings.TrimSuffix(strings.Repeat(statement+",", 130), ",") + `]}`
	p := read(t, "a.json", long, policy.Identity)
	found := policy.Check(p, policy.Facts{})
	require.Len(t, found, 1)
	require.Equal(t, diag.PolicyTooLong, found[0].Code)
	require.Equal(t, diag.Warning, found[0].Severity)
	require.Equal(t, diag.Error, policy.Check(p, policy.Facts{AWSLimits: true})[0].Severity)
}

// TestAliasesDoNotMultiply reads a policy of a few lines that stands for a great many texts.
func TestAliasesDoNotMultiply(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat("*x,", 300), ",")
	text := `
x: &x "execute-api:Invoke"
a: &a [` + many + `]
s: &s {Effect: Allow, Action: *a, Resource: "*"}
Statement: [` + strings.TrimSuffix(strings.Repeat("*s,", 300), ",") + `]
`
	root, problems := source.Parse(&source.File{Path: "a.yaml", Data: []byte(text)})
	require.Empty(t, problems)
	_, found := policy.Read(root, policy.Identity)
	require.Contains(t, found[len(found)-1].Message, "more than")
}
