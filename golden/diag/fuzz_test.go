package diag

import (
	"bytes"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// FuzzFindings looks at whatever text as a document: nothing may panic, every finding points into the document, and
// every format can write it.
func FuzzFindings(f *testing.F) {
	for _, name := range archives(f) {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(txtar.Parse(data).Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		t.Chdir(t.TempDir())
		if err := os.WriteFile("api.yaml", document, 0o644); err != nil {
			t.Fatal(err)
		}
		list := findings(t, []string{"api.yaml"}, nil)
		shown, _ := list.Sorted()
		for _, d := range shown {
			if _, known := diag.Explain(d.Code); !known || d.Code == diag.Internal || d.Message == "" {
				t.Fatalf("finding %+v", d)
			}
			inside(t, d.Span)
			for _, related := range d.Related {
				inside(t, related.Span)
			}
		}
		var b bytes.Buffer
		for _, err := range []error{diag.WriteText(&b, list, diag.TextOptions{Color: true}), diag.WriteJSON(&b, list), diag.WriteSARIF(&b, list, ""), diag.WriteGitHub(&b, list)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// inside fails when a span points at a line or column that its file does not have.
func inside(t *testing.T, span source.Span) {
	t.Helper()
	if !span.Valid() {
		t.Fatal("a finding without place")
	}
	if columns := len([]rune(span.File.Line(span.Line))); span.Col < 1 || span.Col > columns+1 {
		t.Fatalf("%s points behind its line of %d columns", span, columns)
	}
}
