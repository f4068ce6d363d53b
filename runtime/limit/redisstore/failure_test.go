package redisstore

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/peers/redisserver"
	"github.com/gatewright/gatewright/runtime/limit"
)

// slack is how much later than its time a goroutine may run on a busy machine.
const slack = 250 * time.Millisecond

// Redis stops in the middle of a load, and goes on.
func TestStoppedRedis(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			redis := startServer(t)
			rate := limit.Rate{PerSecond: 2000, Burst: 1000}
			stores := openMany(t, 2, Config{URL: redis.URL(), Mode: mode})
			l := load{perSecond: 3000}
			end := l.start(stores, func(s *Store) limit.Shared { return bucketOf(s, "b", rate.PerSecond, rate.Burst) })
			eventually(t, "requests pass", func() bool { return l.passed.Load() > 1000 })
			redis.Stop()
			eventually(t, "it is seen that redis does not answer", func() bool { return stores[0].Healthy() != nil && stores[1].Healthy() != nil })
			require.ErrorIs(t, stores[0].Healthy(), ErrUnavailable)
			fast(t, stores[0])
			redis.Resume()
			eventually(t, "it is seen that redis answers again", func() bool { return stores[0].Healthy() == nil && stores[1].Healthy() == nil })
			passed := l.passed.Load()
			eventually(t, "requests pass again", func() bool { return l.passed.Load() > passed })
			end()
			t.Logf("%v", &l)
			require.NotZero(t, l.failed.Load())
			require.LessOrEqual(t, float64(l.passed.Load()), float64(rate.Burst)+rate.PerSecond*l.elapsed.Seconds())
			l.prompt(t, stores[0].config.Wait)
		})
	}
}

// fast checks that requests do not wait for a Redis that is known to be away.
func fast(t *testing.T, s *Store) {
	t.Helper()
	lines := []limit.Shared{bucketOf(s, "other", 1, 1)}
	start := time.Now()
	for range 1000 {
		_, err := s.Admit(time.Time{}, lines)
		require.ErrorIs(t, err, ErrUnavailable)
	}
	require.Less(t, time.Since(start), slack)
}

// What reaches Redis only after nobody waits for it takes nothing.
func TestLateCallsTakeNothing(t *testing.T) {
	redis := startServer(t)
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			s := open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name()})
			bucket, quota := bucketOf(s, "b", 0.001, 1000), quotaOf(s, "q", 1000)
			passes(t, s, 100, bucket, quota)
			eventually(t, "nothing is leased", func() bool { return s.tick(false) == 0 && !s.pending() })
			redis.Stop()
			var all sync.WaitGroup
			for range 64 {
				all.Go(func() {
					_, err := s.Admit(time.Time{}, []limit.Shared{bucket, quota})
					assert.ErrorIs(t, err, ErrUnavailable)
				})
			}
			all.Wait()
			eventually(t, "the calls are given up", func() bool { return !s.pending() })
			redis.Resume()
			eventually(t, "redis answers", func() bool { return s.Healthy() == nil })
			require.Equal(t, 1, passes(t, s, 1, bucket, quota))
			require.NoError(t, s.Close())
			client := redis.Client()
			require.Equal(t, "101", client.HGet(t.Context(), t.Name()+":{client}:q:q", "c").Val())
			left, err := client.HGet(t.Context(), t.Name()+":{client}:b:b", "n").Float64()
			require.NoError(t, err)
			require.InDelta(t, 899, left, 0.1)
		})
	}
}

func TestDeadlineOfARequest(t *testing.T) {
	redis := startServer(t)
	for _, mode := range modes {
		s := open(t, Config{URL: redis.URL(), Mode: mode, Wait: time.Minute, Timeout: time.Minute})
		lines := []limit.Shared{bucketOf(s, "b", 1, 1), quotaOf(s, "q", 10)}
		redis.Stop()
		start := time.Now()
		_, err := s.Admit(start.Add(20*time.Millisecond), lines)
		require.ErrorIs(t, err, ErrUnavailable)
		require.Less(t, time.Since(start), 20*time.Millisecond+slack)
		redis.Resume()
		// The request has left, so that what was taken for it is given back.
		eventually(t, "its token is there again", func() bool { return admit(t, s, lines...) < 0 })
	}
}

// Redis is killed in the middle of a load and started again, with what it had written down.
func TestKilledRedisKeepsQuotas(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			redis := startServer(t, "--appendonly", "yes")
			const most = 3000
			stores := openMany(t, 2, Config{URL: redis.URL(), Mode: mode})
			l := load{perSecond: 2000}
			end := l.start(stores, func(s *Store) limit.Shared { return quotaOf(s, "q", most) })
			eventually(t, "requests pass", func() bool { return l.passed.Load() > 500 })
			redis.Kill()
			eventually(t, "it is seen", func() bool { return stores[0].Healthy() != nil })
			fast(t, stores[0])
			redis.Run()
			eventually(t, "redis is back", func() bool { return stores[0].Healthy() == nil && stores[1].Healthy() == nil })
			refused := l.refused.Load()
			eventually(t, "the quota is used up", func() bool { return l.refused.Load() > refused+5000 })
			end()
			t.Logf("%v", &l)
			l.prompt(t, stores[0].config.Wait)
			require.LessOrEqual(t, l.passed.Load(), int64(most))
			lost := most - l.passed.Load()
			if mode == Exact { // leases may last until it is back
				require.NotZero(t, l.failed.Load())
				require.LessOrEqual(t, lost, int64(2*loadWorkers), "calls under way when it was killed")
			} else {
				require.LessOrEqual(t, lost, int64(most/8+2*loadWorkers))
			}
		})
	}
}

// A store may be opened before Redis is there.
func TestAway(t *testing.T) {
	redis := redisserver.New(t)
	redis.Args = []string{"--port", redis.Addr[len("127.0.0.1:"):], "--bind", "127.0.0.1", "--dir", redis.Dir, "--save", ""}
	for _, mode := range modes {
		s := open(t, Config{URL: redis.URL(), Mode: mode, Away: true})
		require.ErrorIs(t, s.Healthy(), ErrUnavailable)
		require.Equal(t, 1, s.Nodes())
		fast(t, s)
		redis.Run()
		line := bucketOf(s, "b", 0.001, 5)
		eventually(t, "redis is reached", func() bool { return s.Healthy() == nil })
		require.Equal(t, 5, passes(t, s, 10, line))
		redis.Kill()
	}
}

func TestCloseWithoutRedis(t *testing.T) {
	redis := startServer(t)
	s := openAsSet(t, Config{URL: redis.URL()})
	require.Equal(t, 500, passes(t, s, 500, bucketOf(s, "b", 1, 100000)))
	redis.Stop()
	defer redis.Resume()
	start := time.Now()
	require.NoError(t, s.Close())
	require.Less(t, time.Since(start), 2*time.Second)
}

// A store may be opened on a Redis that refuses it, which somebody mends while it waits.
func TestRefused(t *testing.T) {
	redis := startServer(t)
	admin := redis.Client()
	require.NoError(t, admin.Do(t.Context(), "acl", "setuser", "gateway", "on", ">other", "~*", "+@all").Err())
	url := "redis://gateway@" + redis.Addr
	refuses(t, Config{URL: url, Password: "p@ss", Away: true}, "wrong user or password")
	refuses(t, Config{URL: "redis://gateway:secret@" + redis.Addr, Password: "p@ss"}, "given twice")
	s := open(t, Config{URL: url, Password: "p@ss", Refused: true})
	require.ErrorIs(t, s.Healthy(), ErrUnavailable)
	require.ErrorContains(t, s.Healthy(), "wrong user or password")
	require.NotContains(t, s.Healthy().Error(), "p@ss")
	fast(t, s)
	require.NoError(t, admin.Do(t.Context(), "acl", "setuser", "gateway", "on", ">p@ss").Err())
	eventually(t, "redis is reached", func() bool { return s.Healthy() == nil })
	require.Equal(t, 5, passes(t, s, 10, bucketOf(s, "b", 0.001, 5)))

	refuses(t, Config{URL: "redis://" + redisserver.FreeAddr(t), Refused: true}, "connection refused")
	s = open(t, Config{URL: "redis://" + redisserver.StartOld(t), Refused: true})
	require.ErrorContains(t, s.Healthy(), `too old: "4.0.14"`)
}
