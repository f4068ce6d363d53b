package peers

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// DynamoDB starts DynamoDB for a test and returns its URL.
func DynamoDB(t testing.TB) string {
	t.Helper()
	return running(t)(StartDynamoDB())
}

// S3 starts S3 with empty buckets for a test and returns its URL.
func S3(t testing.TB, buckets ...string) string {
	t.Helper()
	return running(t)(StartS3(t.TempDir(), buckets...))
}

// Queues starts SQS and SNS for a test and returns their URL.
func Queues(t testing.TB) string {
	t.Helper()
	return running(t)(StartQueues())
}

// running ends a server with its test.
func running(t testing.TB) func(*Server, error) string {
	return func(s *Server, err error) string {
		t.Helper()
		if errors.Is(err, ErrNoModules) {
			Missing(t, err.Error())
		}
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s.URL
	}
}

// NodeModules is the folder that holds npm's packages.
func NodeModules(t testing.TB) string {
	t.Helper()
	dir, err := Modules()
	if err != nil {
		Missing(t, err.Error())
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

// Emulator runs a function's program, and the words behind it, on Amazon's emulator and returns the emulator's URL.
func Emulator(t testing.TB, program string, words ...string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "rie")
	require.NoError(t, goBuild("rie", binary, "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie"))
	front, runtimeAPI := freeAddress(t), freeAddress(t)
	cmd := exec.Command(binary, append([]string{
		"--runtime-interface-emulator-address", front, "--runtime-api-address", runtimeAPI, "--log-level", "error", program}, words...)...)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait() // it was killed
	})
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := net.Dial("tcp", front)
		if err == nil {
			require.NoError(t, conn.Close())
			return "http://" + front
		}
		require.True(t, time.Now().Before(deadline), "the emulator does not listen: %v", err)
		<-time.After(5 * time.Millisecond) // it does not say when it does
	}
}

// freeAddress is one that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return fmt.Sprint(l.Addr())
}
