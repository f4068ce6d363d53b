package diag

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/gen/diag"
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
			var allow []diag.Code
			for _, d := range shown {
				info, known := diag.Explain(d.Code)
				require.True(t, known, d.Code)
				if d.Severity == diag.Error && info.Allowed == "" {
					return
				}
				if info.Allowed != "" {
					allow = append(allow, d.Code)
				}
			}
			result, list := gen.Generate(context.Background(), gen.Options{Document: document.Name, Package: "pets", Allow: allow})
			require.Zero(t, list.Errors())
			require.NotNil(t, result.Files)
			generated++
		})
	}
	require.Greater(t, generated, 40)
}

func TestOptions(t *testing.T) {
	for _, options := range []gen.Options{
		{Document: "api.yaml", Allow: []diag.Code{"GW0000"}},
		{Document: "api.yaml", Allow: []diag.Code{diag.RouteConflict}},
		{Document: "api.yaml", BasePath: "append"},
	} {
		shown, _ := gen.Check(context.Background(), options).Sorted()
		require.Len(t, shown, 1)
		require.Equal(t, diag.BadOption, shown[0].Code)
	}
}
