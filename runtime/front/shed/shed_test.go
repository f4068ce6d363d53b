package shed

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const after = 50 * time.Millisecond

// offer has a request come every millisecond, each of which waited for wait, and counts those looked at and sent away.
func offer(w *Watch, wait, during time.Duration) (looked, late int) {
	for end := time.Now().Add(during); time.Now().Before(end); <-time.After(time.Millisecond) {
		synctest.Wait() // a timer that is due has gone off
		if !w.Looking() {
			continue
		}
		looked++
		if w.Late(wait) {
			late++
		}
	}
	return looked, late
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(after)
		require.False(t, w.Looking(), "a gateway that has just begun")
		looked, late := offer(w, 0, 10*time.Second)
		require.InDelta(t, 800, looked, 100, "eight in a tenth of a second")
		require.Zero(t, late)

		_, late = offer(w, time.Second, 99*time.Millisecond)
		require.Zero(t, late, "what may be a burst")
		offer(w, 60*time.Millisecond, 300*time.Millisecond)
		looked, late = offer(w, 60*time.Millisecond, time.Second)
		require.InDelta(t, 1000, looked, 1, "all are looked at while a queue stands")
		require.Equal(t, looked, late)
		looked, late = offer(w, 40*time.Millisecond, time.Second)
		require.InDelta(t, 1000, looked, 1)
		require.Zero(t, late, "those who waited less are served, and the queue is watched")
		offer(w, time.Millisecond, 300*time.Millisecond)
		looked, _ = offer(w, time.Millisecond, time.Second)
		require.InDelta(t, 80, looked, 10, "the queue has gone")
		require.GreaterOrEqual(t, w.Shed(), int64(1000))
	})
}

// A gateway that stood still, as its machine did, serves what has come meanwhile.
func TestWatchForgivesAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(time.Second)
		offer(w, 0, 10*time.Second)
		<-time.After(20 * time.Second)
		_, late := offer(w, 20*time.Second, 900*time.Millisecond)
		require.Zero(t, late)
		_, late = offer(w, 0, 10*time.Second)
		require.Zero(t, late)
	})
}

func TestNoWatch(t *testing.T) {
	var w *Watch
	require.False(t, w.Looking())
	require.Zero(t, w.Shed())
}

func TestLookingAllocatesNothing(t *testing.T) {
	w := New(after)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		w.Looking()
		w.Late(time.Second)
	}))
}

func BenchmarkLooking(b *testing.B) {
	w := New(time.Hour)
	for b.Loop() {
		if w.Looking() {
			b.Fatal("too early")
		}
	}
}
