package wire

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// waiter is a limit whose timer is watched.
type waiter struct {
	limit
	sets []time.Duration // after start; -1: never
	gone bool
}

func (w *waiter) Gone() bool { return w.gone }

var begun = time.Unix(1_700_000_000, 0)

func at(d time.Duration) time.Time { return begun.Add(d) }

func newWaiter() *waiter {
	w := &waiter{}
	w.set = func(t time.Time) error {
		if t.IsZero() {
			w.sets = append(w.sets, -1)
		} else {
			w.sets = append(w.sets, t.Sub(begun))
		}
		return nil
	}
	return w
}

func TestLimitSetsTheTimerRarely(t *testing.T) {
	w := newWaiter()
	for i := range 29 { // each may take 29 s, and begins a second after the last
		now := at(time.Duration(i) * time.Second)
		require.NoError(t, w.begin(now, now.Add(29*time.Second)))
	}
	require.Equal(t, []time.Duration{29 * time.Second}, w.sets)
	// The timer fires in the middle of a wait: it goes on, to its own end.
	require.NoError(t, w.again(at(29*time.Second)))
	require.Equal(t, 57*time.Second, w.sets[1])
	require.ErrorIs(t, w.again(at(57*time.Second)), ErrTimeout)
	// It has fired since: the next wait sets it anew.
	require.NoError(t, w.begin(at(60*time.Second), at(61*time.Second)))
	require.Equal(t, 61*time.Second, w.sets[2])
	// A shorter wait sets it, a longer one and one without end do not.
	require.NoError(t, w.begin(at(60*time.Second), at(60500*time.Millisecond)))
	require.NoError(t, w.begin(at(60*time.Second), at(90*time.Second)))
	require.NoError(t, w.begin(at(60*time.Second), time.Time{}))
	require.Len(t, w.sets, 4)
	require.NoError(t, w.again(at(61*time.Second)))
	require.Equal(t, time.Duration(-1), w.sets[4])
	require.NoError(t, w.begin(at(62*time.Second), time.Time{}))
	require.Len(t, w.sets, 5)
}

func TestLimitWatches(t *testing.T) {
	w := newWaiter()
	w.watcher = w
	require.NoError(t, w.begin(at(0), at(2500*time.Millisecond)))
	require.NoError(t, w.again(at(time.Second)))
	require.NoError(t, w.again(at(2*time.Second)))
	require.Equal(t, []time.Duration{time.Second, 2 * time.Second, 2500 * time.Millisecond}, w.sets)
	require.ErrorIs(t, w.again(at(2500*time.Millisecond)), ErrTimeout)
	require.NoError(t, w.begin(at(3*time.Second), time.Time{}))
	w.gone = true
	require.ErrorIs(t, w.again(at(4*time.Second)), ErrAbandoned)
}

func TestLimitExact(t *testing.T) {
	w := newWaiter()
	w.exact = true
	for range 2 {
		require.NoError(t, w.begin(at(0), at(time.Second)))
		require.NoError(t, w.begin(at(0), at(2*time.Second)))
	}
	require.Equal(t, []time.Duration{time.Second, 2 * time.Second, time.Second, 2 * time.Second}, w.sets)
	require.ErrorIs(t, w.again(at(0)), ErrTimeout)
}
