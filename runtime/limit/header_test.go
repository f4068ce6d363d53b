package limit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRetryAfter(t *testing.T) {
	for wait, want := range map[time.Duration]string{
		-1: "1", 0: "1", 1: "1", time.Second: "1", time.Second + 1: "2", 90*time.Second - 1: "90", Never: "", Never - 1: "9223372037",
	} {
		require.Equal(t, want, string(AppendRetryAfter(nil, wait)), "%d", wait)
	}
}

func TestRateLimitFields(t *testing.T) {
	rate := Rate{PerSecond: 10, Burst: 25}
	b := NewBucket(rate)
	b.Take(0)
	state := b.State(0)
	require.Equal(t, `"stage";q=25;w=3`, string(AppendPolicy(nil, "stage", rate.Burst, rate.Window())))
	require.Equal(t, `"stage";r=24;t=1`, string(AppendLimit(nil, "stage", state.Left, state.Full)))
	two := AppendLimit(AppendLimit(nil, "plan", 3, 0), "day", -5, 59*time.Minute)
	require.Equal(t, `"plan";r=3;t=0, "day";r=0;t=3540`, string(two))
	two = AppendPolicy(AppendPolicy(nil, "plan", 3, 1), "day", 100, 24*time.Hour)
	require.Equal(t, `"plan";q=3;w=1, "day";q=100;w=86400`, string(two))
	require.Equal(t, `"a\"b\\c_d__e\\";r=1`, string(AppendLimit(nil, "a\"b\\c\nd\u00e9e\\", 1, Never)), "nothing gets out of the quotes")
	for window, rate := range map[time.Duration]Rate{
		Never: {PerSecond: 5}, 10 * time.Second: {PerSecond: 0.7, Burst: 7}, 3: {PerSecond: MaxPerSecond, Burst: 3},
	} {
		require.Equal(t, window, rate.Window())
	}
	require.Equal(t, Never, Rate{PerSecond: -1, Burst: 1}.Window())
}
