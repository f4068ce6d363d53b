package live

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
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
