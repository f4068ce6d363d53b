package cli

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestExamplesAreFresh fails when an example's committed package is not what the generator writes now.
func TestExamplesAreFresh(t *testing.T) {
	documents, err := filepath.Glob(filepath.Join(checkout, "examples", "*", "openapi.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, documents)
	for _, document := range documents {
		dir := filepath.Join(filepath.Dir(document), "gateway")
		var out, errs bytes.Buffer
		code := Run(t.Context(), []string{"generate", "-check", "-o", dir, document}, nil, &out, &errs)
		require.Zero(t, code, "%s", errs.String())
	}
}
