package policy

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
)

// testTime is what the clock of test gateways shows.
var testTime = time.Date(2026, 3, 15, 12, 0, 0, 900e6, time.UTC)

// during calls f while a gateway serves a request for target with headers, name and value in turn.
func during(t testing.TB, api *gw.API, target string, headers []string, f func(c *gw.Ctx)) {
	t.Helper()
	asked := false
	core := gw.NewCore(api, gw.WithLogger(slog.New(slog.DiscardHandler)), gw.WithClock(func() time.Time { return testTime }),
		gw.WithTrustedProxies([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}))
	require.NoError(t, core.Start(func(c *gw.Ctx) gw.Fault {
		asked = true
		f(c)
		return c.Respond(http.StatusOK).Empty()
	}))
	r := httptest.NewRequest(http.MethodGet, "http://api.example.com"+target, nil)
	r.RemoteAddr = "10.0.0.1:4711"
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	core.ServeHTTP(httptest.NewRecorder(), r)
	require.NoError(t, core.Close())
	require.True(t, asked)
}

func testAPI() *gw.API {
	return &gw.API{Title: "test", ID: "a1b2c3d4e5", Account: "123456789012", Region: "eu-west-1", Stages: []gw.Stage{{Name: "prod"}}}
}

var testHeaders = []string{"User-Agent", "Mozilla/5.0 (X11; Linux x86_64)", "X-Forwarded-For", "203.0.113.7", "X-Amzn-Vpce-Id", "vpce-1a2b3c4d"}
