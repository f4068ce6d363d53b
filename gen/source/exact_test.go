package source

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// TestScalarsAreFoundExactly reads every scalar of whole documents again from its place: each must give the text that
// the parser gave, or places inside it would be lost. Other people's documents are among them where a checkout has some.
func TestScalarsAreFoundExactly(t *testing.T) {
	var total int
	for _, dir := range []string{"../load/testdata", "../../../shared/corpus"} {
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !slices.Contains([]string{".json", ".yaml", ".yml"}, filepath.Ext(path)) {
				return err
			}
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			root, _ := Parse(&File{Path: path, Data: data})
			require.False(t, root.IsZero(), path)
			total += exact(t, root)
			return nil
		}))
	}
	assert.Greater(t, total, 300)
}

// exact checks the scalars below n and counts them.
func exact(t *testing.T, n Node) int {
	total := 0
	if n.YAML.Kind == yaml.ScalarNode {
		total++
		assert.True(t, n.token().exact, "%s %q", n.Start(), n.YAML.Value)
	}
	for _, child := range n.YAML.Content {
		total += exact(t, Node{File: n.File, YAML: child})
	}
	return total
}
