package load_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/load"
)

// corpus is a folder of documents that other people wrote, where a checkout has one beside it.
const corpus = "../../../shared/corpus"

// documents returns the documents of the corpus, or skips the test.
func documents(t *testing.T) []string {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus of other people's documents beside the checkout")
	}
	var paths []string
	require.NoError(t, filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		switch filepath.Ext(path) {
		case ".json", ".yaml", ".yml":
			paths = append(paths, path)
		}
		return err
	}))
	require.NotEmpty(t, paths)
	return paths
}

// TestCorpus loads what other people wrote: nothing may be an internal error, and what is refused is refused for a
// reason that names a place.
func TestCorpus(t *testing.T) {
	for _, path := range documents(t) {
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), func(t *testing.T) {
			var found diag.List
			api := load.Load(context.Background(), load.Options{Paths: []string{path}}, &found)
			shown, _ := found.Sorted()
			for _, d := range shown {
				t.Logf("%s: %s %s", d.Span, d.Code, d.Message)
				require.NotEqual(t, diag.Internal, d.Code)
				require.True(t, d.Span.Valid())
			}
			if api == nil {
				require.NotZero(t, found.Errors())
				return
			}
			for _, item := range api.Paths {
				require.True(t, item.Path.Span.Valid())
				for _, op := range item.Operations {
					require.True(t, op.Span.Valid(), "%s %s", op.Method, item.Path.Value)
				}
			}
		})
	}
}
