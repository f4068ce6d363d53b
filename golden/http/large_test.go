package transcripts

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/golden/gatewaytest"
)

const largeDocument = `
openapi: 3.0.3
info: {title: Large, version: "1"}
paths:
  /large:
    x-amazon-apigateway-any-method:
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration: {type: http_proxy, httpMethod: ANY, uri: "BACKEND/large"}
`

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestLargeBodiesPassInConstantMemory sends many times the memory that a gateway may use for it, up and down.
func TestLargeBodiesPassInConstantMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a gateway")
	}
	if runtime.GOOS != "linux" {
		t.Skip("memory is read from /proc")
	}
	const size, allowed = 256 << 20, 24 << 20
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			n, err := io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, n, " ", err)
			return
		}
		if _, err := io.CopyN(w, zeros{}, size); err != nil {
			panic(http.ErrAbortHandler)
		}
	}))
	defer backend.Close()
	g := startLarge(t, backend.URL)
	defer g.Kill()
	url := "http://" + g.Listen + "/large"
	answer, err := http.Get(url) // warm
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	before := residentBytes(t, g.PID)

	answer, err = http.Get(url)
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.EqualValues(t, size, n)

	for _, length := range []int64{size, -1} { // a length, and chunks
		request, err := http.NewRequest(http.MethodPut, url, io.LimitReader(zeros{}, size))
		require.NoError(t, err)
		request.ContentLength = length
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, fmt.Sprint(size, " ", nil), string(text))
	}
	require.Less(t, residentBytes(t, g.PID)-before, int64(allowed))
}

// startLarge starts a gateway whose backend is at the URL.
func startLarge(t *testing.T, backend string) *gatewaytest.Gateway {
	dir := t.TempDir()
	document := filepath.Join(dir, "openapi.yaml")
	require.NoError(t, os.WriteFile(document, []byte(strings.ReplaceAll(largeDocument, "BACKEND", backend)), 0o644))
	gateways, err := buildFleet(dir, map[string]gen.Options{"large": {Document: document}})
	require.NoError(t, err)
	return gateways.start(t, "large", nil)
}

// residentBytes is the most memory that a process has held.
func residentBytes(t *testing.T, pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "VmHWM:")
	require.True(t, found)
	kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	require.NoError(t, err)
	return kib << 10
}
