package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDoubleDashes(t *testing.T) {
	root := (&command{}).root()
	for _, test := range []struct{ in, want []string }{
		{[]string{"generate", "-check", "-o", "gateway", "x.yaml"}, []string{"generate", "--check", "-o", "gateway", "x.yaml"}},
		{[]string{"generate", "-package=shop", "-ogateway"}, []string{"generate", "--package=shop", "-ogateway"}},
		{[]string{"run", "-listen", ":1", "x.yaml", "--", "-listen"}, []string{"run", "--listen", ":1", "x.yaml", "--", "-listen"}},
		{[]string{"--check", "-", "-h", "-nonsense"}, []string{"--check", "-", "-h", "-nonsense"}},
		{nil, []string{}},
	} {
		require.Equal(t, test.want, doubleDashes(root, test.in))
	}
}

func TestSweepRemovesOnlyWhatIsOld(t *testing.T) {
	parent := t.TempDir()
	old := time.Now().Add(-scratchLife - time.Hour)
	for _, name := range []string{"used", "old", "recent"} {
		require.NoError(t, os.Mkdir(filepath.Join(parent, name), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(parent, name+".lock"), nil, 0o644))
		require.NoError(t, os.Chtimes(filepath.Join(parent, name+".lock"), old, old))
	}
	require.NoError(t, os.Chtimes(filepath.Join(parent, "used"), old, old))
	require.NoError(t, os.Chtimes(filepath.Join(parent, "old"), old, old))
	require.NoError(t, scratch{dir: filepath.Join(parent, "used")}.sweep())
	entries, err := os.ReadDir(parent)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	require.Equal(t, []string{"recent", "recent.lock", "used", "used.lock"}, names)
}

func TestColorOnlyOnATerminal(t *testing.T) {
	require.False(t, isTerminal(&bytes.Buffer{}))
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	defer file.Close()
	require.False(t, isTerminal(file))
	t.Setenv("TERM", "xterm")
	terminal, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a character device, as a terminal is
	require.NoError(t, err)
	defer terminal.Close()
	require.True(t, wantsColor(terminal))
	t.Setenv("NO_COLOR", "1")
	require.False(t, wantsColor(terminal))
}

func TestGoModKeepsWhatTheBaseReplaces(t *testing.T) {
	base := baseModule{Go: "1.26.0", Require: []requirement{
		{Path: modulePath, Version: "v1.0.0"}, {Path: "example.com/a", Version: "v1.2.3"}}}
	base.Replace = append(base.Replace, struct {
		Old, New struct{ Path, Version string }
	}{})
	base.Replace[0].Old.Path = "example.com/a"
	base.Replace[0].New.Path = "../a b"
	h := home{version: "v1.0.0", base: "/home/me/shop"}
	require.Equal(t, `module x

go 1.26.0

require github.com/gatewright/gatewright v1.0.0

require (
	example.com/a v1.2.3 // indirect
)

replace example.com/a => "/home/me/a b"
`, string(h.goMod(base, "x", "")))
}

func TestHomes(t *testing.T) {
	own, err := ownHome(t.Context())
	require.NoError(t, err)
	root, err := filepath.Abs(checkout)
	require.NoError(t, err)
	require.Equal(t, home{version: unversioned, replace: root, base: root}, own)

	around, ok, err := homeAround(t.Context(), ".")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, own, around)

	outside := t.TempDir()
	_, ok, err = homeAround(t.Context(), outside)
	require.NoError(t, err)
	require.False(t, ok, "no module around")

	require.NoError(t, os.WriteFile(filepath.Join(outside, "go.mod"), []byte("module stranger\n"), 0o644))
	_, ok, err = homeAround(t.Context(), outside)
	require.NoError(t, err)
	require.False(t, ok, "a module that does not require ours")

	require.NoError(t, os.WriteFile(filepath.Join(outside, "go.mod"),
		[]byte("module friend\n\ngo 1.26.0\n\nrequire "+modulePath+" v0.0.0-00010101000000-000000000000\n\nreplace "+modulePath+" => "+root+"\n"), 0o644))
	around, ok, err = homeAround(t.Context(), outside)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, root, around.replace)
	require.Equal(t, outside, around.base)
}
