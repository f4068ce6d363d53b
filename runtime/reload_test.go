package runtime

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hotFile is a file whose text is read into got.
type hotFile struct {
	path  string
	got   string
	reads int
	core  *Core
	*HotFiles
}

func newHotFile(t *testing.T) *hotFile {
	t.Helper()
	f := &hotFile{path: filepath.Join(t.TempDir(), "f")}
	f.write(t, "one")
	f.core = NewCore(&API{Title: "test"}, WithLogger(slog.New(slog.DiscardHandler)))
	f.HotFiles = f.core.OnReload("a file", []string{f.path}, f.read)
	require.NoError(t, f.read())
	return f
}

func (f *hotFile) read() error {
	f.reads++
	text, err := os.ReadFile(f.path)
	if err != nil {
		return err
	}
	if string(text) == "bad" {
		return errors.New("it is bad")
	}
	f.got = string(text)
	return nil
}

// write replaces the file in one step, as operators do.
func (f *hotFile) write(t *testing.T, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(f.path+".new", []byte(text), 0o600))
	require.NoError(t, os.Rename(f.path+".new", f.path))
}

// look looks once, and says whether there was news, what it was, and what is in force then.
func (f *hotFile) look(t *testing.T, news bool, failure, got string) {
	t.Helper()
	was, err := f.Look()
	require.Equal(t, news, was)
	if failure == "" {
		require.NoError(t, err)
	} else {
		require.ErrorContains(t, err, failure)
	}
	require.Equal(t, got, f.got)
}

func TestLook(t *testing.T) {
	f := newHotFile(t)
	f.look(t, false, "", "one")
	f.write(t, "two")
	f.look(t, true, "", "two")
	f.look(t, false, "", "two")
	require.Equal(t, 2, f.reads, "only what has changed is read")
	require.NoError(t, os.Remove(f.path))
	f.look(t, true, "no such file", "two")
	f.write(t, "two")
	f.look(t, true, "", "two")
	require.NoError(t, os.Chtimes(f.path, time.Time{}, time.Unix(1, 0)))
	f.look(t, true, "", "two")
	f.write(t, "six")
	require.NoError(t, os.Chtimes(f.path, time.Time{}, time.Unix(1, 0)))
	f.look(t, true, "", "six") // another file of the same size and time
}

func TestFailedReadingsAreTriedAgainAndToldOnce(t *testing.T) {
	f := newHotFile(t)
	f.write(t, "bad")
	f.look(t, true, "it is bad", "one")
	f.look(t, false, "it is bad", "one")
	require.Equal(t, 3, f.reads, "tried again although nothing changed")
	require.NoError(t, os.Remove(f.path))
	f.look(t, true, "no such file", "one") // another failure
	f.look(t, false, "no such file", "one")
	f.write(t, "two")
	f.look(t, true, "", "two")
	f.look(t, false, "", "two")
}

func TestChangesWhileFilesAreReadAreNotMissed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, []byte("1"), 0o600))
	core := NewCore(&API{Title: "test"})
	reads := 0
	h := core.OnReload("a file", []string{path}, func() error {
		if reads++; reads == 1 { // it was read, and is replaced before the reading ends
			require.NoError(t, os.WriteFile(path, []byte("longer"), 0o600))
		}
		return nil
	})
	require.NoError(t, core.Reload())
	news, err := h.Look()
	require.NoError(t, err)
	require.True(t, news)
	require.Equal(t, 2, reads)
}

func TestWatchKeepsWhatWasSeen(t *testing.T) {
	f := newHotFile(t)
	other := filepath.Join(t.TempDir(), "g")
	f.write(t, "two")
	f.Watch([]string{other, f.path})
	require.Equal(t, []string{other, f.path}, f.Paths())
	f.look(t, true, "", "two")
	require.NoError(t, os.WriteFile(other, nil, 0o600))
	f.look(t, true, "", "two") // a file that came
	f.Watch(nil)
	f.write(t, "three")
	f.look(t, false, "", "two")
}

func TestCoreReload(t *testing.T) {
	f := newHotFile(t)
	after := 0
	f.core.OnReload("nothing", nil, func() error { after++; return nil })
	require.NoError(t, f.core.Reload())
	f.write(t, "bad")
	require.EqualError(t, f.core.Reload(), "a file: it is bad")
	require.Equal(t, 2, after, "the others are read all the same")
	f.write(t, "two")
	require.NoError(t, f.core.Reload())
	f.look(t, false, "", "two")
	require.Equal(t, "a file", f.core.HotFiles()[0].What())
}
