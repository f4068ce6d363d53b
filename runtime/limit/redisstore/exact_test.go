package redisstore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
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

// Requests that have left are not asked for any more: a Redis that falls behind would only work for nobody, twice, as what they
// took is given back.
func TestWhoHasLeftIsNotAskedFor(t *testing.T) {
	redis := startServer(t)
	s := open(t, Config{URL: redis.URL(), Mode: Exact, Wait: 5 * time.Millisecond, Timeout: time.Minute})
	lines := []limit.Shared{quotaOf(s, "q", 1000)}
	before, since := calls(t, redis), time.Now()
	redis.Stop()
	for range 200 {
		_, err := s.Admit(time.Time{}, lines)
		require.ErrorIs(t, err, errSlow)
	}
	redis.Resume()
	eventually(t, "nothing is under way", func() bool { return !s.pending() })
	require.LessOrEqual(t, calls(t, redis)-before, 2*workers+8+beats(since), "those on their way, what they took, and heartbeats")
	s.config.Wait = time.Minute
	require.Equal(t, 1000, passes(t, s, 1100, lines...), "nothing is lost")
}

// What a call was to give back is kept when Redis did nothing for it and it cannot be sent again.
func TestKeepsWhatCouldNotBeGivenBack(t *testing.T) {
	redis := startServer(t)
	s := open(t, Config{URL: redis.URL(), Mode: Exact})
	l := quotaOf(s, "q", 10).(*line)
	l.active.Store(true) // the keeper does not take it
	sh := &shard{store: s, name: "closed", closed: true}
	give := s.byTag([]limit.Shared{l}, true)[0]
	give.prepare(sh, s.now(), 0)
	give.answer(sh, s.now(), []int64{0, late}, nil)
	require.EqualValues(t, 1, l.back.Load())
}

// What a late answer took of a period is given back to that one: in the one that has begun meanwhile a request more would pass.
func TestGivesBackToThePeriodThatItTookOf(t *testing.T) {
	redis := startServer(t)
	s := open(t, Config{URL: redis.URL(), Mode: Exact})
	l := quotaOf(s, "q", 10).(*line)
	l.active.Store(true) // the keeper does not take it
	l.back.Store(3)
	sh := &shard{store: s, name: "closed", closed: true}
	took := s.byTag([]limit.Shared{l}, false)[0]
	took.prepare(sh, s.now(), 0)
	l.counted(took.spans[0].end, 1)
	l.back.Store(2)
	back := took.reversal()
	_, _, args := back.prepare(sh, s.now(), 0)
	require.EqualValues(t, []any{int64(0), int64(0), int64(1)}, args[6:9], "need, want, back")
	require.Equal(t, took.spans[0].start, args[11])
	require.EqualValues(t, 2, l.back.Load(), "of the period under way")
	back.answer(sh, s.now(), []int64{0, late}, nil)
	require.EqualValues(t, 3, l.back.Load())
}
