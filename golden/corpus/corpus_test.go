// Package corpus compiles documents that other people wrote, where a checkout has them beside it.
//
// testdata/values.yaml holds values for what they leave to be filled in, and testdata/outcomes.txt what becomes of each: the
// codes of its errors, each of them a refusal that a person would call right. With these codes allowed, its gateway is
// generated and compiled. `go test -update` writes what is found, and fails all the same.
package corpus

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/gen/diag"
)

var update = flag.Bool("update", false, "rewrite testdata/outcomes.txt")

const (
	folder   = "../../../shared/corpus"
	outcomes = "testdata/outcomes.txt"
)

// documents returns the paths of the corpus below its folder, or skips the test.
func documents(t *testing.T) []string {
	t.Helper()
	index, err := os.ReadFile(filepath.Join(folder, "index.tsv"))
	if os.IsNotExist(err) {
		t.Skip("no corpus of other people's documents beside the checkout")
	}
	require.NoError(t, err)
	var paths []string
	for line := range strings.Lines(string(index)) {
		if parts := strings.Split(strings.TrimSpace(line), "\t"); len(parts) == 3 {
			paths = append(paths, parts[0]+"/"+parts[2])
		}
	}
	require.NotEmpty(t, paths)
	slices.Sort(paths)
	return paths
}

// expected reads the table of outcomes: a path and codes on each line.
func expected(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(outcomes)
	require.NoError(t, err)
	table := make(map[string][]string)
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		require.NotContains(t, table, fields[0], "a document stands once in the table")
		table[fields[0]] = fields[1:]
	}
	return table
}

// options are those that every document is compiled with.
func options(path string, allow []diag.Code) gen.Options {
	return gen.Options{
		Document: filepath.Join(folder, filepath.FromSlash(path)), Package: "gateway",
		ParameterFiles: []string{filepath.Join("testdata", "values.yaml")}, Allow: allow,
	}
}

// errorsOf returns the codes of a document's errors, each once.
func errorsOf(t *testing.T, path string) []string {
	t.Helper()
	var codes []string
	shown, _ := gen.Check(context.Background(), options(path, nil)).Sorted()
	for _, d := range shown {
		assert.NotEqual(t, diag.Unresolved, d.Code, "%s: %s", d.Span, d.Message)
		assert.True(t, d.Span.Valid(), "%s %s", d.Code, d.Message)
		if d.Severity == diag.Error && !slices.Contains(codes, string(d.Code)) {
			codes = append(codes, string(d.Code))
		}
	}
	slices.Sort(codes)
	return codes
}

func TestOutcomes(t *testing.T) {
	paths := documents(t)
	table := make(map[string][]string)
	if !*update {
		table = expected(t)
	}
	var written strings.Builder
	written.WriteString("# Documents, and the codes of their errors once they are filled in.\n")
	for _, path := range paths {
		codes := errorsOf(t, path)
		fmt.Fprintln(&written, strings.Join(append([]string{path}, codes...), " "))
		if !*update {
			want, ok := table[path]
			require.True(t, ok, "%s has no entry in %s", path, outcomes)
			assert.Equal(t, strings.Join(want, " "), strings.Join(codes, " "), path)
		}
		delete(table, path)
	}
	for path := range table {
		t.Errorf("%s has an entry in %s, but is not in the corpus", path, outcomes)
	}
	if *update {
		require.NoError(t, os.WriteFile(outcomes, []byte(written.String()), 0o644))
		t.Fatalf("%s is rewritten", outcomes)
	}
}

// refused are the codes that leave nothing to compile, even where they are allowed.
func refused(codes []string) bool {
	return slices.ContainsFunc(codes, func(code string) bool {
		info, ok := diag.Explain(diag.Code(code))
		return !ok || info.Allowed == ""
	})
}

// TestCompiles generates the gateway of each document with its errors allowed, and compiles all of them.
func TestCompiles(t *testing.T) {
	paths := documents(t)
	table := expected(t)
	dir := newModule(t)
	compiled := 0
	for i, path := range paths {
		codes := table[path]
		if refused(codes) {
			continue
		}
		var allow []diag.Code
		for _, code := range codes {
			allow = append(allow, diag.Code(code))
		}
		result, found := gen.Generate(context.Background(), options(path, allow))
		if !assert.NotNil(t, result.Files, path) {
			shown, _ := found.Sorted()
			for _, d := range shown {
				t.Logf("%s: %s %s: %s", d.Span, d.Severity, d.Code, d.Message)
			}
			continue
		}
		_, err := result.Files.Write(filepath.Join(dir, fmt.Sprintf("d%02d", i), "gateway"))
		require.NoError(t, err)
		compiled++
	}
	require.Greater(t, compiled, 20)
	cmd := exec.Command("go", "build", "./...")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// newModule returns the folder of an empty module that uses this checkout.
func newModule(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	ours, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	const path = "github.com/gatewright/gatewright"
	text := strings.Replace(string(ours), "module "+path, "module corpus.test", 1) +
		"\nrequire " + path + " v0.0.0\n\nreplace " + path + " => " + strconv.Quote(root) + "\n"
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644))
	return dir
}
