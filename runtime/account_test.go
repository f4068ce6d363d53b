package runtime

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestAccountOfAWSLimits takes a whole burst, and what is refused by another limit is no part of it.
func TestAccountOfAWSLimits(t *testing.T) {
	now, says := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), OK
	core := newTestCore(t, &API{Style: REST}, func(*Ctx) Fault { return says }, WithAWSLimits(true), WithClock(func() time.Time { return now }))
	status := func() int {
		rc := received(t, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
		core.Handle(rc)
		return rc.Response.StatusCode()
	}
	for range 10 {
		says = Throttled
		require.Equal(t, 429, status())
	}
	says = OK
	for range accountRate.Burst {
		require.Equal(t, 200, status())
	}
	require.Equal(t, 429, status())
	now = now.Add(100 * time.Microsecond)
	require.Equal(t, 200, status())
	require.Equal(t, 429, status())
}

// TestAccountOfAWSLimitsTellsClients when to come again, where they are to be told.
func TestAccountOfAWSLimitsTellsClients(t *testing.T) {
	for informs, want := range map[bool]string{true: "1", false: ""} {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		core := newTestCore(t, &API{Style: REST}, func(*Ctx) Fault { return OK }, WithAWSLimits(true), WithRateLimitHeaders(informs),
			WithClock(func() time.Time { return now }))
		for range accountRate.Burst {
			core.Handle(received(t, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"))
		}
		rc := received(t, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
		core.Handle(rc)
		require.Equal(t, 429, rc.Response.StatusCode())
		require.Equal(t, want, string(rc.Response.Header.Peek("Retry-After")))
	}
}
