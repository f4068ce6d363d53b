package usagefile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

// TestKeepAgain: what another meter was told of a counter that is kept is not lost, when the counter is kept again by who
// drains that meter.
func TestKeepAgain(t *testing.T) {
	path := somewhere(t)
	f := opened(t, path)
	require.False(t, f.Has("a"))
	c := limit.NewCounters(limit.Quota{Limit: 10}).At(0)
	require.NoError(t, f.Keep("a", "", c))
	require.True(t, f.Has("a"))
	require.NoError(t, f.Sync())
	m := limit.NewMeter(0)
	c.Watch(m)
	c.Take(noon)
	c.Take(noon)
	require.NoError(t, f.Sync())
	m.Drain(func(c *limit.Counter, _ []limit.DayCount) { require.NoError(t, f.Keep("a", "", c)) })
	require.NoError(t, f.Close())
	require.Equal(t, int64(2), kept(t, opened(t, path), "a").Used(noon))
}
