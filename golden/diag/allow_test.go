package diag

import (
	"context"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/emit"
	"github.com/gatewright/gatewright/gen/load"
	"github.com/gatewright/gatewright/gen/lower"
)

// TestAllowedDocumentsAreGenerated generates every document whose findings can all be allowed: what --allow takes, the
// later stages must cope with.
func TestAllowedDocumentsAreGenerated(t *testing.T) {
	generated := 0
	for _, name := range archives(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			archive := txtar.Parse(data)
			t.Chdir(t.TempDir())
			document := archive.Files[0]
			require.NoError(t, os.WriteFile(document.Name, document.Data, 0o644))
			shown, _ := findings(t, []string{document.Name}, nil).Sorted()
			for _, d := range shown {
				info, known := diag.Explain(d.Code)
				require.True(t, known, d.Code)
				if d.Severity == diag.Error && info.Allowed == "" {
					return
				}
			}
			var list diag.List
			api := load.Load(context.Background(), load.Options{Paths: []string{document.Name}}, &list)
			require.NotNil(t, api)
			files, err := emit.Program(lower.Lower(api, lower.Options{Package: "pets"}))
			require.NoError(t, err)
			for _, file := range files {
				if _, err := format.Source(file.Text); err != nil {
					t.Fatalf("%s: %v", file.Name, err)
				}
			}
			generated++
		})
	}
	require.Greater(t, generated, 40)
}
