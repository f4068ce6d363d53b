package files

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
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

func TestLook(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "f"), filepath.Join(dir, "g")
	absent := Look([]string{path})
	require.True(t, Same(absent, Look([]string{path})))
	require.NoError(t, os.WriteFile(path, []byte("1"), 0o600))
	first := Look([]string{path})
	require.False(t, Same(absent, first), "a file that came")
	require.True(t, Same(first, Look([]string{path})))
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Unix(1, 0)))
	second := Look([]string{path})
	require.False(t, Same(first, second), "another time")
	require.NoError(t, os.WriteFile(other, []byte("2"), 0o600))
	require.NoError(t, os.Chtimes(other, time.Time{}, time.Unix(1, 0)))
	require.NoError(t, os.Rename(other, path))
	require.False(t, Same(second, Look([]string{path})), "another file of the same size and time")
	require.NoError(t, os.Remove(path))
	require.True(t, Same(absent, Look([]string{path})), "a file that went")
}

func TestFollow(t *testing.T) {
	defer goleak.VerifyNone(t)
	ticks, looked := make(chan time.Time), make(chan struct{}, 1)
	stop := Follow(ticks, func() { looked <- struct{}{} })
	ticks <- time.Time{}
	<-looked
	stop()
}
