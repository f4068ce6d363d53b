package cli

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOrdersAreCovered fails when a branch of a template in examples/orders has no fixture.
func TestOrdersAreCovered(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	fixtures, err := filepath.Glob(filepath.Join(checkout, "examples", "orders", "fixtures", "*.yaml"))
	require.NoError(t, err)
	require.Len(t, fixtures, 3)
	var out, errs bytes.Buffer
	code := Run(t.Context(), append([]string{"test", "--coverage"}, fixtures...), nil, &out, &errs)
	require.Zero(t, code, "%s%s", out.String(), errs.String())
	require.Contains(t, out.String(), "coverage: 100.0% of the templates' branches (24 of 24)")
}
