package limits

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/peers/redisserver"
)

// TestChangeOfASharedQuota: what all gateways have used stays used when the limit changes on each of them, and the pages tell
// of the store.
func TestChangeOfASharedQuota(t *testing.T) {
	binary, redis := program(t, "closed"), redisserver.Start(t)
	overrides := filepath.Join(t.TempDir(), "overrides.yaml")
	require.NoError(t, os.WriteFile(overrides, []byte("x-gateway-usage-plans: {counted: {quota: {limit: 40}}}"), 0o600))
	all := startMany(t, 2, binary, redis.URL(), "--redis-mode", "exact", "--redis-wait", "5s", "--overrides", overrides)
	require.Equal(t, 40, passes(t, all, 60))
	require.NoError(t, os.WriteFile(overrides, []byte("x-gateway-usage-plans: {counted: {quota: {limit: 55}}}"), 0o600))
	for _, g := range all {
		g.Signal(syscall.SIGHUP)
		redisserver.Eventually(t, "the overrides are read again", func() bool {
			return strings.Contains(g.Log(), "msg=reloaded what=--overrides")
		})
	}
	require.Equal(t, 15, passes(t, all, 40))
	own := int64(0)
	for _, g := range all {
		now := time.Now().UTC()
		code, text := g.page("/usage?plan=counted&from=" + now.AddDate(0, 0, -1).Format(time.DateOnly) + "&to=" + now.Format(time.DateOnly))
		require.Equal(t, 200, code, text)
		var report struct {
			Items  map[string][][2]int64
			Shared map[string][2]int64
			Note   string
		}
		require.NoError(t, json.Unmarshal([]byte(text), &report))
		require.Contains(t, report.Note, "this gateway alone")
		require.Len(t, report.Shared, 1)
		for id, used := range report.Shared {
			require.Equal(t, [2]int64{55, 0}, used, "of all gateways")
			for _, day := range report.Items[id] {
				own += day[0]
			}
		}
		_, text = g.page("/limits")
		require.Contains(t, text, "\"store\": {\n    \"mode\": \"exact\",\n    \"healthy\": true,\n    \"nodes\": 2\n  }")
	}
	require.Equal(t, int64(55), own, "what each has let pass itself")
}

// passes is how many of n requests pass that gateways get in turn.
func passes(t *testing.T, all []*gateway, n int) int {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	passed := 0
	for i := range n {
		req, err := http.NewRequest(http.MethodGet, "http://"+all[i%len(all)].Listen+"/plan", nil)
		require.NoError(t, err)
		req.Header.Set("X-Api-Key", keys()["counted"])
		answer, err := client.Do(req)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		if answer.StatusCode == 200 {
			passed++
		}
	}
	return passed
}
