package guard

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSIGHUP: the keys of an issuer that are good for an hour are fetched at once, and what cannot be read is told without
// being shown.
func TestSIGHUP(t *testing.T) {
	w := newWorld(t)
	g := w.start(t, "spelling.yaml")
	client := clientOf(t, 1)
	token := w.issuer.token(t, "k0")
	ask := func() int {
		return w.do(t, client, g.request("GET", "/vault/a", "", "Authorization", token)).status
	}
	require.Equal(t, 200, ask())
	w.issuer.rotate(t, "k1")
	w.issuer.retire("k0")
	require.Equal(t, 200, ask(), "nobody has told yet")
	require.NoError(t, g.cmd.Process.Signal(syscall.SIGHUP))
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	for ends := time.Now().Add(30 * time.Second); ask() == 200; <-pace.C {
		require.True(t, time.Now().Before(ends), "a key that is gone still lets in")
	}
	require.Equal(t, 401, ask())
}

// TestSIGHUPWithoutSecret keeps what was in force.
func TestSIGHUPWithoutSecret(t *testing.T) {
	w := newWorld(t)
	g := w.start(t, "callers.yaml")
	client := clientOf(t, 1)
	require.NoError(t, os.Remove(filepath.Join(g.cmd.Dir, "bob.secret")))
	require.NoError(t, g.cmd.Process.Signal(syscall.SIGHUP))
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	for ends := time.Now().Add(30 * time.Second); !strings.Contains(g.log.String(), "bob.secret"); <-pace.C {
		require.True(t, time.Now().Before(ends), "the log tells nothing")
	}
	require.Equal(t, 200, w.do(t, client, sign(t, g.request("GET", "/signed/allowed", ""), w.bob(), good())).status)
	g.keepsQuiet(w.secrets["bob.secret"])
}
