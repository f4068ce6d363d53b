//go:build !race

package throttle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// Telling clients allocates no more than answering them does.
func TestInformingAllocatesNothing(t *testing.T) {
	var allocations [2]float64
	for i, on := range []bool{false, true} {
		g := newInforming(t, &limit.Rate{PerSecond: 1e9, Burst: 1e9}, gw.WithRateLimitHeaders(on))
		var rc fasthttp.RequestCtx
		rc.Request.SetRequestURI("/placed") // two limits and the account's; refused each time
		rc.Request.Header.SetHost("x")
		allocations[i] = testing.AllocsPerRun(1000, func() {
			g.ahead.Add(int64(time.Second))
			g.Handle(&rc)
		})
		require.Equal(t, 429, rc.Response.StatusCode())
	}
	require.Equal(t, allocations[0], allocations[1])
}
