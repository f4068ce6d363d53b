package redisstore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The time of a request ends just as its first call is answered: it does not wait for the second without end.
func TestTimeEndsWhileTheFirstIsAnswered(t *testing.T) {
	first, second := &exact{refused: -1, done: make(chan struct{}, 1)}, &exact{refused: -1, done: make(chan struct{}, 1)}
	first.state.Store(answered) // and done is not yet told
	ended := make(chan error, 1)
	go func() {
		_, err := await([]*exact{first, second}, 0)
		ended <- err
	}()
	select {
	case err := <-ended:
		require.ErrorIs(t, err, errSlow)
	case <-time.After(10 * time.Second):
		second.done <- struct{}{}
		require.Fail(t, "the second call is waited for after the time of the request")
	}
	require.Equal(t, left, second.state.Load())
}
