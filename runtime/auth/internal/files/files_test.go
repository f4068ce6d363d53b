package files

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	_, err := Read(path, 4)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("1234"), 0o600))
	text, err := Read(path, 4)
	require.NoError(t, err)
	require.Equal(t, "1234", string(text))
	_, err = Read(path, 3)
	require.ErrorIs(t, err, ErrTooLarge)
}
