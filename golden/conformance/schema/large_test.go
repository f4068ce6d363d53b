package schema

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/emit"
	loader "github.com/gatewright/gatewright/gen/load"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/schema"
)

// TestLarge compiles and builds all schemas of a large document, such as GitHub's, which the environment variable names.
func TestLarge(t *testing.T) {
	path := os.Getenv("GATEWRIGHT_LARGE_DOCUMENT")
	if path == "" {
		t.Skip("GATEWRIGHT_LARGE_DOCUMENT names no document")
	}
	var list diag.List
	api := loader.Load(context.Background(), loader.Options{Paths: []string{path}}, &list)
	require.NotNil(t, api)
	start := time.Now()
	set := schema.New(api, schema.Options{})
	for _, named := range api.Schemas {
		set.Body(named.Node, named.Name.Value)
	}
	file, found := set.File()
	for _, d := range found {
		if d.Severity == diag.Error {
			t.Errorf("%s: %s %s", d.Span, d.Code, d.Message)
		}
	}
	files, err := emit.Program(&plan.Program{Package: "large", Files: []plan.File{file}})
	require.NoError(t, err)
	t.Logf("%d schemas, %d bytes of document, %d bytes of Go, %d findings in %v", len(api.Schemas), len(api.Files[0].Data), len(files[0].Text), len(found), time.Since(start))
	require.Less(t, len(files[0].Text), 4*len(api.Files[0].Data))
	dir, err := os.MkdirTemp(moduleDir(t), "zz_large")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, files[0].Name), files[0].Text, 0o600))
	start = time.Now()
	cmd := exec.Command("go", "build", "./"+filepath.Base(dir))
	cmd.Dir = moduleDir(t)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%.2000s", out)
	t.Logf("built in %v", time.Since(start))
	require.Less(t, time.Since(start), time.Minute)
}
