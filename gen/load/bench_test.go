package load_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/load"
)

// BenchmarkLoad loads the document that GATEWRIGHT_BENCH_DOCUMENT names (GitHub's API of 13 MB is a good one: file
// generated/api.github.com.json of the npm package @octokit/openapi), or one that it makes up.
func BenchmarkLoad(b *testing.B) {
	path := os.Getenv("GATEWRIGHT_BENCH_DOCUMENT")
	if path == "" {
		path = filepath.Join(b.TempDir(), "large.yaml")
		if err := os.WriteFile(path, []byte(large(500)), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		var found diag.List
		if api := load.Load(context.Background(), load.Options{Paths: []string{path}}, &found); api == nil || found.Len() > 0 {
			b.Fatal("the document has findings")
		}
	}
}
