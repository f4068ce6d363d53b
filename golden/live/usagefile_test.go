package live

import (
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// TestKeysInAnotherOrder: a key's count stays its own when its number is another one after a restart.
func TestKeysInAnotherOrder(t *testing.T) {
	const plans = "x-gateway-usage-plans: {gold: {keys: [alice, bob, eve, ann]}, trial: {keys: []}}\n"
	const eveKey = "eve-eve-eve-eve-eve-eve-3"
	t.Setenv("EVE_KEY", eveKey)
	t.Setenv("ANN_KEY", "ann-ann-ann-ann-ann-ann-4")
	path := filepath.Join(t.TempDir(), "usage")
	r := build(t, false)
	r.start(plans+"x-gateway-api-keys: {eve: {value: 'env:EVE_KEY'}, ann: {value: 'env:ANN_KEY'}}", "--usage-file", path)
	require.Equal(t, 3, r.plans.Keys().Numbers()["eve"])
	require.Equal(t, 4, r.passes(4, "/beta/pets", "X-Api-Key", eveKey))
	r.end()

	r = build(t, false)
	r.start(none, "--usage-file", path)
	require.Equal(t, 2, r.passes(2, "/beta/pets", "X-Api-Key", aliceKey))
	require.NoError(t, r.change("x-gateway-usage-plans: {gold: {keys: [eve]}, trial: {keys: []}}\nx-gateway-api-keys: {eve: {value: 'env:EVE_KEY'}}"))
	require.Equal(t, 2, r.plans.Keys().Numbers()["eve"])
	_, got := r.page("/usage?plan=gold&from=2026-03-04&to=2026-03-04")
	same(t, "usage_restored.json", got)
	require.Equal(t, 6, r.passes(6, "/beta/pets", "X-Api-Key", eveKey))
	r.clock.add(60e9)
	require.Zero(t, r.passes(6, "/beta/pets", "X-Api-Key", eveKey))
	_, page := r.page("/limits")
	require.Contains(t, page, `"usageFile": {
    "path": "`+path+`"
  }`)
}

// TestUsageFileBesideASharedStore is not used, and not silently.
func TestUsageFileBesideASharedStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usage")
	r := build(t, false, opens(&store{lines: map[string]*kept{}}))
	code, log := r.fails("no YAML: [", "--usage-file", path)
	require.Equal(t, 1, code)
	require.Contains(t, log, "quotas are kept in the shared store: nothing is kept in the usage file")
	require.NoFileExists(t, path)
}

// TestEveryRequestIsKept: first requests of many goroutines come while the file begins to keep their key.
func TestEveryRequestIsKept(t *testing.T) {
	const callers, each = 8, 25
	path := filepath.Join(t.TempDir(), "usage")
	for round := range 30 {
		r := build(t, false, gw.WithUsageFile(gw.UsageFile{Path: path}), gw.WithLogger(slog.New(slog.DiscardHandler)))
		g, err := r.construct()
		require.NoError(t, err)
		most, period := int64(1_000_000), limit.Month
		require.NoError(t, g.Apply(gw.Overrides{Limits: gw.LimitOverrides{Plans: map[string]gw.PlanLimits{
			"trial": {Quota: &gw.QuotaOverride{Limit: &most, Period: &period}},
		}}}))
		var group sync.WaitGroup
		for range callers {
			group.Go(func() {
				for range each {
					w := httptest.NewRecorder()
					req := httptest.NewRequest("GET", "/beta/pets", nil)
					req.Header.Set("X-Api-Key", bobKey)
					g.ServeHTTP(w, req)
					if w.Code != 200 {
						t.Error(w.Code)
					}
				}
			})
		}
		group.Wait()
		require.NoError(t, g.Close())
		require.Equal(t, int64(callers*each*(round+1)), written(t, path, "trial", idOf(t, r, "bob")))
	}
}
