package background

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

func TestQueueIsBoundedAndDrains(t *testing.T) {
	q := New(2, 3)
	begun, gate := make(chan struct{}, 8), make(chan struct{})
	var ran atomic.Int32
	task := func() {
		begun <- struct{}{}
		<-gate
		ran.Add(1)
	}
	for range 5 {
		require.True(t, q.Submit(task))
	}
	<-begun
	<-begun
	require.False(t, q.Submit(task), "two run and three wait")
	require.Empty(t, begun)
	close(gate)
	require.True(t, q.Close(patience))
	require.EqualValues(t, 5, ran.Load())
	require.False(t, q.Submit(task))
	require.True(t, q.Close(0) || q.Close(patience), "once more does no harm")
}

func TestCloseDropsWhatIsLate(t *testing.T) {
	q := New(1, 2)
	begun, gate := make(chan struct{}), make(chan struct{})
	var second atomic.Bool
	require.True(t, q.Submit(func() { close(begun); <-gate }))
	require.True(t, q.Submit(func() { second.Store(true) }))
	<-begun
	require.False(t, q.Close(time.Millisecond))
	close(gate)
	require.True(t, q.Close(patience))
	require.False(t, second.Load())
}

func TestIdleQueueHasNoGoroutine(t *testing.T) {
	q := New(4, 4)
	for range 100 {
		done := make(chan struct{})
		require.True(t, q.Submit(func() { close(done) }))
		<-done
	}
	require.Eventually(t, func() bool {
		q.mu.Lock()
		defer q.mu.Unlock()
		return q.running == 0
	}, patience, time.Millisecond)
	require.True(t, q.Close(patience))
}
