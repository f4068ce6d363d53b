// Package conformance runs the external suites against what the generator makes of them: templates and schemas are
// lowered, printed, built and run; nothing is interpreted.
package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gatewright/gatewright/gen/emit"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/template"
	"github.com/gatewright/gatewright/runtime/value"
	"github.com/gatewright/gatewright/templates/parser"
)

// shared is where the suites stand beside the module.
const shared = "../../../shared/conformance"

// row is one row of vtl.json, vtl-errors.json or aws.json.
type row struct {
	Name           string
	Template       string
	Context        map[string]json.RawMessage
	Output         string
	Error          string
	AWSOutput      *string `json:"aws_output"`
	Tier           string
	Evidence       string
	Input          json.RawMessage
	StageVariables json.RawMessage `json:"stageVariables"`
	spoiled        bool            // a generated template with one thing wrong on purpose
}

// want is what API Gateway prints, or an error.
func (r row) want() (output string, failure string) {
	if r.AWSOutput != nil {
		return *r.AWSOutput, ""
	}
	return r.Output, r.Error
}

func load(t *testing.T, name string) []row {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared, name))
	if err != nil {
		t.Skipf("the conformance suite is not there: %v", err)
	}
	var rows []row
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestTemplates compiles every row that parses into one program, runs it and compares what it prints.
func TestTemplates(t *testing.T) {
	rows := found()
	for _, name := range []string{"vtl.json", "vtl-errors.json", "aws.json"} {
		rows = append(rows, load(t, name)...)
	}
	var compiled []row
	for _, r := range rows {
		_, problem := parser.Parse(r.Template)
		_, failure := r.want()
		switch {
		case problem == nil:
			compiled = append(compiled, r)
		case failure == "" && r.Tier != "quirk":
			t.Errorf("%s: %q does not parse: %s", r.Name, r.Template, problem.Message)
		}
	}
	results := run(t, compiled)
	for i, r := range compiled {
		output, failure := r.want()
		got := results[i]
		switch {
		case failure != "" && got.Error == "":
			if r.Tier != "quirk" && r.Tier != "plain" {
				t.Errorf("%s: %q printed %q, want a failure (%s)", r.Name, r.Template, got.Output, failure)
			}
		case failure == "" && (got.Error != "" || got.Output != output):
			if r.Tier != "quirk" && r.Tier != "plain" {
				t.Errorf("%s: %q\n got %q %s\nwant %q", r.Name, r.Template, got.Output, got.Error, output)
			}
		}
	}
}

// result is what a compiled template printed.
type result struct {
	Output string
	Error  string
}

// run builds one program of all rows and runs it.
func run(t *testing.T, rows []row) []result {
	t.Helper()
	printed, err := emit.Program(lower(rows))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range printed {
		files[f.Name] = f.Text
	}
	var results []result
	build(t, files, "testdata/harness.go.txt", rows, &results)
	return results
}

// build runs a program of generated files and a harness: it gives it input as JSON, and takes JSON as output.
func build(t *testing.T, files map[string][]byte, harness string, input, output any) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	module, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if files["harness.go"], err = os.ReadFile(harness); err != nil {
		t.Fatal(err)
	}
	overlay := map[string]string{}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		overlay[filepath.Join(module, "golden/conformance/rows", name)] = path
	}
	list, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), list, 0o600); err != nil {
		t.Fatal(err)
	}
	given, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", "-overlay", filepath.Join(dir, "overlay.json"), "./golden/conformance/rows")
	cmd.Dir = module
	cmd.Stdin = bytes.NewReader(given)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("running the compiled rows: %v\n%.8000s", err, stderr.String())
	}
	if err := json.Unmarshal(out, output); err != nil {
		t.Fatalf("%v\n%.2000s", err, out)
	}
}

// lower makes the package of all rows: a function each, a list of them, and their JSONPaths.
func lower(rows []row) *plan.Program {
	p := &plan.Program{Package: "main"}
	renderer := plan.Deref{X: plan.VTLRenderer}
	signature := []plan.Field{{Name: "r", Type: renderer}, {Name: "given", Type: plan.VTLValue}}
	const perFile = 100
	var list []plan.Value
	var decls []plan.Decl
	flush := func() {
		if len(decls) > 0 {
			p.Files = append(p.Files, plan.File{Name: fmt.Sprintf("rows%03d_gw.go", len(p.Files)), Decls: decls})
			decls = nil
		}
	}
	paths := map[string]string{}
	var specs []plan.Spec
	for i, r := range rows {
		name := fmt.Sprintf("row%04d", i)
		nodes, _ := parser.Parse(r.Template)
		given := map[string]plan.Value{}
		for variable := range r.Context {
			if variable != "context" {
				given[variable] = plan.VTLGet.Call(plan.Name("given"), plan.String(variable))
			}
		}
		body := template.Lower(nodes, template.Options{
			Text:  r.Template,
			Given: given,
			PathName: func(path string) (string, bool) {
				if _, err := value.CompilePath(path); err != nil {
					return "", false
				}
				if paths[path] == "" {
					paths[path] = fmt.Sprintf("path%03d", len(paths))
					specs = append(specs, plan.Spec{Name: paths[path], Value: plan.VTLMustPath.Call(plan.String(path))})
				}
				return paths[path], true
			},
			KnownContext: func(name string) bool { return name == "stage" || name == "requestId" || name == "identity.sourceIp" },
		})
		decls = append(decls, plan.Func{Name: name, Doc: name + " is " + r.Name + ".", Params: signature, Body: body})
		list = append(list, plan.Name(name))
		if len(decls) == perFile {
			flush()
		}
	}
	if len(specs) > 0 {
		decls = append(decls, plan.Var{Specs: specs})
	}
	flush()
	p.Files = append(p.Files, plan.File{Name: "list_gw.go", Decls: []plan.Decl{
		plan.Var{Specs: []plan.Spec{{Name: "rows", Value: plan.List{Elem: plan.Name("row"), Items: list, Lines: true}}}},
	}})
	return p
}
