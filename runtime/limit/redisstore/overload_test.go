package redisstore

import (
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

// load offers perSecond requests a second on each store, by several goroutines each.
type load struct {
	perSecond int
	lasts     time.Duration // it ends after that
	stop      chan struct{} // or when that is closed
	passed    atomic.Int64
	refused   atomic.Int64
	failed    atomic.Int64
	slowest   atomic.Int64
	stalled   time.Duration // how long the machine let this process wait
	elapsed   time.Duration
}

// start runs a load beside the test; the function that it returns ends it.
func (l *load) start(stores []*Store, line func(*Store) limit.Shared) (end func()) {
	l.stop, l.lasts = make(chan struct{}), time.Minute
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.run(stores, line)
	}()
	return func() {
		close(l.stop)
		<-done
	}
}

const loadWorkers = 8

func (l *load) run(stores []*Store, line func(*Store) limit.Shared) {
	var all sync.WaitGroup
	start := time.Now()
	all.Go(func() { l.watch(start) })
	for i, s := range stores {
		lines := []limit.Shared{line(s)}
		for j := range loadWorkers {
			phase := float64(i+j*len(stores)) / float64(loadWorkers*len(stores))
			all.Go(func() { l.offer(s, lines, start, phase) })
		}
	}
	all.Wait()
	l.elapsed = time.Since(start)
}

// offer sends what is due each millisecond; the phases of goroutines spread it.
func (l *load) offer(s *Store, lines []limit.Shared, start time.Time, phase float64) {
	done := 0
	for now := range l.ticks(start) {
		for due := int(now.Sub(start).Seconds()*float64(l.perSecond)/loadWorkers + phase); done < due; done++ {
			before := time.Now()
			refused, err := s.Admit(time.Time{}, lines)
			l.slow(time.Since(before))
			switch {
			case err != nil:
				l.failed.Add(1)
			case refused >= 0:
				l.refused.Add(1)
			default:
				l.passed.Add(1)
			}
		}
	}
}

// ticks is the milliseconds of a load.
func (l *load) ticks(start time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for now := start; now.Sub(start) < l.lasts && yield(now); now = time.Now() {
			select {
			case <-tick.C:
			case <-l.stop:
				return
			}
		}
	}
}

// watch measures how late a goroutine runs that has nothing to do.
func (l *load) watch(start time.Time) {
	last := start
	for now := range l.ticks(start) {
		l.stalled = max(l.stalled, now.Sub(last))
		last = now
	}
}

// prompt checks that no request took longer than it may wait.
func (l *load) prompt(t *testing.T, wait time.Duration) {
	t.Helper()
	require.Less(t, time.Duration(l.slowest.Load()), wait+slack+2*l.stalled)
}

func (l *load) slow(took time.Duration) {
	for {
		before := l.slowest.Load()
		if int64(took) <= before || l.slowest.CompareAndSwap(before, int64(took)) {
			return
		}
	}
}

func (l *load) String() string {
	return fmt.Sprintf("in %v (stalled for %v) %d passed, %d refused, %d failed, the slowest in %v", l.elapsed.Round(time.Millisecond), l.stalled.Round(time.Microsecond),
		l.passed.Load(), l.refused.Load(), l.failed.Load(), time.Duration(l.slowest.Load()).Round(time.Microsecond))
}

// openMany opens stores that share.
func openMany(t testing.TB, n int, c Config) []*Store {
	stores := make([]*Store, n)
	for i := range stores {
		stores[i] = openAsSet(t, c)
	}
	for _, s := range stores {
		eventually(t, "all have seen each other", func() bool { return s.Nodes() == n })
	}
	return stores
}

// calls is how many scripts Redis has run.
func calls(t testing.TB, s *server) (n int) {
	for _, line := range strings.Split(s.Client().Info(t.Context(), "commandstats").Val(), "\r\n") {
		if rest, ok := strings.CutPrefix(line, "cmdstat_evalsha:calls="); ok {
			_, err := fmt.Sscanf(rest, "%d", &n)
			require.NoError(t, err)
		}
	}
	return n
}

// beats is how many heartbeats a store may have sent since a time.
func beats(since time.Time) int { return 1 + int(time.Since(since)/(heartbeat*3/4)) }

func TestTenfoldOverload(t *testing.T) {
	redis := startServer(t)
	for _, mode := range modes {
		for _, c := range []struct {
			nodes int
			rate  limit.Rate
		}{
			{2, limit.Rate{PerSecond: 2000, Burst: 500}},
			{8, limit.Rate{PerSecond: 2000, Burst: 500}},
			{8, limit.Rate{PerSecond: 200, Burst: 5}},
		} {
			t.Run(fmt.Sprintf("%s, %d nodes, %v a second", mode, c.nodes, c.rate.PerSecond), func(t *testing.T) {
				tenfold(t, redis, mode, c.nodes, c.rate)
			})
		}
	}
}

// tenfold offers ten times of what a bucket allows to stores that share it.
func tenfold(t *testing.T, redis *server, mode Mode, nodes int, rate limit.Rate) {
	stores := openMany(t, nodes, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name(), Timeout: 5 * time.Second, Wait: 5 * time.Second})
	l := load{perSecond: 10 * int(rate.PerSecond) / nodes, lasts: time.Second}
	before := calls(t, redis)
	l.run(stores, func(s *Store) limit.Shared { return bucketOf(s, "b", rate.PerSecond, rate.Burst) })
	calls := calls(t, redis) - before
	most := float64(rate.Burst) + rate.PerSecond*l.elapsed.Seconds()
	t.Logf("%v: %.1f %% of %.0f, %d calls", &l, 100*float64(l.passed.Load())/most, most, calls)
	require.Zero(t, l.failed.Load())
	require.LessOrEqual(t, float64(l.passed.Load()), most)
	require.GreaterOrEqual(t, float64(l.passed.Load()), 0.75*most, "what the limit allows passes, as far as the machine keeps up")
	if mode == Leased {
		require.LessOrEqual(t, calls, nodes*1100, "redis is not asked for each request that is refused")
	}
}

func TestQuotaUnderOverload(t *testing.T) {
	redis := startServer(t)
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			stores := openMany(t, 8, Config{URL: redis.URL(), Mode: mode, Prefix: t.Name(), Timeout: 5 * time.Second, Wait: 5 * time.Second})
			l := load{perSecond: 2500, lasts: time.Second}
			quota := func(s *Store) limit.Shared { return quotaOf(s, "q", 2000) }
			l.run(stores, quota)
			t.Logf("%v", &l)
			require.LessOrEqual(t, l.passed.Load(), int64(2000))
			if mode == Exact {
				require.EqualValues(t, 2000, l.passed.Load())
				return
			}
			line := quota(stores[0])
			eventually(t, "what idles elsewhere passes here", func() bool {
				l.passed.Add(int64(passes(t, stores[0], 1, line)))
				return l.passed.Load() == 2000
			})
			require.Zero(t, passes(t, stores[0], 100, line))
		})
	}
}

// Two processes and a third that is killed: every request that passed is counted once, and what the killed one had asked for
// and not yet used is all that is lost.
func TestKilledProcess(t *testing.T) {
	redis := startServer(t)
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			const most = 12000
			line := limit.Line{Name: t.Name(), Quota: limit.Quota{Limit: most, Period: limit.Month}}
			task := nodeTask{URL: redis.URL(), Mode: mode, Line: line, Workers: 4, Seconds: 20, Until: 300}
			killed := startNode(t, task)
			killed.passed(100)
			a, b := startNode(t, task), startNode(t, task)
			killed.passed(300)
			killed.signal(syscall.SIGKILL)
			passed := killed.rest() + a.rest() + b.rest()
			lost := most - passed
			t.Logf("%d of %d lost", lost, most)
			require.GreaterOrEqual(t, lost, 0)
			if mode == Exact {
				require.LessOrEqual(t, lost, task.Workers, "one for each request under way")
			} else {
				require.LessOrEqual(t, lost, most/8+task.Workers)
			}
		})
	}
}

// A process that is stopped does not use what it had leased when it goes on: the bucket has filled meanwhile.
func TestStoppedProcess(t *testing.T) {
	redis := startServer(t)
	const rate, burst = 2000, 2000
	s := open(t, Config{URL: redis.URL()})
	line := limit.Line{Name: t.Name(), Rate: limit.Rate{PerSecond: rate, Burst: burst}}
	stopped := startNode(t, nodeTask{URL: redis.URL(), Line: line, Workers: 1, Seconds: 20, Failing: true, Paced: true})
	stopped.passed(200)
	stopped.signal(syscall.SIGSTOP)
	out := redis.Client().HGet(t.Context(), "gatewright:{%}:b:"+line.Name, "o").Val()
	<-time.After(1200 * time.Millisecond) // the lease ends and the bucket fills, by the clock of Redis
	before, start, shared := stopped.count.Load(), time.Now(), s.Line(line)
	here := 0
	for admit(t, s, shared) < 0 {
		here++
	}
	stopped.signal(syscall.SIGCONT)
	<-time.After(20 * time.Millisecond)
	stopped.signal(syscall.SIGKILL)
	there := stopped.rest() - int(before)
	elapsed := time.Since(start)
	t.Logf("%s leased, %d passed here, %d there in %v", out, here, there, elapsed)
	require.Greater(t, here, burst*9/10)
	require.LessOrEqual(t, float64(here+there), burst+rate*elapsed.Seconds())
}
