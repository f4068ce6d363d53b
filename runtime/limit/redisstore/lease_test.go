package redisstore

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

// handClock is a clock that the test moves.
type handClock struct{ ahead atomic.Int64 }

func (c *handClock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// warm lets requests pass until enough is leased.
func warm(t testing.TB, s *Store, shared limit.Shared, leased int64) {
	t.Helper()
	lines := []limit.Shared{shared}
	for end := time.Now().Add(20 * time.Second); int64(shared.(*line).state.Load()&leftMask) < leased; {
		_, err := s.Admit(time.Time{}, lines)
		require.NoError(t, err)
		require.True(t, time.Now().Before(end), "no lease becomes that large")
	}
}

func TestLeaseEndsByTheClock(t *testing.T) {
	redis := startServer(t)
	var clock handClock
	s := open(t, Config{URL: redis.URL(), Now: clock.now})
	shared := bucketOf(s, "b", 1e6, 1e6)
	warm(t, s, shared, 1000)
	l := shared.(*line)
	redis.Stop()
	defer redis.Resume()
	_, ok := l.take(s.now())
	require.True(t, ok)
	clock.ahead.Store(leaseUse)
	_, ok = l.take(s.now())
	require.False(t, ok, "what is left belongs to nobody")
	_, err := s.Admit(time.Time{}, []limit.Shared{shared})
	require.ErrorIs(t, err, ErrUnavailable)
}

// What was leased for one period is not used in the next.
func TestQuotaLeaseEndsWithThePeriod(t *testing.T) {
	redis := startServer(t)
	var clock handClock
	s := open(t, Config{URL: redis.URL(), Now: clock.now})
	shared := s.Line(limit.Line{Name: "q", Quota: limit.Quota{Limit: 1e6, Period: limit.Day}})
	warm(t, s, shared, 100)
	end := limit.Day.End(time.Now())
	clock.ahead.Store(int64(time.Until(end)))
	_, ok := shared.(*line).take(s.now())
	require.False(t, ok)
	require.Zero(t, shared.Used(end))
}

// Requests that find nothing leased wait for what is fetched; none is refused while there is room.
func TestWaitsRatherThanRefuses(t *testing.T) {
	redis := startServer(t)
	s := open(t, Config{URL: "redis://" + startProxy(t, redis.Addr, 5*time.Millisecond), Wait: time.Second, Timeout: time.Second})
	var all sync.WaitGroup
	var passed atomic.Int64
	lines := []limit.Shared{bucketOf(s, "a", 0.001, 300), bucketOf(s, "b", 0.001, 1000), quotaOf(s, "q", 1000)}
	for range 300 {
		all.Go(func() {
			if refused, err := s.Admit(time.Time{}, lines); err == nil && refused < 0 {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 300, passed.Load())
	require.Equal(t, 0, admit(t, s, lines...))
}

// A line that has nothing left is not asked for again before there can be something.
func TestRefusesWithoutAsking(t *testing.T) {
	redis := startServer(t)
	s := open(t, Config{URL: redis.URL()})
	line := bucketOf(s, "b", 0.001, 10)
	require.Equal(t, 10, passes(t, s, 11, line))
	before, since := calls(t, redis), time.Now()
	require.Zero(t, passes(t, s, 10000, line))
	require.LessOrEqual(t, calls(t, redis)-before, 3+beats(since), "heartbeats")
}

func TestLeasedAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	redis := startServer(t)
	s := open(t, Config{URL: redis.URL()})
	lines := []limit.Shared{bucketOf(s, "b", 1e9, 1e9), quotaOf(s, "q", 1e12)}
	for _, l := range lines {
		warm(t, s, l, 100000)
	}
	deadline := time.Now().Add(time.Hour)
	require.Zero(t, int(testing.AllocsPerRun(20000, func() {
		if refused, err := s.Admit(deadline, lines); refused >= 0 || err != nil {
			t.Error(refused, err)
		}
	})))
	spent := bucketOf(s, "spent", 0.001, 1)
	passes(t, s, 2, spent)
	refusing := []limit.Shared{lines[0], spent}
	require.Zero(t, int(testing.AllocsPerRun(20000, func() {
		if refused, err := s.Admit(deadline, refusing); refused != 1 || err != nil {
			t.Error(refused, err)
		}
	})))
}

// What a limit lets pass is as much as with a bucket of the gateway's own, at a round trip of a millisecond.
func TestLeasedKeepsUpWithLocal(t *testing.T) {
	redis := startServer(t)
	for _, rate := range []limit.Rate{{PerSecond: 20000, Burst: 2000}, {PerSecond: 1000, Burst: 100}, {PerSecond: 100, Burst: 5}} {
		s := open(t, Config{URL: "redis://" + startProxy(t, redis.Addr, time.Millisecond), Prefix: fmt.Sprint(t.Name(), rate.Burst), Wait: time.Second, Timeout: time.Second})
		own := open(t, Config{URL: redis.URL(), Prefix: fmt.Sprint(t.Name(), "local", rate.Burst), Mode: Local})
		lines := []limit.Shared{bucketOf(s, fmt.Sprint(rate), rate.PerSecond, rate.Burst)}
		ownLines := []limit.Shared{bucketOf(own, fmt.Sprint(rate), rate.PerSecond, rate.Burst)}
		local, leased := 0, 0
		for start := time.Now(); time.Since(start) < 1500*time.Millisecond; spin(10 * time.Microsecond) {
			if admit(t, own, ownLines...) < 0 {
				local++
			}
			refused, err := s.Admit(time.Time{}, lines)
			require.NoError(t, err)
			if refused < 0 {
				leased++
			}
		}
		t.Logf("%v a second, burst %v: %d passed, locally %d", rate.PerSecond, rate.Burst, leased, local)
		require.GreaterOrEqual(t, float64(leased), 0.95*float64(local))
	}
}

// What a gateway has leased of a quota is at most an eighth of what was left when it asked: more is not lost with it.
func TestQuotaLeasesAnEighth(t *testing.T) {
	redis := startServer(t)
	const most = 40000
	s := open(t, Config{URL: redis.URL(), Wait: time.Minute, Timeout: time.Minute})
	quota := quotaOf(s, "q", most)
	lines, l := []limit.Shared{quota}, quota.(*line)
	largest := int64(0)
	for passed := range int64(most - 1000) {
		refused, err := s.Admit(time.Time{}, lines)
		require.NoError(t, err)
		require.Negative(t, refused)
		leased := int64(l.state.Load() & leftMask)
		largest = max(largest, leased)
		require.LessOrEqual(t, leased, (most-passed)/8, "after %d", passed)
	}
	require.Greater(t, largest, int64(most/40), "it leases at all")
}
