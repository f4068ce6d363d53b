package guard

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/gatewaytest"
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
	g.Signal(syscall.SIGHUP)
	gatewaytest.Until(t, "a key that is gone does not let in", func() bool { return ask() != 200 })
	require.Equal(t, 401, ask())
}

// TestSIGHUPWithoutSecret keeps what was in force.
func TestSIGHUPWithoutSecret(t *testing.T) {
	w := newWorld(t)
	g := w.start(t, "callers.yaml")
	client := clientOf(t, 1)
	require.NoError(t, os.Remove(filepath.Join(g.dir, "bob.secret")))
	g.Signal(syscall.SIGHUP)
	gatewaytest.Until(t, "the log tells of it", func() bool { return strings.Contains(g.Log(), "bob.secret") })
	require.Equal(t, 200, w.do(t, client, sign(t, g.request("GET", "/signed/allowed", ""), w.bob(), good())).status)
	g.keepsQuiet(w.secrets["bob.secret"])
}
