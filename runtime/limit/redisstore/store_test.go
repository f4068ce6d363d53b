package redisstore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

var modes = []Mode{Exact, Leased}

func TestTakesTheBurstAndNoMore(t *testing.T) {
	redis := startServer(t)
	for _, mode := range []Mode{Exact, Leased, Local} {
		t.Run(mode.String(), func(t *testing.T) {
			s := open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name()})
			bucket, quota := bucketOf(s, "bucket", 0.001, 10), quotaOf(s, "quota", 4)
			require.Equal(t, 4, passes(t, s, 6, bucket, quota))
			require.Equal(t, 1, admit(t, s, bucket, quota), "the quota is what refuses")
			require.EqualValues(t, 4, quota.Used(time.Now()))
			require.Equal(t, 6, passes(t, s, 10, bucket), "requests that the quota refused took nothing of the bucket")
			require.Equal(t, 0, admit(t, s, bucket, quota), "the first that has nothing left is told")
		})
	}
}

func TestReturn(t *testing.T) {
	redis := startServer(t)
	for _, mode := range []Mode{Exact, Leased, Local} {
		t.Run(mode.String(), func(t *testing.T) {
			s := open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name()})
			lines := []limit.Shared{bucketOf(s, "bucket", 0.001, 3), quotaOf(s, "quota", 3)}
			require.Equal(t, 3, passes(t, s, 4, lines...))
			s.Return(lines)
			eventually(t, "what was returned passes again", func() bool { return admit(t, s, lines...) < 0 })
			require.Equal(t, 0, passes(t, s, 3, lines...))
			require.EqualValues(t, 3, lines[1].Used(time.Now()))
		})
	}
}

func TestZeroLetsNothingPass(t *testing.T) {
	redis := startServer(t)
	for _, mode := range []Mode{Exact, Leased, Local} {
		t.Run(mode.String(), func(t *testing.T) {
			s := open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name()})
			line := bucketOf(s, "bucket", 0, 10)
			require.Zero(t, passes(t, s, 3, line))
			line.Set(limit.Line{Rate: limit.Rate{PerSecond: 1000, Burst: 10}})
			require.Equal(t, 5, passes(t, s, 5, line))
			line.Set(limit.Line{Rate: limit.Rate{PerSecond: 1000}})
			require.Zero(t, passes(t, s, 3, line))
		})
	}
}

func TestSeveralTagsTakeAllOrNone(t *testing.T) {
	redis := startServer(t)
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			s := open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name()})
			one := s.Line(limit.Line{Name: "n", Tag: "one", Rate: limit.Rate{PerSecond: 0.001, Burst: 5}})
			two := s.Line(limit.Line{Name: "n", Tag: "two", Rate: limit.Rate{PerSecond: 0.001, Burst: 2}})
			three := s.Line(limit.Line{Name: "n", Rate: limit.Rate{PerSecond: 0.001, Burst: 5}})
			require.Equal(t, 2, passes(t, s, 4, one, two, three))
			require.Equal(t, 1, admit(t, s, one, two, three))
			left := 0
			eventually(t, "the others have what the refused requests took", func() bool {
				left += passes(t, s, 1, one, three)
				return left == 3
			})
			require.Equal(t, 0, admit(t, s, one, three))
		})
	}
}

func TestStoresShare(t *testing.T) {
	redis := startServer(t)
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			a := open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name()})
			b := open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name()})
			require.Equal(t, 6, passes(t, a, 6, quotaOf(a, "q", 10)))
			quota := quotaOf(b, "q", 10)
			passed := 0
			eventually(t, "the other has the rest", func() bool {
				passed += passes(t, b, 1, quota)
				return passed == 4
			})
			require.Zero(t, passes(t, b, 10, quota))
			require.EqualValues(t, 10, quota.Used(time.Now()))
			require.Zero(t, quota.Used(time.Now().AddDate(0, 2, 0)), "another period")
		})
	}
}

func TestQuotaOutlivesStoresAndRedis(t *testing.T) {
	redis := startServer(t, "--appendonly", "yes")
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			s := open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name()})
			require.Equal(t, 7, passes(t, s, 7, quotaOf(s, "q", 20)))
			require.NoError(t, s.Close())
			redis.Kill()
			redis.Run()
			s = open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name()})
			require.Equal(t, 13, passes(t, s, 30, quotaOf(s, "q", 20)))
		})
	}
}

func TestOffsetCountsInTheFirstPeriod(t *testing.T) {
	redis := startServer(t)
	for _, mode := range []Mode{Exact, Leased, Local} {
		t.Run(mode.String(), func(t *testing.T) {
			s := open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name()})
			line := limit.Line{Name: "q", Quota: limit.Quota{Limit: 10, Period: limit.Day, Offset: 8}}
			require.Equal(t, 2, passes(t, s, 5, s.Line(line)))
		})
	}
}

func TestCloseGivesBack(t *testing.T) {
	redis := startServer(t)
	s := open(t, Config{URL: redis.URL(), Prefix: t.Name()})
	quota, bucket := quotaOf(s, "q", 100000), bucketOf(s, "b", 0.001, 100000)
	require.Equal(t, 2000, passes(t, s, 2000, quota, bucket))
	require.NoError(t, s.Close())
	_, err := s.Admit(time.Time{}, []limit.Shared{quota})
	require.ErrorIs(t, err, ErrUnavailable)
	require.Error(t, s.Healthy())

	c := redis.Client()
	count, err := c.HGet(t.Context(), t.Name()+":{client}:q:q", "c").Int()
	require.NoError(t, err)
	require.Equal(t, 2000, count)
	left, err := c.HGet(t.Context(), t.Name()+":{client}:b:b", "n").Float64()
	require.NoError(t, err)
	require.InDelta(t, 98000, left, 1)
	require.Zero(t, c.ZCard(t.Context(), t.Name()+":nodes").Val())
}

func TestIdleLeasesReturn(t *testing.T) {
	redis := startServer(t)
	a := open(t, Config{URL: redis.URL(), Prefix: t.Name()})
	b := open(t, Config{URL: redis.URL(), Prefix: t.Name()})
	require.Equal(t, 300, passes(t, a, 300, bucketOf(a, "b", 0.001, 1000)))
	bucket, passed := bucketOf(b, "b", 0.001, 1000), 0
	eventually(t, "the other has all that was not used", func() bool {
		passed += passes(t, b, 10, bucket)
		return passed == 700
	})
	require.Zero(t, passes(t, b, 10, bucket))
}

func TestNodesAreCounted(t *testing.T) {
	redis := startServer(t)
	a := open(t, Config{URL: redis.URL(), Mode: Local, Prefix: t.Name()})
	require.Equal(t, 1, a.Nodes())
	b := open(t, Config{URL: redis.URL(), Mode: Local, Prefix: t.Name()})
	require.Equal(t, 2, b.Nodes())
	eventually(t, "the first hears of the second", func() bool { return a.Nodes() == 2 })
	require.Equal(t, 5, passes(t, a, 20, bucketOf(a, "b", 0.001, 10)), "half of the burst")
	require.Equal(t, 5, passes(t, a, 20, quotaOf(a, "q", 10)), "half of the quota")
	require.Equal(t, 1, passes(t, a, 20, bucketOf(a, "c", 0.001, 1)), "never nothing")
	require.NoError(t, b.Close())
	eventually(t, "the first hears that the second left", func() bool { return a.Nodes() == 1 })
}

func TestTagsAndNamesOfAnyBytes(t *testing.T) {
	redis := startServer(t)
	s := open(t, Config{URL: redis.URL(), Mode: Exact, Prefix: t.Name()})
	long := string(make([]byte, 5000))
	for _, tag := range []string{"", "%", "}", "{", "{}", "a}:b:n", "\x00\xff", long, long + "x", tagOf(long)} {
		line := s.Line(limit.Line{Name: "n" + tag, Tag: tag, Rate: limit.Rate{PerSecond: 0.001, Burst: 2}})
		require.Equal(t, 2, passes(t, s, 3, line), "%q", tag)
	}
	for _, key := range redis.Client().Keys(t.Context(), "*").Val() {
		require.Less(t, len(key), 400)
	}
}

func TestScriptsThatRedisForgot(t *testing.T) {
	redis := startServer(t)
	for _, mode := range modes {
		s := open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name() + mode.String()})
		line := quotaOf(s, "q", 10)
		require.Equal(t, 3, passes(t, s, 3, line))
		require.NoError(t, redis.Client().ScriptFlush(t.Context()).Err())
		require.Equal(t, 7, passes(t, s, 10, line))
	}
}

func TestRemembers(t *testing.T) {
	redis := startServer(t)
	for _, mode := range []Mode{Exact, Leased, Local} {
		s := open(t, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name() + mode.String()})
		require.Equal(t, 5, passes(t, s, 5, bucketOf(s, "b", 0.001, 10)))
		again := passes(t, s, 10, bucketOf(s, "b", 0.001, 10))
		require.Equal(t, s.Remembers(), again <= 5, mode)
	}
}
