package live

import (
	"bufio"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// open is a request that a plan's rate, that of its method, and its quota let pass for ever.
func open(t testing.TB) (g *gateway, ctx *fasthttp.RequestCtx) {
	t.Helper()
	r := build(t, true)
	g, err := r.construct()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	perSecond, burst, quota := 1e9, int64(limit.MaxBurst), int64(limit.MaxQuota)
	rate := gw.RateOverride{PerSecond: &perSecond, Burst: &burst}
	require.NoError(t, g.Apply(gw.Overrides{Limits: gw.LimitOverrides{Plans: map[string]gw.PlanLimits{"gold": {
		Rate: &rate, Quota: &gw.QuotaOverride{Limit: &quota},
		Methods: map[string]map[string]gw.RateOverride{"prod": {"GET /pets": rate}},
	}}}}))
	ctx = new(fasthttp.RequestCtx)
	ctx.Init2(nil, nil, false)
	ctx.Request.Header.DisableNormalizing()
	raw := "GET /prod/pets HTTP/1.1\r\nHost: a.example\r\nX-Api-Key: " + aliceKey + "\r\n\r\n"
	require.NoError(t, ctx.Request.Header.Read(bufio.NewReader(strings.NewReader(raw))))
	return g, ctx
}

// TestLimitsCostNoAllocation also after they have changed.
func TestLimitsCostNoAllocation(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector has pools forget what they hold")
	}
	g, ctx := open(t)
	g.Handle(ctx)
	require.Equal(t, 200, ctx.Response.StatusCode())
	require.Zero(t, testing.AllocsPerRun(1000, func() { g.Handle(ctx) }))
}

// BenchmarkRequest is a request with a key and three limits, all of it.
func BenchmarkRequest(b *testing.B) {
	g, ctx := open(b)
	b.ReportAllocs()
	for b.Loop() {
		g.Handle(ctx)
	}
	require.Equal(b, 200, ctx.Response.StatusCode())
}
