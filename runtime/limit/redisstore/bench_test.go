package redisstore

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

// BenchmarkLeased is a request on the hot path, with nothing but its limits.
func BenchmarkLeased(b *testing.B) {
	redis := startServer(b)
	s := open(b, Config{URL: redis.URL(), Wait: time.Second})
	for _, c := range []struct {
		name  string
		lines []limit.Shared
	}{
		{"bucket", []limit.Shared{bucketOf(s, "b", 1e9, 1e9)}},
		{"bucket and quota", []limit.Shared{bucketOf(s, "c", 1e9, 1e9), quotaOf(s, "q", 1e15)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for _, l := range c.lines {
				warm(b, s, l, 1e5)
			}
			b.ReportAllocs()
			for b.Loop() {
				if refused, err := s.Admit(time.Time{}, c.lines); refused >= 0 || err != nil {
					b.Fatal(refused, err)
				}
			}
		})
	}
}

// BenchmarkLeasedParallel is the same on all processors, which take of one line.
func BenchmarkLeasedParallel(b *testing.B) {
	redis := startServer(b)
	s := open(b, Config{URL: redis.URL(), Wait: time.Second})
	lines := []limit.Shared{bucketOf(s, "b", 1e9, 1e9)}
	warm(b, s, lines[0], 1e5)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if refused, err := s.Admit(time.Time{}, lines); refused >= 0 || err != nil {
				b.Error(refused, err)
				return
			}
		}
	})
}

// BenchmarkThroughput is leased mode, with Redis a millisecond away, beside local mode: nothing but limits, and requests that
// cost 10 µs, as proxied ones do at least.
func BenchmarkThroughput(b *testing.B) {
	redis := startServer(b)
	proxy := startProxy(b, redis.Addr, time.Millisecond)
	for _, work := range []time.Duration{0, 10 * time.Microsecond} {
		for _, mode := range []Mode{Local, Leased} {
			s := open(b, Config{URL: "redis://" + proxy, Mode: mode, Prefix: mode.String(), Wait: time.Second})
			lines := []limit.Shared{bucketOf(s, "b", 1e9, 1e9)}
			b.Run(mode.String()+", work "+work.String(), func(b *testing.B) {
				for range 100000 {
					admit(b, s, lines...)
				}
				for b.Loop() {
					if refused, err := s.Admit(time.Time{}, lines); refused >= 0 || err != nil {
						b.Fatal(refused, err)
					}
					spin(work)
				}
			})
		}
	}
}

func spin(d time.Duration) {
	if d > 0 {
		for start := time.Now(); time.Since(start) < d; {
		}
	}
}

// BenchmarkExact is requests of 64 goroutines, each of which waits for Redis.
func BenchmarkExact(b *testing.B) {
	redis := startServer(b)
	for _, away := range []time.Duration{0, time.Millisecond} {
		b.Run("round trip "+away.String(), func(b *testing.B) {
			addr := redis.Addr
			if away > 0 {
				addr = startProxy(b, addr, away)
			}
			s := open(b, Config{URL: "redis://" + addr, Mode: Exact, Wait: time.Second, Timeout: time.Second})
			lines := []limit.Shared{bucketOf(s, "b", 1e9, 1e9), quotaOf(s, "q", 1e15)}
			var all sync.WaitGroup
			var left, failed atomic.Int64
			left.Store(int64(b.N))
			b.ReportAllocs()
			b.ResetTimer()
			for range 64 {
				all.Go(func() {
					for left.Add(-1) >= 0 {
						if refused, err := s.Admit(time.Time{}, lines); refused >= 0 || err != nil {
							failed.Add(1)
						}
					}
				})
			}
			all.Wait()
			b.StopTimer()
			require.Zero(b, failed.Load())
		})
	}
}
