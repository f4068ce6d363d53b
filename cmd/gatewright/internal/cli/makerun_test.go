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
)

// TestMakeRun does what a newcomer does: it types `make run`, tries the requests that are printed, and ends it by Ctrl-C.
func TestMakeRun(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is missing: apt-get install make")
	}
	read, write, err := os.Pipe()
	require.NoError(t, err)
	defer read.Close()
	cmd := exec.Command("make", "--no-print-directory", "run")
	cmd.Dir = checkout
	cmd.Stdout, cmd.Stderr = write, write
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as a terminal's foreground group has one
	require.NoError(t, cmd.Start())
	require.NoError(t, write.Close())
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	require.NoError(t, read.SetReadDeadline(time.Now().Add(scriptPatience)))
	lines := bufio.NewScanner(read)

	var curls []string
	for len(curls) < 3 && lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); strings.HasPrefix(line, "curl ") {
			curls = append(curls, line)
		}
		t.Log(lines.Text())
	}
	require.Len(t, curls, 3)
	for i, want := range []string{
		`(?s)^HTTP/1.1 200 OK\r\n.*"name":"Rex"`,
		`(?s)^HTTP/1.1 201 Created\r\n.*Location: /pets/4\r\n.*"name":"Ada"`,
		`(?s)^HTTP/1.1 404 Not Found\r\n.*"error":"there is nothing at this path"`,
	} {
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
	require.Contains(t, log, "path=/prod/pets route=/pets status=200", "the gateway logs requests")
	require.Contains(t, log, `uri="/pets?kind=dog"`, "the backend logs requests")
	_ = cmd.Wait()
}
