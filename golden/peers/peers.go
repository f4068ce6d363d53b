// Package peers starts the real servers that tests talk to in place of Amazon's: dynalite for DynamoDB, s3rver for S3 and
// goaws for SQS and SNS, each on a free port of the loopback; and it finds the npm packages that tests run. It must not
// know what is tested, and nothing but tests imports it.
//
// The npm packages are those of this folder's package-lock.json. GATEWRIGHT_NODE_MODULES names the node_modules that has
// them, else it is the one of this folder (`npm ci`).
package peers

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// AccountID is the account that SQS and SNS belong to.
const AccountID = "123456789012"

// DynamoDB starts DynamoDB and returns its URL.
func DynamoDB(t testing.TB) string {
	return serve(t, "dynamodb")
}

// S3 starts S3 with empty buckets and returns its URL. It knows the access key S3RVER with the secret S3RVER.
func S3(t testing.TB, buckets ...string) string {
	return serve(t, append([]string{"s3", t.TempDir()}, buckets...)...)
}

// Queues starts SQS and SNS and returns their URL.
func Queues(t testing.TB) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "goaws")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Dir = filepath.Join(folder(), "goaws")
	build.Env = append(os.Environ(), "GOWORK=off")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return start(t, exec.Command(binary))
}

// NodeModules is the folder that holds the npm packages. Without them the test is skipped, but in CI it fails.
func NodeModules(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("GATEWRIGHT_NODE_MODULES")
	if dir == "" {
		dir = filepath.Join(folder(), "node_modules")
	}
	if _, err := os.Stat(filepath.Join(dir, "dynalite")); err != nil {
		Missing(t, "npm's packages are not installed: run `npm ci` in golden/peers")
	}
	return dir
}

// Missing skips a test that needs what is not installed; in CI it fails the test.
func Missing(t testing.TB, how string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(how)
	}
	t.Skip(how)
}

func serve(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command("node", append([]string{filepath.Join(folder(), "serve.js")}, args...)...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+NodeModules(t))
	return start(t, cmd)
}

// start starts a server that prints its URL and ends with its standard input.
func start(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, stdin.Close())
		if err := cmd.Wait(); err != nil {
			t.Logf("%s: %v", cmd.Path, err)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, "%s prints no address", cmd.Path)
	return strings.TrimSpace(line)
}

// folder is this package's own.
func folder() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}
