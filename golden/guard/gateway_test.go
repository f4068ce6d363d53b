package guard

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

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

// gateway is a gateway that runs in a process of its own.
type gateway struct {
	t       *testing.T
	cmd     *exec.Cmd
	address string
	log     logged
	ended   chan struct{}
}

// logged is a log that is read while it is written.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var listens = regexp.MustCompile(`msg=ready .*\blisten=(\S+)`)

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
	out, err := exec.Command("go", "run", "../../cmd/gatewright", "build", "-o", binary, path).CombinedOutput()
	require.NoError(t, err, "%s", out)
	g := &gateway{t: t, ended: make(chan struct{})}
	g.cmd = exec.Command(binary, "--listen", "127.0.0.1:0", "--admin-listen", "off", "--log-level", "debug", "--access-log", "stderr")
	g.cmd.Dir, g.cmd.Env = dir, os.Environ()
	for name, value := range w.secrets {
		if strings.Contains(name, ".") {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(value+"\n"), 0o600))
			continue
		}
		g.cmd.Env = append(g.cmd.Env, name+"="+value)
	}
	g.run()
	return g
}

// run starts the program and waits until it listens.
func (g *gateway) run() {
	g.t.Helper()
	stderr, err := g.cmd.StderrPipe()
	require.NoError(g.t, err)
	require.NoError(g.t, g.cmd.Start())
	lines := bufio.NewReader(io.TeeReader(stderr, &g.log))
	for g.address == "" {
		line, err := lines.ReadString('\n')
		require.NoError(g.t, err, "it does not become ready: %s", &g.log)
		if found := listens.FindStringSubmatch(line); found != nil {
			g.address = found[1]
		}
	}
	go func() {
		defer close(g.ended)
		_, _ = io.Copy(io.Discard, lines) // the log keeps it
	}()
	g.t.Cleanup(func() {
		_ = g.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		<-g.ended
		_ = g.cmd.Wait() // however it ended
		if g.t.Failed() {
			text := g.log.String()
			g.t.Log(text[max(0, len(text)-8000):])
		}
	})
}

// url is where path is.
func (g *gateway) url(path string) string { return "http://" + g.address + path }

// keepsQuiet asks that none of the texts stands in the log, nor a half of one.
func (g *gateway) keepsQuiet(texts ...string) {
	g.t.Helper()
	log := g.log.String()
	require.Contains(g.t, log, "msg=ready")
	for _, text := range texts {
		require.GreaterOrEqual(g.t, len(text), 16, "too short to be looked for")
		require.NotContains(g.t, log, text)
		require.NotContains(g.t, log, text[:len(text)/2])
	}
}
