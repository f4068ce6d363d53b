package emit

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/integration"
	"github.com/gatewright/gatewright/gen/write"
)

var update = flag.Bool("update", false, "write the generated Go of the goldens anew")

// Each golden is a document, named openapi.yaml, and what it is compiled to. Its comment may have a line
// "allow: CODE CODE", and one "with: PART PART".
func TestGoldens(t *testing.T) {
	for _, path := range goldens(t) {
		t.Run(name(path), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			require.NoError(t, err)
			set := generateWith(t, document(t, archive), listed(archive, "with:"), allowed(archive)...)
			want := &txtar.Archive{Comment: archive.Comment, Files: archive.Files[:1:1]}
			for _, name := range set.Names() {
				want.Files = append(want.Files, txtar.File{Name: name, Data: set.Text(name)})
			}
			old, now := txtar.Format(archive), txtar.Format(want)
			if bytes.Equal(old, now) {
				return
			}
			change := write.Change{Name: path, Kind: write.Changed, Old: old, New: now}
			if !*update {
				t.Fatalf("other Go than before; read the difference, then go test -update:\n%s", change.Text())
			}
			require.NoError(t, os.WriteFile(path, now, 0o644))
			t.Errorf("updated:\n%s", change.Text())
		})
	}
}

// TestGoldensCompile compiles and vets what the goldens hold, all at once.
func TestGoldensCompile(t *testing.T) {
	tree := newModule(t)
	for _, path := range goldens(t) {
		archive, err := txtar.ParseFile(path)
		require.NoError(t, err)
		for _, f := range archive.Files[1:] {
			tree.add(filepath.Join(name(path), f.Name), f.Data)
		}
	}
	tree.run("vet", "./...")
}

func TestEveryKindHasAGolden(t *testing.T) {
	for _, kind := range integration.Kinds() {
		_, err := os.Stat(filepath.Join("testdata", kind.Name()+".txtar"))
		require.NoError(t, err, "the kind of integration %s has no golden", kind.Name())
	}
}

func goldens(t *testing.T) []string {
	paths, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	return paths
}

func name(path string) string { return strings.TrimSuffix(filepath.Base(path), ".txtar") }

// document writes the golden's document to a folder and returns its path.
func document(t *testing.T, archive *txtar.Archive) string {
	require.NotEmpty(t, archive.Files)
	path := filepath.Join(t.TempDir(), archive.Files[0].Name)
	require.NoError(t, os.WriteFile(path, archive.Files[0].Data, 0o644))
	return path
}

func allowed(archive *txtar.Archive) []diag.Code {
	var codes []diag.Code
	for _, code := range listed(archive, "allow:") {
		codes = append(codes, diag.Code(code))
	}
	return codes
}

// listed are the words of the line that begins so.
func listed(archive *txtar.Archive, begin string) (words []string) {
	for line := range strings.SplitSeq(string(archive.Comment), "\n") {
		if list, ok := strings.CutPrefix(line, begin); ok {
			words = append(words, strings.Fields(list)...)
		}
	}
	return words
}

// generate compiles a document that has no errors.
func generate(t *testing.T, path string, allow ...diag.Code) *write.Set {
	t.Helper()
	return generateWith(t, path, nil, allow...)
}

// generateWith is generate with parts.
func generateWith(t *testing.T, path string, with []string, allow ...diag.Code) *write.Set {
	t.Helper()
	result, found := gen.Generate(context.Background(), gen.Options{Document: path, Package: "gateway", With: with, Allow: allow})
	if result.Files == nil {
		var text bytes.Buffer
		for _, d := range must(found.Sorted()) {
			text.WriteString(d.Span.String() + " " + string(d.Code) + " " + d.Message + "\n")
		}
		t.Fatalf("the document has errors:\n%s", text.String())
	}
	return result.Files
}

func must(found []diag.Diagnostic, _ int) []diag.Diagnostic { return found }

// module is a Go module of its own, which uses this checkout.
type module struct {
	t   *testing.T
	dir string
}

// newModule returns an empty module that requires what this one does.
func newModule(t *testing.T) *module {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	ours, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	const path = "github.com/gatewright/gatewright"
	text := strings.Replace(string(ours), "module "+path, "module golden.test", 1)
	text += "\nrequire " + path + " v0.0.0\n\nreplace " + path + " => " + strconv.Quote(root) + "\n"
	m := &module{t: t, dir: t.TempDir()}
	m.add("go.mod", []byte(text))
	m.add("go.sum", sums)
	return m
}

func (m *module) add(name string, text []byte) {
	path := filepath.Join(m.dir, name)
	require.NoError(m.t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(m.t, os.WriteFile(path, text, 0o644))
}

// run runs the go command in the module and returns what it says.
func (m *module) run(args ...string) string {
	m.t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		m.t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
