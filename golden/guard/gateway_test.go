package guard

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gatewright/gatewright/golden/gatewaytest"
	// Linked so that go test knows what built gateways are made of, and does not remember the result of other ones.
	_ "github.com/gatewright/gatewright/gen"
	_ "github.com/gatewright/gatewright/runtime/auth/authorizer"
	_ "github.com/gatewright/gatewright/runtime/auth/bearer"
	_ "github.com/gatewright/gatewright/runtime/auth/iam"
	_ "github.com/gatewright/gatewright/runtime/function/emulator"
	_ "github.com/gatewright/gatewright/runtime/integration/httpproxy"
	_ "github.com/gatewright/gatewright/runtime/server"
	_ "github.com/gatewright/gatewright/runtime/usageplan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is what stands around a gateway: its backend, its authorizer function, its issuer, and what is secret.
type world struct {
	backend   *backend
	functions *functions
	issuer    *issuer
	secrets   map[string]string // by the name of the variable or the file that has it
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{backend: startBackend(t), functions: startFunctions(t), issuer: startIssuer(t, "https://login.example.com/"), secrets: map[string]string{
		"ALICE_SECRET": unguessable(), "BOB_TOKEN": unguessable(), "CAROL_SECRET": unguessable(), "ALICE_KEY": unguessable(),
		"bob.secret": unguessable(), "bob.key": unguessable(),
	}}
}

// unguessable is a text that stands nowhere else.
func unguessable() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

// gateway is a built gateway that runs.
type gateway struct {
	*gatewaytest.Gateway
	t   *testing.T
	dir string // where its secrets are
}

// start builds the gateway of a document with the command and runs it with the world's secrets.
func (w *world) start(t *testing.T, document string) *gateway {
	t.Helper()
	if testing.Short() {
		t.Skip("builds gateways")
	}
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join("testdata", document))
	require.NoError(t, err)
	filled := strings.NewReplacer("${backend}", "http://"+w.backend.address, "${functions}", w.functions.url, "${issuer}", w.issuer.url).Replace(string(text))
	path := filepath.Join(dir, document)
	require.NoError(t, os.WriteFile(path, []byte(filled), 0o600))
	binary := filepath.Join(dir, "gateway")
	require.NoError(t, gatewaytest.Build(binary, path))
	cmd := gatewaytest.Command(binary, "--admin-listen", "off", "--log-level", "debug", "--access-log", "stderr")
	cmd.Dir, cmd.Env = dir, os.Environ()
	for name, value := range w.secrets {
		if strings.Contains(name, ".") {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(value+"\n"), 0o600))
			continue
		}
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	g := &gateway{Gateway: gatewaytest.Run(t, cmd), t: t, dir: dir}
	t.Cleanup(g.Stop)
	return g
}

// url is where path is.
func (g *gateway) url(path string) string { return "http://" + g.Listen + path }

// keepsQuiet asks that none of the texts stands in the log, nor a half of one.
func (g *gateway) keepsQuiet(texts ...string) {
	g.t.Helper()
	log := g.Log()
	require.Contains(g.t, log, "msg=ready")
	for _, text := range texts {
		require.GreaterOrEqual(g.t, len(text), 16, "too short to be looked for")
		require.NotContains(g.t, log, text)
		require.NotContains(g.t, log, text[:len(text)/2])
	}
}
