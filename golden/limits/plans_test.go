package limits

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/peers/redisserver"
)

// TestPlanOfTwoAPIs: gateways of different documents that have the same id count one plan together, as Amazon's plans are for
// several APIs.
func TestPlanOfTwoAPIs(t *testing.T) {
	if testing.Short() {
		t.Skip("builds gateways")
	}
	redis := redisserver.Start(t)
	var all []*gateway
	for _, name := range []string{"shop", "orders"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".yaml"))
		require.NoError(t, err)
		all = append(all, start(t, compiled(t, name, string(text)), redis.URL(), "--redis-mode", "exact", "--redis-wait", "5s"))
	}
	require.Equal(t, 1, passes(t, all[:1], 1))
	require.Equal(t, 6, passes(t, all, 20), "of 7, together")
	for _, g := range all {
		_, text := g.page("/limits")
		require.Contains(t, text, "\"used\": 7,")
	}
	require.Equal(t, "7", countIn(t, redis))
}
