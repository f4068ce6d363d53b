package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/examples/functions/gateway"
	"github.com/gatewright/gatewright/examples/functions/greet"
	"github.com/gatewright/gatewright/golden/peers"
	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/gwtest"
)

// The fixtures say what becomes of what functions return. No function runs.
func TestFixtures(t *testing.T) {
	gwtest.Run(t, gateway.New, "fixtures/*.yaml")
}

// One function answers the same from each of its four places.
func TestPlaces(t *testing.T) {
	modules := peers.NodeModules(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "bin", "greet")
	out, err := exec.Command("go", "build", "-o", program, "./process").CombinedOutput()
	require.NoError(t, err, "%s", out)
	script, err := filepath.Abs("node/index.mjs")
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "node"), 0o755))
	require.NoError(t, os.Symlink(script, filepath.Join(dir, "node", "index.mjs")))
	require.NoError(t, os.Symlink(modules, filepath.Join(dir, "node", "node_modules")))
	t.Chdir(dir) // where the processes start

	g, err := gateway.New(gw.WithFunction("URL", peers.Emulator(t, program)))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	front := httptest.NewServer(g)
	t.Cleanup(front.Close)

	for _, place := range []string{"linked", "program", "node", "url"} {
		t.Run(place, func(t *testing.T) {
			response, body := get(t, front.URL+"/"+place+"/Ada")
			require.Equal(t, http.StatusOK, response.StatusCode, "%s", body)
			require.Equal(t, []string{"Ada"}, response.Header.Values("X-Greeted"))
			var got greet.Greeting
			require.NoError(t, json.Unmarshal(body, &got))
			require.Equal(t, greet.Greeting{Text: "Hello, Ada", From: "/" + place + "/Ada"}, got)

			response, body = get(t, front.URL+"/"+place+"/nobody")
			require.Equal(t, http.StatusNotFound, response.StatusCode)
			require.JSONEq(t, `{"text": "nobody is here"}`, string(body))
		})
	}
}

func get(t *testing.T, url string) (*http.Response, []byte) {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response, body
}
