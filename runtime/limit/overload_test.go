package limit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const milli = int64(time.Millisecond)

func TestOverload(t *testing.T) {
	o, now := NewOverload(20*time.Millisecond, 100*time.Millisecond), int64(time.Hour)
	sheds := func(every, duration int64, waits ...time.Duration) (shed int) {
		for i := 0; duration > 0; i, duration = i+1, duration-every {
			now += every
			if o.Observe(waits[i%len(waits)], now) {
				shed++
			}
		}
		return shed
	}
	require.Zero(t, sheds(milli, 1000*milli, time.Millisecond), "nobody waits")
	require.Zero(t, sheds(milli, 1000*milli, time.Second, time.Second, 20*time.Millisecond), "bursts, between which the queue is empty")
	require.Zero(t, sheds(milli, 99*milli, 50*time.Millisecond), "a queue that may yet vanish")
	require.False(t, o.Overloaded(now))
	shed := sheds(milli, 401*milli, 50*time.Millisecond)
	require.InDelta(t, 300, shed, 100, "a queue stands")
	require.True(t, o.Overloaded(now))
	require.Zero(t, sheds(milli, 300*milli, 30*time.Millisecond), "as much as the target and a little more")
	require.True(t, o.Overloaded(now))
	require.Equal(t, 100, sheds(milli, 200*milli, 30*time.Millisecond, 41*time.Millisecond), "those who waited longest")
	require.EqualValues(t, shed+100, o.Shed())
	sheds(milli, 101*milli, time.Millisecond)
	require.Zero(t, sheds(milli, 101*milli, 300*time.Millisecond), "the queue has gone")
}

func TestOverloadIsForgottenInPauses(t *testing.T) {
	o, now := NewOverload(0, 0), int64(0)
	for range 300 {
		now += milli
		o.Observe(time.Second, now)
	}
	require.True(t, o.Overloaded(now))
	now += 250 * milli
	require.False(t, o.Overloaded(now))
	require.False(t, o.Observe(time.Second, now), "what stood before the pause stands no more")
}
