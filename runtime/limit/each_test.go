package limit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEach(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	keys, counters := NewKeys(Rate{1, 5}), NewCounters(Quota{Limit: 10})
	keys.Each(func(int, *Bucket) { t.Error("there is none yet") })
	keys.At(200).Take(0)
	counters.At(200).Take(now)
	counters.At(3).Take(now)
	var left, used []int
	last := -1
	keys.Each(func(key int, b *Bucket) {
		require.Greater(t, key, last)
		last = key
		require.Equal(t, b.State(0).Left < 5, b.Owes(0))
		if b.Owes(0) {
			left = append(left, key)
		}
	})
	counters.Each(func(key int, c *Counter) {
		require.Equal(t, key, c.Key())
		require.Same(t, c, counters.At(key))
		require.Equal(t, c.Used(now) > 0, c.UsedBetween(now, now))
		if c.Used(now) > 0 {
			used = append(used, key)
		}
	})
	require.Equal(t, []int{200}, left)
	keys.Set(Rate{0, 5}, 0)
	require.True(t, keys.At(200).Owes(1e12), "nothing is refilled")
	require.False(t, keys.At(201).Owes(1e12))
	keys.Set(Rate{1, 5}, 1e12)
	require.True(t, keys.At(200).Owes(1e12))
	require.False(t, keys.At(200).Owes(2e12))
	require.Equal(t, []int{3, 200}, used)
}

// TestLookingMakesNothing: a bucket and a counter that nobody has taken from are looked at as often as anybody likes.
func TestLookingMakesNothing(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	keys, counters := NewKeys(Rate{2, 5}), NewCounters(Quota{Limit: 10, Offset: 1})
	same := func() {
		t.Helper()
		for key := range 1000 {
			require.Equal(t, NewBucket(Rate{2, 5}).State(7), keys.State(key, 7))
			require.Zero(t, counters.Used(key, now))
		}
	}
	same()
	keys.Each(func(int, *Bucket) { t.Error("a bucket was made") })
	counters.Each(func(int, *Counter) { t.Error("a counter was made") })
	keys.Set(Rate{0, 5}, 8)
	require.Equal(t, NewBucket(Rate{0, 5}).State(9), keys.State(3, 9))
	keys.Set(Rate{2, 5}, 9)
	same()
	for key := range 1000 {
		keys.At(key)
		require.Equal(t, counters.At(key).Used(now), counters.Used(key, now))
	}
	same()
	require.True(t, keys.At(3).Take(10))
	require.True(t, counters.At(3).Take(now))
	require.Equal(t, keys.At(3).State(10), keys.State(3, 10))
	require.EqualValues(t, 2, counters.Used(3, now))
}

// TestWatchOfAll: counters that were made before, and those that are made later.
func TestWatchOfAll(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	counters, m := NewCounters(Quota{Limit: 10}), NewMeter(1)
	counters.At(1).Take(now)
	counters.At(2)
	counters.Watch(m)
	changed := func() (keys []int) {
		m.Drain(func(c *Counter, days []DayCount) {
			require.Equal(t, []DayCount{{Date(now), c.Used(now)}}, days)
			keys = append(keys, c.Key())
		})
		return keys
	}
	require.Equal(t, []int{1}, changed(), "what was counted before")
	<-m.Wake()
	counters.At(2).Take(now)
	counters.At(5000).Take(now)
	require.Equal(t, []int{2, 5000}, changed())
	<-m.Wake()
	require.Empty(t, changed())
}
