package live

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/gatewaytest"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/limit/usagefile"

	// Linked so that go test knows what the built gateway is made of, and does not remember the result of another one.
	_ "github.com/gatewright/gatewright/gen"
)

// program is a gateway that the command built of testdata/quota.yaml.
type program struct {
	t                      *testing.T
	path, usage, overrides string
	client                 *http.Client
}

// process is one that serves.
type process struct {
	gatewaytest.Ready
	*program
}

// run is a process that the test has started.
type run struct {
	process
	*gatewaytest.Gateway
}

var builtIn string // the folder that built made, which TestMain removes

var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "quota")
	if err != nil {
		return "", err
	}
	builtIn = dir
	binary := filepath.Join(dir, "gateway")
	return binary, gatewaytest.Build(binary, "testdata/quota.yaml")
})

func compile(t *testing.T) *program {
	t.Helper()
	if testing.Short() {
		t.Skip("builds a gateway")
	}
	path, err := built()
	require.NoError(t, err)
	dir := t.TempDir()
	p := &program{
		t: t, path: path, usage: filepath.Join(dir, "usage"), overrides: filepath.Join(dir, "overrides.yaml"),
		client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}
	require.NoError(t, os.WriteFile(p.overrides, []byte(none), 0o600))
	return p
}

func (p *program) command() *exec.Cmd {
	cmd := gatewaytest.Command(p.path, "--stage", "prod", "--usage-file", p.usage, "--overrides", p.overrides)
	cmd.Env = append(os.Environ(), "ALICE_KEY="+aliceKey, "BOB_KEY="+bobKey)
	return cmd
}

// run starts the program, and waits until it serves.
func (p *program) run() *run {
	p.t.Helper()
	g := gatewaytest.Run(p.t, p.command())
	return &run{process{g.Ready, p}, g}
}

func (r process) get(address, path string, header ...string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://"+address+path, nil)
	require.NoError(r.t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	answer, err := r.client.Do(req)
	require.NoError(r.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(r.t, err)
	return answer.StatusCode, string(body)
}

// passes is how many of n requests of alice's pass. All others are more than her quota.
func (r process) passes(n int) int {
	r.t.Helper()
	passed := 0
	for range n {
		code, body := r.get(r.Listen, "/pets", "X-Api-Key", aliceKey)
		if code == 200 {
			passed++
		} else {
			require.Equal(r.t, `429 {"message":"Limit Exceeded"}`, fmt.Sprint(code, " ", body))
		}
	}
	return passed
}

// used is what /usage shows of the only key that was used, today and the day before: the date may change meanwhile.
func (r process) used() int64 {
	r.t.Helper()
	now := time.Now().UTC()
	_, body := r.get(r.Admin, "/usage?plan=gold&from="+now.AddDate(0, 0, -1).Format(time.DateOnly)+"&to="+now.Format(time.DateOnly))
	var report struct{ Items map[string][][2]int64 }
	require.NoError(r.t, json.Unmarshal([]byte(body), &report), body)
	require.LessOrEqual(r.t, len(report.Items), 1, body)
	var used int64
	for _, days := range report.Items {
		for _, day := range days {
			used += day[0]
		}
	}
	return used
}

// written is what the file says that a key has used: of a copy, as the gateway has the file.
func written(t *testing.T, usage, plan, id string) int64 {
	t.Helper()
	text, err := os.ReadFile(usage)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	f, err := usagefile.Open(path, usagefile.Options{})
	require.NoError(t, err)
	c := limit.NewCounters(limit.Quota{Limit: limit.MaxQuota}).At(0)
	require.NoError(t, f.Keep("quota/"+plan+"/"+id, id, c))
	require.NoError(t, f.Close())
	var used int64
	for _, day := range c.History() {
		used += day.Used
	}
	return used
}

// aliceID is the id of alice's key, as /usage has it.
const aliceID = "smf1x1b91t"

// TestKill kills a process that counts. What was written is not used again; what was not is at most what was counted last.
func TestKill(t *testing.T) {
	p := compile(t)
	r := p.run()
	require.Equal(t, 12, r.passes(12))
	gatewaytest.Until(t, "what is used is written", func() bool { return written(t, p.usage, "gold", aliceID) == 12 })
	text, err := os.ReadFile(p.usage)
	require.NoError(t, err)
	require.NotContains(t, string(text), "alice-alice", "a key's value")
	require.Equal(t, 1, strings.Count(string(text), "quota/gold/"), "a key that was never used")

	require.Equal(t, 6, r.passes(6))
	r.Signal(syscall.SIGKILL)
	require.Error(t, r.Wait())
	r = p.run()
	restored := r.used()
	require.GreaterOrEqual(t, restored, int64(12))
	require.LessOrEqual(t, restored, int64(18))
	require.Equal(t, 30-int(restored), r.passes(40))
	gatewaytest.Until(t, "what is used is written", func() bool { return written(t, p.usage, "gold", aliceID) == 30 })
	r.Signal(syscall.SIGKILL)
	require.Error(t, r.Wait())
	require.Zero(t, p.run().passes(3))
}

// TestStop loses nothing.
func TestStop(t *testing.T) {
	p := compile(t)
	for round := range 3 {
		r := p.run()
		require.Equal(t, int64(5*round), r.used())
		require.Equal(t, 5, r.passes(5))
		r.Signal(syscall.SIGTERM)
		require.NoError(t, r.Wait())
	}
}

// TestHandOver: the new process goes on with what the old one has counted.
func TestHandOver(t *testing.T) {
	p := compile(t)
	old := p.run()
	require.Equal(t, 11, old.passes(11))
	old.Signal(syscall.SIGUSR2)
	next := process{old.Successor(), p}
	t.Cleanup(func() {
		_ = syscall.Kill(next.PID, syscall.SIGTERM) // it is not our child
		gatewaytest.Until(t, "the process ended", func() bool { return syscall.Kill(next.PID, 0) != nil })
	})
	require.NoError(t, old.Wait())
	gatewaytest.Until(t, "the new process has the counts", func() bool { return next.used() == 11 })
	require.Equal(t, 19, next.passes(25))
}

// TestFilesThatCannotBeUsed end the start.
func TestFilesThatCannotBeUsed(t *testing.T) {
	p := compile(t)
	r := p.run()
	out, err := p.command().CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), ": another process has the file")
	r.Signal(syscall.SIGTERM)
	require.NoError(t, r.Wait())
	require.NoError(t, os.WriteFile(p.usage, []byte("no such file\n"), 0o600))
	out, err = p.command().CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "cannot start")
	require.Contains(t, string(out), p.usage)
}

// TestSIGHUP has limits of the file in force at once.
func TestSIGHUP(t *testing.T) {
	p := compile(t)
	r := p.run()
	require.Equal(t, 30, r.passes(35))
	require.NoError(t, os.WriteFile(p.overrides, []byte("x-gateway-usage-plans: {gold: {quota: {limit: 33}}}"), 0o600))
	r.Signal(syscall.SIGHUP)
	gatewaytest.Until(t, "one more passes", func() bool { return r.passes(1) == 1 })
	require.Equal(t, 2, r.passes(9))
	require.Equal(t, 9, r.bobs(9))
	require.NoError(t, os.WriteFile(p.overrides, []byte("x-gateway-usage-plans: {trial: {stages: {prod: {methods: {GET /pets: {throttle: {rateLimit: 0, burstLimit: 0}}}}}}}"), 0o600))
	r.Signal(syscall.SIGHUP)
	gatewaytest.Until(t, "the method has a limit", func() bool { return r.bobs(1) == 0 })
}

// TestGeneratedCodeThatTakesNothing: what the document limits nowhere cannot be limited while it runs.
func TestGeneratedCodeThatTakesNothing(t *testing.T) {
	p := compile(t)
	require.NoError(t, os.WriteFile(p.overrides, []byte("x-gateway-stages: {prod: {throttle: {rateLimit: 1, burstLimit: 1}}}"), 0o600))
	out, err := p.command().CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "x-gateway-stages.prod.throttle: GET /open takes from no limit")
}

// bobs is how many of n requests pass with bob's key.
func (r process) bobs(n int) int {
	r.t.Helper()
	passed := 0
	for range n {
		if code, _ := r.get(r.Listen, "/pets", "X-Api-Key", bobKey); code == 200 {
			passed++
		}
	}
	return passed
}
