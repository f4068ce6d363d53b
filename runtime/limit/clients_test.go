package limit

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestClientsAgainstModel has few clients and room for all: each is a bucket of its own, idle or not.
func TestClientsAgainstModel(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 7))
		rate := someRate(r)
		c, now := NewClients(rate, 0), int64(0)
		models, taken := map[string]*model{}, map[string]int{}
		for i := range 800 {
			now += someStep(r, rate)
			key := strconv.Itoa(r.IntN(6))
			if models[key] == nil {
				models[key] = newModel(rate)
			}
			m := models[key]
			switch k := r.IntN(100); {
			case k < 5 && taken[key] > 0:
				c.Return(key)
				m.advance(now)
				m.give()
				taken[key]--
			case k < 6 && seed%2 == 1:
				if rate = someRate(r); r.IntN(4) == 0 {
					rate.Burst = 0
				}
				c.Set(rate, now)
				for _, m := range models {
					m.set(rate, now)
				}
			case c.Take(key, now):
				require.True(t, m.took(now), "seed %d, step %d: too much passed at %+v", seed, i, rate)
				taken[key]++
			default:
				require.True(t, m.refused(now), "seed %d, step %d: too little passed at %+v", seed, i, rate)
			}
		}
	}
}

// TestNobodyIsForgiven has more clients than there is room for. None gets more than its bucket would give.
func TestNobodyIsForgiven(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 8))
		rate := Rate{PerSecond: 10, Burst: int64(1 + r.IntN(4))}
		c, now := NewClients(rate, 20), int64(0)
		models := map[string]*model{}
		for range 3000 {
			now += r.Int64N(int64(20 * time.Millisecond))
			if r.IntN(400) == 0 {
				now += int64(time.Second) // all are idle, and forgotten as others come
			}
			key := strconv.Itoa(r.IntN(60))
			if models[key] == nil {
				models[key] = newModel(rate)
			}
			if c.Take(key, now) {
				require.True(t, models[key].took(now), "seed %d, client %s", seed, key)
			}
			require.LessOrEqual(t, c.Len(), 20)
		}
	}
}

func TestOverflow(t *testing.T) {
	c := NewClients(Rate{1, 3}, 2)
	require.True(t, c.Take("a", 0))
	require.True(t, c.Take("b", 0))
	for _, key := range []string{"c", "d", "e"} {
		require.True(t, c.Take(key, 0), "of the overflow's bucket")
	}
	require.False(t, c.Take("f", 0))
	require.Equal(t, State{Next: time.Second, Full: 3 * time.Second}, c.State("f", 0))
	require.True(t, c.Take("a", 0), "who has a bucket does not notice")
	require.Equal(t, 2, c.Len())

	now := int64(time.Second) // b is idle
	require.True(t, c.Take("c", now), "with a bucket now")
	require.False(t, c.Take("c", now), "which began with the debt")
	require.Equal(t, 2, c.Len())

	now = int64(time.Hour)
	for i := range 1000 {
		now += int64(3 * time.Second)
		require.True(t, c.Take(strconv.Itoa(i), now), "as all others are idle")
	}
	require.LessOrEqual(t, c.Len(), 2)
}

// TestClockOutOfOrder has one goroutine come with an old reading after its bucket was forgotten at a later one.
func TestClockOutOfOrder(t *testing.T) {
	c := NewClients(Rate{1, 1}, 200) // one shard
	require.Len(t, c.shards, 1)
	require.True(t, c.Take("a", 0))
	for i := range 100 {
		c.Take(strconv.Itoa(i), int64(time.Second))
	}
	require.True(t, c.Take("a", int64(time.Second)-1), "the clock has been read to be a second later")
	require.False(t, c.Take("a", int64(time.Second)+1))
}

// TestIdleAreForgotten has a flood come and go: what is left is a table of the usual size.
func TestIdleAreForgotten(t *testing.T) {
	c := NewClients(Rate{100, 1}, 0)
	for i := range 200_000 {
		c.Take("flood "+strconv.Itoa(i), 0)
	}
	require.Equal(t, 200_000, c.Len())
	now := int64(time.Second)
	for i := range 600_000 {
		now += int64(time.Millisecond)
		c.Take("usual "+strconv.Itoa(i%50), now)
		c.Take("passing "+strconv.Itoa(i), now)
	}
	require.Less(t, c.Len(), 20_000)
	slots := 0
	for i := range c.shards {
		slots += len(c.shards[i].slots)
	}
	require.Less(t, slots, 200_000)
}

// TestMillionClients measures what a million clients in debt cost, and that no further one costs anything.
func TestMillionClients(t *testing.T) {
	const many, most = 1_000_000, 64 // bytes
	before := heap()
	c := NewClients(Rate{1e-3, 1}, many)
	for i := range many {
		if !c.Take("2001:db8:1234::"+strconv.Itoa(i), 0) {
			t.Fatal("refused")
		}
	}
	each := float64(heap()-before) / many
	t.Logf("%.1f bytes a client", each)
	require.LessOrEqual(t, each, float64(most))
	require.Equal(t, many, c.Len())
	for i := range 100_000 {
		c.Take("another "+strconv.Itoa(i), 0)
	}
	require.Equal(t, many, c.Len())
	require.LessOrEqual(t, float64(heap()-before)/many, float64(most))
	require.False(t, c.Take("2001:db8:1234::0", 1), "nobody was forgotten")
	worst := 0.
	for n := 1; n < 3000; n++ { // a shard's table at any size
		var tab table
		for range n {
			tab.used++
			if tab.used*8 > len(tab.slots)*7 {
				tab.slots = make([]slot, max(2*len(tab.slots), fewestSlots))
			}
		}
		if n > fewestSlots {
			worst = max(worst, 24*float64(len(tab.slots))/float64(n))
		}
	}
	require.LessOrEqual(t, worst, 55.)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestClientsTogether has goroutines take at one instant, with more clients than there is room for, while the rate
// changes and others return: nobody has more than a burst, and who has a bucket exactly that.
func TestClientsTogether(t *testing.T) {
	const burst, known = 4, 50
	c := NewClients(Rate{1, burst}, 1000)
	var taken [known]atomic.Int64
	for i := range known {
		require.True(t, c.Take("known "+strconv.Itoa(i), 0))
		taken[i].Add(1)
	}
	var group sync.WaitGroup
	for g := range 6 {
		group.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 9))
			for range 5000 {
				i := r.IntN(known)
				if key := "known " + strconv.Itoa(i); c.Take(key, 0) {
					if r.IntN(3) == 0 {
						c.Return(key)
					} else {
						taken[i].Add(1)
					}
				}
				c.Take(fmt.Sprint("new ", r.IntN(100_000)), 0)
				c.State("known 1", 0)
			}
		})
	}
	for i := range 50 {
		c.Set(Rate{float64(1 + i%3), burst}, 0)
	}
	group.Wait()
	for i := range taken {
		for c.Take("known "+strconv.Itoa(i), 0) {
			taken[i].Add(1)
		}
		require.EqualValues(t, burst, taken[i].Load())
	}
	require.Equal(t, 1000, c.Len())
}
