package throttle

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/limit/usagefile"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

// TestTakeoverThatFailsIsShown: a file that could not be taken over is not one whose counts are kept.
func TestTakeoverThatFailsIsShown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usage")
	before, err := usagefile.Open(path, usagefile.Options{})
	require.NoError(t, err)
	g := document{
		plans: []usageplan.Plan{{Name: "gold", Keys: []string{"alice"}, Quota: &limit.Quota{Limit: 5, Period: limit.Day}}},
		keys:  []string{"alice"},
		usage: gw.UsageFile{Path: path, TakeOver: true},
	}.start(t)
	require.Contains(t, g.limits.State("", "").UsageFile.Error, usagefile.ErrLocked.Error())

	require.NoError(t, os.Remove(path))
	require.NoError(t, os.Mkdir(path, 0o700))
	require.NoError(t, before.Close())
	g.limits.kept.running.Wait() // for what tries to take it over
	require.Contains(t, g.limits.State("", "").UsageFile.Error, path+": is a directory")
	g.expect(t, passed, "prod", "GET /keyed", "X-Api-Key", keyOf("alice"))
}
