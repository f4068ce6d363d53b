package limit

import (
	"math"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeysStayThemselves(t *testing.T) {
	k := NewKeys(Rate{1, 2})
	first := k.At(0)
	require.True(t, first.Take(0))
	numbers := []int{63, 64, 1, 100_000, MaxKeys - 2, MaxKeys - 1, 65}
	for _, n := range numbers {
		b := k.At(n)
		require.True(t, b.Take(0), "key %d", n)
		require.True(t, b.Take(0), "key %d", n)
		require.False(t, b.Take(0), "key %d", n)
	}
	require.Same(t, first, k.At(0))
	require.True(t, first.Take(0))
	require.False(t, first.Take(0), "as nothing was refilled when the array grew")
	for _, n := range numbers {
		require.False(t, k.At(n).Take(0), "key %d", n)
	}
	for _, n := range []int{-1, MaxKeys, math.MaxInt} {
		require.Same(t, k.At(MaxKeys-1), k.At(n))
	}
}

func TestKeysSet(t *testing.T) {
	k := NewKeys(Rate{1, 2})
	require.True(t, k.At(3).Take(0))
	k.Set(Rate{1, 5}, 0)
	for _, key := range []int{3, 4000} { // one that was there, and one that comes now
		taken := 0
		for k.At(key).Take(0) {
			taken++
		}
		require.Equal(t, map[int]int{3: 4, 4000: 5}[key], taken, "key %d", key)
	}
	k.Set(Rate{}, 0)
	require.False(t, k.At(5000).Take(0))
}

// TestKeysGrowTogether has goroutines see new keys at once, while the rate changes: each key has one bucket.
func TestKeysGrowTogether(t *testing.T) {
	const keys, burst = 5000, 3
	k := NewKeys(Rate{1, burst})
	var taken [keys]atomic.Int64
	var group sync.WaitGroup
	for g := range 6 {
		group.Go(func() {
			for i := range keys * burst {
				key := (i*7 + g*keys/6) % keys
				if k.At(key).Take(0) {
					taken[key].Add(1)
				}
			}
		})
	}
	for i := range 20 {
		k.Set(Rate{float64(1 + i%2), burst}, 0)
	}
	group.Wait()
	for key := range taken {
		require.EqualValues(t, burst, taken[key].Load(), "key %d", key)
	}
}
