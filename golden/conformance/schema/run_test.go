// Package schema runs JSON Schema's test suite, and others, against what the generator makes of schemas: they are
// compiled to Go, built and run.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/emit"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/schema"
	"github.com/gatewright/gatewright/gen/source"
)

// unit is a schema and the values that it is asked about.
type unit struct {
	name    string
	version model.Version
	schema  string
	formats []string
	values  []string
	others  map[string]source.Node // files that references may name
}

// verdict is what a compiled schema says.
type verdict struct {
	Valid      bool
	Java       string
	Violations []struct{ Keyword, Pointer, Detail string }
	Error      string
}

// load reads a text as a schema.
func load(t testing.TB, path, text string) source.Node {
	t.Helper()
	root, problems := source.Parse(&source.File{Path: path, Data: []byte(text)})
	for _, p := range problems {
		t.Logf("%s: %v", path, p)
	}
	require.False(t, root.IsZero(), "%s cannot be read: %v", path, problems)
	return root
}

// run compiles all units to one program, runs it and returns what each schema says to each value. refused gets the
// errors of schemas that cannot be compiled; these have no verdicts.
func run(t *testing.T, units []unit, refused func(u unit, found []diag.Diagnostic)) [][]verdict {
	t.Helper()
	program := &plan.Program{Package: "main"}
	var list []plan.Value
	cases := [][]string{}
	places := []int{}
	taken := []string{"main", "judge", "validators", "verdict", "validator"}
	for i, u := range units {
		root := load(t, fmt.Sprintf("http://suite.invalid/%d.json", i), u.schema)
		set := schema.New(&model.API{Version: u.version, Files: []*source.File{root.File}},
			schema.Options{Formats: u.formats, Schemas: orEmpty(u.others), Reserved: taken})
		name := set.Body(root, fmt.Sprintf("unit %d", i))
		file, found := set.File()
		bad := false
		for _, d := range found {
			bad = bad || d.Severity == diag.Error && d.Code != diag.ContraryLimits
		}
		if bad {
			refused(u, found)
			continue
		}
		file.Name = fmt.Sprintf("unit%05d_gw.go", i)
		taken = append(taken, declared(file)...)
		program.Files = append(program.Files, file)
		list = append(list, name)
		cases = append(cases, u.values)
		places = append(places, i)
	}
	program.Files = append(program.Files, plan.File{Name: "list_gw.go", Decls: []plan.Decl{
		plan.Var{Specs: []plan.Spec{{Name: "validators", Value: plan.List{Elem: plan.Name("validator"), Items: list, Lines: true}}}},
	}})
	compiled := execute(t, program, cases)
	results := make([][]verdict, len(units))
	for j, place := range places {
		results[place] = compiled[j]
	}
	return results
}

func orEmpty(m map[string]source.Node) map[string]source.Node {
	if m == nil {
		return map[string]source.Node{}
	}
	return m
}

// execute builds a program of compiled schemas and runs it.
func execute(t *testing.T, program *plan.Program, cases [][]string) [][]verdict {
	t.Helper()
	dir, module := t.TempDir(), moduleDir(t)
	overlay := map[string]string{}
	add := func(name string, text []byte) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, text, 0o600))
		overlay[filepath.Join(module, "golden/conformance/schema/units", name)] = path
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
	input, err := json.Marshal(cases)
	require.NoError(t, err)
	cmd := exec.Command("go", "run", "-overlay", filepath.Join(dir, "overlay.json"), "./golden/conformance/schema/units")
	cmd.Dir = module
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if keep := os.Getenv("SCHEMA_KEEP"); keep != "" {
			require.NoError(t, os.CopyFS(keep, os.DirFS(dir)))
		}
		t.Fatalf("running the compiled schemas: %v\n%.4000s", err, stderr.String())
	}
	var results [][]verdict
	require.NoError(t, json.Unmarshal(out, &results))
	return results
}

func moduleDir(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../../..")
	require.NoError(t, err)
	return dir
}

// compact is a value as the suite has it, on one line.
func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return strings.TrimSpace(b.String())
}

// declared are the names that a file declares.
func declared(file plan.File) []string {
	var names []string
	for _, d := range file.Decls {
		switch d := d.(type) {
		case plan.Func:
			names = append(names, d.Name)
		case plan.Var:
			for _, spec := range d.Specs {
				names = append(names, spec.Name)
			}
		}
	}
	return names
}
