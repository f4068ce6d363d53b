package process

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/function"
)

// runtimeClient is the command of Amazon's runtime client for Node, which runs a handler. GATEWRIGHT_NODE_MODULES names the
// folder node_modules that has it, or one that holds that folder; else it is the one of golden/peers.
func runtimeClient(t *testing.T, handler string) []string {
	t.Helper()
	dir := os.Getenv("GATEWRIGHT_NODE_MODULES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "golden", "peers", "node_modules")
	}
	for _, modules := range []string{dir, filepath.Join(dir, "node_modules")} {
		client, err := filepath.Abs(filepath.Join(modules, "aws-lambda-ric", "bin", "index.mjs"))
		require.NoError(t, err)
		if _, err := os.Stat(client); err != nil {
			continue
		}
		if _, err := exec.LookPath("node"); err == nil {
			return []string{"node", client, handler}
		}
	}
	const how = "node and npm's aws-lambda-ric are needed: install node, run `npm ci` in golden/peers or set GATEWRIGHT_NODE_MODULES"
	if os.Getenv("CI") == "true" {
		t.Fatal(how)
	}
	t.Skip(how)
	return nil
}

func openNode(t *testing.T, handler string) *opened {
	t.Helper()
	command := runtimeClient(t, handler)
	return openCommand(t, Config{Command: command, Dir: filepath.Join("testdata", "node"), Env: []string{"_HANDLER=" + handler}, Timeout: patience})
}

func TestNodeFunction(t *testing.T) {
	o := openNode(t, "index.greet")
	for range 3 {
		body, failed, err := o.call(`{"name":"Ada"}`, patience)
		require.NoError(t, err)
		require.Empty(t, failed)
		require.JSONEq(t, `{"text":"Hello, Ada","id":"ID","arn":"`+arn+`","memory":"128","name":"Test","limited":true,"size":14}`, body)
		o.waitIdle(t, 1)
	}
	require.Len(t, o.alive, 1)
	require.Eventually(t, func() bool {
		return strings.Contains(o.log.String(), "greeting Ada") && strings.Contains(o.log.String(), "requestId=call-1 from=stdout")
	}, patience, time.Millisecond, o.log)

	body, failed, err := o.call(`{"name":"nobody"}`, patience)
	require.NoError(t, err)
	require.Equal(t, "Unhandled", failed)
	var f failure
	require.NoError(t, json.Unmarshal([]byte(body), &f))
	require.Equal(t, failure{"RangeError", "nobody is here"}, f)

	body, failed, err = o.call(`{"name":"leave"}`, patience)
	require.NoError(t, err)
	require.Equal(t, "Unhandled", failed)
	require.Contains(t, body, "Runtime exited with error: exit status 3")

	large := strings.Repeat("x", 2<<20) // the client sends and gets it in pieces
	body, failed, err = o.call(`{"name":"`+large+`"}`, patience)
	require.NoError(t, err)
	require.Empty(t, failed)
	require.Contains(t, body, large)
}

func TestNodeStream(t *testing.T) {
	o := openNode(t, "index.spell")
	for range 2 {
		body, err := o.Stream(&function.Call{ARN: arn, Payload: []byte(`{"name":"Ada"}`), RequestID: id, Deadline: time.Now().Add(patience)})
		require.NoError(t, err)
		text, err := io.ReadAll(body)
		require.NoError(t, err)
		require.Equal(t, "Ada", string(text))
		require.NoError(t, body.Close())
	}
}

// A module that cannot be loaded is a function error that says why.
func TestNodeInitError(t *testing.T) {
	o := openNode(t, "broken.handler")
	body, failed, err := o.call(`{}`, patience)
	require.NoError(t, err)
	require.Equal(t, "Unhandled", failed)
	require.Contains(t, body, "not today")
}
