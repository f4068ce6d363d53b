// Package diag holds documents with mistakes and exactly what Gatewright says about them.
//
// Each file of testdata is a txtar archive: a comment, the document's files (the first is the one that is checked) and
// output.txt. A comment line "allow: CODE…" allows codes, a line "documents: FILE…" names the documents when they are several,
// "param: KEY=VALUE…" gives parameters, "params: FILE…" files of them, and "param-defaults:" lets stand-ins pass. `go test -update` rewrites the outputs, and docs/diagnostics.md; it
// fails all the same, so that a run that rewrote something is never taken for one that passed.
package diag

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/gen/diag"
)

var update = flag.Bool("update", false, "rewrite the outputs and docs/diagnostics.md")

const outputName = "output.txt"

// findings runs the front half of the generator over the documents of the working directory.
func findings(t *testing.T, documents []string, comment []byte) *diag.List {
	t.Helper()
	o := gen.Options{
		Document: documents[0], More: documents[1:], Allow: allowedIn(comment),
		ParameterFiles: words(comment, "params"), StandIns: words(comment, "param-defaults") != nil,
	}
	for _, word := range words(comment, "param") {
		name, value, _ := strings.Cut(word, "=")
		o.Parameters = append(o.Parameters, gen.Parameter{Name: name, Value: value})
	}
	return gen.Check(context.Background(), o)
}

// words reads a line "key: WORD…" of an archive's comment.
func words(comment []byte, key string) []string {
	for line := range strings.Lines(string(comment)) {
		if rest, ok := strings.CutPrefix(line, key+":"); ok {
			return append([]string{}, strings.Fields(rest)...)
		}
	}
	return nil
}

func allowedIn(comment []byte) []diag.Code {
	var codes []diag.Code
	for _, code := range words(comment, "allow") {
		codes = append(codes, diag.Code(code))
	}
	return codes
}

func archives(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for i, name := range names {
		names[i], err = filepath.Abs(name)
		require.NoError(t, err)
	}
	return names
}

func TestFindings(t *testing.T) {
	for _, name := range archives(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			archive := txtar.Parse(data)
			t.Chdir(t.TempDir())
			var documents []txtar.File
			want := ""
			for _, file := range archive.Files {
				if file.Name == outputName {
					want = string(file.Data)
					continue
				}
				documents = append(documents, file)
				require.NoError(t, os.MkdirAll(filepath.Dir(file.Name), 0o755))
				require.NoError(t, os.WriteFile(file.Name, file.Data, 0o644))
			}
			require.NotEmpty(t, documents)
			paths := words(archive.Comment, "documents")
			if paths == nil {
				paths = []string{documents[0].Name}
			}
			var got bytes.Buffer
			require.NoError(t, diag.WriteText(&got, findings(t, paths, archive.Comment), diag.TextOptions{}))
			if got.String() == want {
				return
			}
			if *update {
				archive.Files = append(documents, txtar.File{Name: outputName, Data: got.Bytes()})
				require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o644))
				t.Fatalf("%s is rewritten", name)
			}
			require.Equal(t, want, got.String(), "run with -update when this is meant")
		})
	}
}

// uncovered are the codes that no archive shows, with the reason.
func uncovered() map[diag.Code]string {
	return map[diag.Code]string{
		diag.Internal:   "no document is known to cause one",
		diag.BadOption:  "no document causes one; TestOptions shows it",
		diag.Unreadable: "the message is the operating system's",
		diag.TooLarge:   "the document would be too large to keep; gen/load tests it with a lower bound",
	}
}

func TestEveryCodeHasAGolden(t *testing.T) {
	shown := make(map[string]bool)
	for _, name := range archives(t) {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, file := range txtar.Parse(data).Files {
			if file.Name != outputName {
				continue
			}
			for _, match := range regexp.MustCompile(`(?m)(?:error|warning)\[(GW\d+)\]: `).FindAllSubmatch(file.Data, -1) {
				shown[string(match[1])] = true
			}
		}
	}
	reasons := uncovered()
	for _, info := range diag.Codes() {
		reason, excused := reasons[info.Code]
		switch {
		case excused && shown[string(info.Code)]:
			t.Errorf("%s has a golden, so the reason %q is out of date", info.Code, reason)
		case !excused && !shown[string(info.Code)]:
			t.Errorf("%s (%s) has no golden", info.Code, info.Title)
		}
		delete(reasons, info.Code)
	}
	for code := range reasons {
		t.Errorf("there is no code %s", code)
	}
}

func TestDocumentation(t *testing.T) {
	const name = "../../docs/diagnostics.md"
	want := diag.Document()
	got, err := os.ReadFile(name)
	if *update && string(got) != want {
		require.NoError(t, os.WriteFile(name, []byte(want), 0o644))
		t.Fatalf("%s is rewritten", name)
	}
	require.NoError(t, err)
	if string(got) != want {
		t.Fatalf("%s is not what gen/diag says; run with -update", name)
	}
}
