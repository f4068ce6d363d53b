package limits

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gatewright/gatewright/golden/gatewaytest"
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
	require.NoError(t, gatewaytest.Build(binary, document, "--with", "redis"))
	return binary
}

// gateway is a built gateway that runs.
type gateway struct {
	*gatewaytest.Gateway
	t *testing.T
}

// keys are the API keys of the document's plans.
func keys() map[string]string {
	all := map[string]string{}
	for _, plan := range []string{"closed", "local", "open", "counted"} {
		all[plan] = plan + "-key-0123456789abcdef"
	}
	return all
}

// command is a gateway that is still to be run.
func command(binary, redis string, flags ...string) *exec.Cmd {
	cmd := gatewaytest.Command(binary, append([]string{"--stage", "prod"}, flags...)...)
	cmd.Env = append(os.Environ(), "GATEWRIGHT_REDIS="+redis)
	for plan, key := range keys() {
		cmd.Env = append(cmd.Env, strings.ToUpper(plan)+"_KEY="+key)
	}
	return cmd
}

// start runs a gateway until the test ends.
func start(t *testing.T, binary, redis string, flags ...string) *gateway {
	t.Helper()
	g := &gateway{gatewaytest.Run(t, command(binary, redis, flags...)), t}
	t.Cleanup(g.Stop)
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
	g.Signal(os.Kill)
	_ = g.Wait() // it was killed
}

// page is the status and the text of an admin page.
func (g *gateway) page(path string) (int, string) {
	g.t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + g.Admin + path)
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
