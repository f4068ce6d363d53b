// Package policy compares what compiled policies, and policies that are evaluated at run time, say of requests with a table
// and with a naive evaluator: they are compiled to Go, built and run behind a gateway.
package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/emit"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/policy"
	"github.com/gatewright/gatewright/gen/source"
)

// ask is a request.
type ask struct {
	Method, Path, IP, Principal, UserID, Action string
	HTTPS                                       bool
	Time                                        time.Time
	Headers                                     map[string]string
}

// unit is a policy and the requests that it is asked about.
type unit struct {
	name   string
	policy map[string]any
	asks   []ask
}

// answer is what a policy says of a request. Evaluated is empty for policies that cannot come at run time.
type answer struct{ Compiled, Evaluated string }

// statements are the statements of a policy, of which there may be one without a list.
func statements(policy map[string]any) []map[string]any {
	var all []map[string]any
	for _, s := range listOf(policy["Statement"]) {
		all = append(all, s.(map[string]any))
	}
	return all
}

// listOf are the items of a list, or what stands in place of a list of one.
func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// kind is what a policy is compiled as: one that names no principals is about its own.
func (u *unit) kind() policy.Kind {
	for _, s := range statements(u.policy) {
		if s["Principal"] != nil || s["NotPrincipal"] != nil {
			return policy.Resource
		}
	}
	return policy.Identity
}

// document is the policy as an authorizer would answer with it; empty when it names principals, which such policies
// cannot. The principal * is everybody, and needs no naming. What is short for an ARN of the API is written in full.
func (u *unit) document(t *testing.T) string {
	all := []any{}
	for _, s := range statements(u.policy) {
		s = maps.Clone(s)
		if s["NotPrincipal"] != nil || s["Principal"] != nil && s["Principal"] != "*" {
			return ""
		}
		delete(s, "Principal")
		all = append(all, s)
	}
	document := maps.Clone(u.policy)
	document["Statement"] = all
	text := encode(t, document)
	return strings.ReplaceAll(text, `"execute-api:/`, `"arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/`)
}

func encode(t *testing.T, v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(v))
	return strings.TrimSpace(b.String())
}

// compile lowers a policy to functions with a name of its own.
func compile(t *testing.T, u *unit, name string, taken map[string]bool) []plan.Decl {
	text := encode(t, u.policy)
	root, problems := source.Parse(&source.File{Path: u.name, Data: []byte(text)})
	require.Empty(t, problems)
	read, found := policy.Read(root, u.kind())
	for _, d := range found {
		if d.Severity == diag.Error && d.Code != diag.PolicyKey {
			t.Fatalf("%s: %s %s\n%s", u.name, d.Code, d.Message, text)
		}
	}
	return policy.Lower(read, name, name+" is "+u.name+".", func(want string) string {
		for fresh, i := want, 2; ; i++ {
			if !taken[fresh] {
				taken[fresh] = true
				return fresh
			}
			fresh = fmt.Sprintf("%s%d", want, i)
		}
	})
}

// run compiles all units to one program, runs it and returns what each policy says to each request.
func run(t *testing.T, units []unit) [][]answer {
	t.Helper()
	program := &plan.Program{Package: "main"}
	type input struct {
		Document string
		Asks     []ask
	}
	var inputs []input
	var list []plan.Value
	taken := map[string]bool{}
	for i := range units {
		name := fmt.Sprintf("policy%05d", i)
		file := plan.File{Name: name + "_gw.go", Decls: compile(t, &units[i], name, taken)}
		program.Files = append(program.Files, file)
		list = append(list, plan.Name(name))
		inputs = append(inputs, input{units[i].document(t), units[i].asks})
	}
	elem := plan.Name("evaluator")
	program.Files = append(program.Files, plan.File{Name: "list_gw.go", Decls: []plan.Decl{
		plan.Var{Specs: []plan.Spec{{Name: "policies", Value: plan.List{Elem: elem, Items: list, Lines: true}}}},
	}})
	var answers [][]answer
	require.NoError(t, json.Unmarshal(execute(t, program, encode(t, inputs)), &answers))
	return answers
}

// execute builds a program of compiled policies and runs it.
func execute(t *testing.T, program *plan.Program, input string) []byte {
	t.Helper()
	dir := t.TempDir()
	module, err := filepath.Abs("../../..")
	require.NoError(t, err)
	overlay := map[string]string{}
	add := func(name string, text []byte) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, text, 0o600))
		overlay[filepath.Join(module, "golden/conformance/policy/units", name)] = path
	}
	files, err := emit.Program(program)
	require.NoError(t, err)
	for _, f := range files {
		add(f.Name, f.Text)
	}
	harness, err := os.ReadFile("testdata/harness.go.txt")
	require.NoError(t, err)
	add("harness.go", harness)
	list, err := json.Marshal(map[string]any{"Replace": overlay})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), list, 0o600))
	cmd := exec.Command("go", "run", "-overlay", filepath.Join(dir, "overlay.json"), "./golden/conformance/policy/units")
	cmd.Dir = module
	cmd.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if keep := os.Getenv("POLICY_KEEP"); keep != "" {
			require.NoError(t, os.CopyFS(keep, os.DirFS(dir)))
		}
		t.Fatalf("running the compiled policies: %v\n%.4000s", err, stderr.String())
	}
	return out
}
