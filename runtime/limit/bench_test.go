package limit

import (
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// noon is a moment in the middle of a day, week and month: 2026-11-18 12:00, a Wednesday.
var noon = time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)

var plenty = Rate{PerSecond: MaxPerSecond, Burst: MaxBurst}

// chain is what a request with a key takes from: plan and method, plan, stage, quota.
type chain struct {
	method, plan *Keys
	stage        *Bucket
	quota        *Counters
}

func newChain() *chain {
	return &chain{NewKeys(plenty), NewKeys(plenty), NewBucket(plenty), NewCounters(Quota{Limit: MaxQuota, Period: Month})}
}

func (c *chain) take(key int, now int64, date time.Time) bool {
	return c.method.At(key).Take(now) && c.plan.At(key).Take(now) && c.stage.Take(now) && c.quota.At(key).Take(date)
}

func TestTakingAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	c := newChain()
	clients, gates, gate := NewClients(plenty, 0), NewClientGate(2, 0), NewGate(2)
	overload := NewOverload(0, 0)
	meter := NewMeter(0)
	c.quota.At(7).Watch(meter)
	now := int64(time.Second)
	buffer := make([]byte, 0, 256)
	passed := true
	allocations := testing.AllocsPerRun(1000, func() {
		now += 1000
		passed = passed && c.take(7, now, noon) && clients.Take("192.0.2.1", now) && gate.Enter() && gates.Enter("192.0.2.1")
		gate.Leave()
		gates.Leave("192.0.2.1")
		clients.Return("192.0.2.1")
		c.stage.Return()
		c.quota.At(7).Return(noon)
		overload.Observe(time.Millisecond, now)
		state := c.stage.State(now)
		buffer = AppendRetryAfter(buffer[:0], time.Second)
		buffer = AppendPolicy(buffer, "stage", 10, time.Second)
		buffer = AppendLimit(buffer, "stage", state.Left, state.Full)
	})
	require.Zero(t, allocations)
	require.True(t, passed)
}

func BenchmarkBucket(b *testing.B) {
	bucket, now := NewBucket(plenty), int64(0)
	for b.Loop() {
		now += 10
		if !bucket.Take(now) {
			b.Fatal("refused")
		}
	}
}

func BenchmarkBucketRefuses(b *testing.B) {
	bucket := NewBucket(Rate{PerSecond: 1, Burst: 1})
	bucket.Take(0)
	for b.Loop() {
		if bucket.Take(0) {
			b.Fatal("taken")
		}
	}
}

func BenchmarkKeys(b *testing.B) {
	keys, now := NewKeys(plenty), int64(0)
	for b.Loop() {
		now += 10
		if !keys.At(int(now) & 0xfff).Take(now) {
			b.Fatal("refused")
		}
	}
}

func BenchmarkChain(b *testing.B) {
	c, now := newChain(), int64(0)
	for b.Loop() {
		now += 10
		if !c.take(7, now, noon) {
			b.Fatal("refused")
		}
	}
}

func BenchmarkCounter(b *testing.B) {
	c := NewCounters(Quota{Limit: MaxQuota}).At(1)
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			c.Take(noon)
		}
	})
	c.Watch(NewMeter(0))
	b.Run("watched", func(b *testing.B) {
		for b.Loop() {
			c.Take(noon)
		}
	})
}

// BenchmarkContended has 64 goroutines take from one bucket.
func BenchmarkContended(b *testing.B) {
	bucket := NewBucket(plenty)
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for now := int64(0); pb.Next(); now += 10 {
			bucket.Take(now)
		}
	})
}

func BenchmarkClients(b *testing.B) {
	const many = 1_000_000
	keys := make([]string, many)
	for i := range keys {
		keys[i] = "2001:db8::" + strconv.Itoa(i)
	}
	for _, n := range []int{100, many} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			clients := NewClients(Rate{PerSecond: 1, Burst: MaxBurst}, 0)
			for _, key := range keys[:n] {
				clients.Take(key, 0)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if !clients.Take(keys[i], 0) {
					b.Fatal("refused")
				}
				i = (i + 7919) % n
			}
		})
	}
}

func BenchmarkGate(b *testing.B) {
	g := NewGate(1)
	for b.Loop() {
		if !g.Enter() {
			b.Fatal("refused")
		}
		g.Leave()
	}
}

func BenchmarkClientGate(b *testing.B) {
	g := NewClientGate(1, 0)
	for b.Loop() {
		if !g.Enter("192.0.2.1") {
			b.Fatal("refused")
		}
		g.Leave("192.0.2.1")
	}
}

func BenchmarkOverload(b *testing.B) {
	o, now := NewOverload(0, 0), int64(0)
	for b.Loop() {
		now += 1000
		o.Observe(time.Millisecond, now)
	}
}
