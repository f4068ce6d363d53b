package limits

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gatewright/gatewright/golden/peers/redisserver"
	// Linked so that go test knows what built gateways are made of, and does not remember the result of other ones.
	_ "github.com/gatewright/gatewright/gen"
	_ "github.com/gatewright/gatewright/runtime/integration/mock"
	_ "github.com/gatewright/gatewright/runtime/part/redis"
	_ "github.com/gatewright/gatewright/runtime/server"
	_ "github.com/gatewright/gatewright/runtime/throttle"
	_ "github.com/gatewright/gatewright/runtime/usageplan"
)

// loadTime is short enough for every day; what is promised is tried with -for 30s.
var loadTime = flag.Duration("for", time.Second, "how long loads last")

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "limits-")
	if err != nil {
		panic(err)
	}
	built.dir = dir
	goleak.VerifyTestMain(remover{m, dir})
}

// remover removes what all tests share.
type remover struct {
	*testing.M
	dir string
}

func (r remover) Run() int {
	defer os.RemoveAll(r.dir)
	return r.M.Run()
}

// built are gateways that were built, by how their limits fail.
var built struct {
	mu  sync.Mutex
	dir string
}

// program is the gateway of the document, with all policies as closed says. It is built once.
func program(t *testing.T, closed string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds gateways")
	}
	text, err := os.ReadFile("testdata/limits.yaml")
	require.NoError(t, err)
	return compiled(t, closed, strings.ReplaceAll(string(text), "onStoreFailure: closed", "onStoreFailure: "+closed))
}

// compiled is the gateway of a document, which is built once by that name.
func compiled(t *testing.T, name, text string) string {
	t.Helper()
	built.mu.Lock()
	defer built.mu.Unlock()
	binary := filepath.Join(built.dir, name)
	if _, err := os.Stat(binary); err == nil {
		return binary
	}
	document := filepath.Join(built.dir, name+".yaml")
	require.NoError(t, os.WriteFile(document, []byte(text), 0o600))
	out, err := exec.Command("go", "run", "../../cmd/gatewright", "build", "--with", "redis", "-o", binary, document).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

// gateway is a gateway that runs in a process of its own.
type gateway struct {
	t              *testing.T
	cmd            *exec.Cmd
	address, admin string
	log            logged
	ended          chan struct{}
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

var listens = regexp.MustCompile(`msg=ready .*\blisten=(\S+).*\badmin[-_]listen=(\S+)`)

// keys are the API keys of the document's plans.
func keys() map[string]string {
	all := map[string]string{}
	for _, plan := range []string{"closed", "local", "open", "counted"} {
		all[plan] = plan + "-key-0123456789abcdef"
	}
	return all
}

// command is a gateway that is still to be run.
func command(t *testing.T, binary, redis string, flags ...string) *gateway {
	t.Helper()
	g := &gateway{t: t, ended: make(chan struct{})}
	g.cmd = exec.Command(binary, append([]string{"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--stage", "prod"}, flags...)...)
	g.cmd.Env = append(os.Environ(), "GATEWRIGHT_REDIS="+redis)
	for plan, key := range keys() {
		g.cmd.Env = append(g.cmd.Env, strings.ToUpper(plan)+"_KEY="+key)
	}
	return g
}

// start runs a gateway until the test ends.
func start(t *testing.T, binary, redis string, flags ...string) *gateway {
	t.Helper()
	g := command(t, binary, redis, flags...)
	stderr, err := g.cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, g.cmd.Start())
	lines := bufio.NewReader(io.TeeReader(stderr, &g.log))
	for g.address == "" {
		line, err := lines.ReadString('\n')
		require.NoError(t, err, "it does not become ready: %s", &g.log)
		if found := listens.FindStringSubmatch(line); found != nil {
			g.address, g.admin = found[1], found[2]
		}
	}
	go func() {
		defer close(g.ended)
		_, _ = io.Copy(io.Discard, lines) // the log keeps it
		_ = g.cmd.Wait()                  // however it ended
	}()
	t.Cleanup(func() {
		_ = g.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		<-g.ended
		if t.Failed() {
			text := g.log.String()
			t.Log(text[max(0, len(text)-4000):])
		}
	})
	return g
}

// startMany starts gateways that have all seen each other.
func startMany(t *testing.T, n int, binary, redis string, flags ...string) []*gateway {
	t.Helper()
	all := make([]*gateway, n)
	for i := range all {
		all[i] = start(t, binary, redis, flags...)
	}
	for _, g := range all {
		redisserver.Eventually(t, "all gateways have seen each other", func() bool { return g.metric("gatewright_store_gateways") == n })
	}
	return all
}

// kill ends the gateway as kill -9 does.
func (g *gateway) kill() {
	require.NoError(g.t, g.cmd.Process.Kill())
	<-g.ended
}

// page is the status and the text of an admin page.
func (g *gateway) page(path string) (int, string) {
	g.t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + g.admin + path)
	require.NoError(g.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(g.t, err)
	return response.StatusCode, string(text)
}

// metric is a number on /metrics.
func (g *gateway) metric(name string) (n int) {
	g.t.Helper()
	_, text := g.page("/metrics")
	for line := range strings.SplitSeq(text, "\n") {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			_, err := fmt.Sscan(value, &n)
			require.NoError(g.t, err)
		}
	}
	return n
}

// becomesReady waits until /readyz answers with status.
func becomesReady(t *testing.T, all []*gateway, status int) {
	t.Helper()
	for _, g := range all {
		redisserver.Eventually(t, fmt.Sprint("/readyz answers ", status), func() bool {
			code, _ := g.page("/readyz")
			return code == status
		})
	}
}
