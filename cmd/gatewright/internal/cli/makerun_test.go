//go:build unix

package cli

import (
	"bufio"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/peers"
)

// TestMakeRun does what a newcomer does: it types `make run`, tries the requests that are printed, and ends it by Ctrl-C.
func TestMakeRun(t *testing.T) {
	log := tryDemo(t, "run",
		`(?s)^HTTP/1.1 200 OK\r\n.*"name":"Rex"`,
		`(?s)^HTTP/1.1 201 Created\r\n.*Location: /pets/4\r\n.*"name":"Ada"`,
		`(?s)^HTTP/1.1 404 Not Found\r\n.*"error":"there is nothing at this path"`)
	require.Contains(t, log, "path=/prod/pets route=/pets status=200", "the gateway logs requests")
	require.Contains(t, log, `uri="/pets?kind=dog"`, "the backend logs requests")
}

// TestMakeRunOrders does the same with `make run-orders`, behind which are real DynamoDB and SQS servers.
func TestMakeRunOrders(t *testing.T) {
	peers.NodeModules(t)
	log := tryDemo(t, "run-orders",
		`(?s)^HTTP/1.1 201 Created\r\n.*"id": "1001"`,
		`(?s)^HTTP/1.1 204 No Content\r\n`,
		`(?s)^HTTP/1.1 200 OK\r\n.*"paid": 12.5`,
		`(?s)^HTTP/1.1 202 Accepted\r\n.*"queued": true`)
	require.NotContains(t, log, "demo:", "it ends well")
}

// tryDemo makes a target that runs a demo, tries each request that it prints, and ends it. It returns what was printed
// behind the requests.
func tryDemo(t *testing.T, target string, answers ...string) string {
	t.Helper()
	if _, err := exec.LookPath("make"); err != nil {
		peers.Missing(t, "make is missing: apt-get install make")
	}
	read, write, err := os.Pipe()
	require.NoError(t, err)
	defer read.Close()
	cmd := exec.Command("make", "--no-print-directory", target)
	cmd.Dir = checkout
	cmd.Stdout, cmd.Stderr = write, write
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as a terminal's foreground group has one
	require.NoError(t, cmd.Start())
	require.NoError(t, write.Close())
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	require.NoError(t, read.SetReadDeadline(time.Now().Add(scriptPatience)))
	lines := bufio.NewScanner(read)

	var curls []string
	for len(curls) < len(answers) && lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); strings.HasPrefix(line, "curl ") {
			curls = append(curls, line)
		}
		t.Log(lines.Text())
	}
	require.Len(t, curls, len(answers))
	for i, want := range answers {
		out, err := exec.Command("sh", "-c", curls[i]).CombinedOutput()
		require.NoError(t, err, "%s: %s", curls[i], out)
		require.Regexp(t, regexp.MustCompile(want), string(out), curls[i])
	}

	require.NoError(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGINT))
	var rest []string
	for lines.Scan() { // until every process of it is gone
		rest = append(rest, lines.Text())
	}
	log := strings.Join(rest, "\n")
	require.NoError(t, lines.Err(), log)
	_ = cmd.Wait() // it was interrupted
	return log
}
