package httpproxy

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

// clock is a clock that stands still.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// newTest is an upstream whose targets are never asked.
func newTest(t *testing.T, cfg Config, weights ...int) (*Upstream, *clock) {
	t.Helper()
	c := &clock{at: time.Unix(1_700_000_000, 0)}
	core := gw.NewCore(&gw.API{Title: "test"}, gw.WithClock(c.now), gw.WithLogger(slog.New(slog.DiscardHandler)))
	for i, w := range weights {
		cfg.Targets = append(cfg.Targets, Target{URL: fmt.Sprintf("http://t%d", i), Weight: w})
	}
	cfg.Name = "test"
	u := NewUpstream(core, cfg)
	u.random = rand.New(rand.NewPCG(1, 2)).IntN
	require.NoError(t, core.Start(func(*gw.Ctx) gw.Fault { return gw.OK }))
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	return u, c
}

// picks counts where n requests would go, each being under way until the end when busy is set.
func picks(u *Upstream, c *clock, n int, busy bool) []int {
	s := u.set.Load()
	counts := make([]int, len(s.targets))
	for i := range n {
		got := u.pick(s, c.at, fmt.Sprint("key", i), nil)
		for j, t := range s.targets {
			if t == got {
				counts[j]++
			}
		}
		if busy {
			got.busy.Add(1)
		}
	}
	for _, t := range s.targets {
		t.busy.Store(0)
	}
	return counts
}

func TestRoundRobin(t *testing.T) {
	u, c := newTest(t, Config{Balance: RoundRobin}, 1, 2, 1)
	require.Equal(t, []int{25, 50, 25}, picks(u, c, 100, false))
	require.Equal(t, []int{1, 0, 2, 1}, mixTurns([]*target{{weight: 10}, {weight: 20}, {weight: 10}})[:4])
	require.LessOrEqual(t, len(mixTurns([]*target{{weight: 1_000_003}, {weight: 1}})), maxTurns+2)
	u.set.Load().targets[1].down.Store(true)
	require.Equal(t, []int{50, 0, 50}, picks(u, c, 100, false))
}

func TestLeastConnections(t *testing.T) {
	u, c := newTest(t, Config{Balance: LeastConnections}, 1, 3)
	require.Equal(t, []int{25, 75}, picks(u, c, 100, true))
}

func TestPowerOfTwoChoices(t *testing.T) {
	u, c := newTest(t, Config{}, 1, 1, 1, 1)
	for _, n := range picks(u, c, 400, true) {
		require.InDelta(t, 100, n, 5)
	}
	busy := u.set.Load().targets[2]
	busy.busy.Store(1000)
	require.Zero(t, picks(u, c, 400, false)[2], "it is the less busy one of no pair")
}

func TestHash(t *testing.T) {
	u, c := newTest(t, Config{Balance: Hash, HashOn: "header:X-User"}, 1, 1, 2)
	s := u.set.Load()
	counts := picks(u, c, 4000, false)
	for i, want := range []float64{1000, 1000, 2000} {
		require.InDelta(t, want, counts[i], 150)
	}
	before := make([]*target, 1000)
	for i := range before {
		before[i] = u.pick(s, c.at, fmt.Sprint(i), nil)
		require.Same(t, before[i], u.pick(s, c.at, fmt.Sprint(i), nil))
	}
	s.targets[0].down.Store(true)
	for i, was := range before {
		if now := u.pick(s, c.at, fmt.Sprint(i), nil); was != s.targets[0] {
			require.Same(t, was, now, "only requests of the target that is down move")
		} else {
			require.NotSame(t, was, now)
		}
	}
}

func TestEjection(t *testing.T) {
	u, c := newTest(t, Config{Balance: RoundRobin, Passive: Passive{ConsecutiveFailures: 3, Eject: 10 * time.Second}}, 1, 1)
	s := u.set.Load()
	bad := s.targets[0]
	u.failed(bad, c.at)
	u.failed(bad, c.at)
	bad.succeeded() // not in a row any more
	u.failed(bad, c.at)
	u.failed(bad, c.at)
	require.Equal(t, []int{5, 5}, picks(u, c, 10, false))
	u.failed(bad, c.at)
	require.Equal(t, []int{0, 10}, picks(u, c, 10, false))
	c.at = c.at.Add(10*time.Second - 1)
	require.Equal(t, []int{0, 10}, picks(u, c, 10, false))
	s.targets[1].down.Store(true)
	require.Equal(t, []int{5, 5}, picks(u, c, 10, false), "when none is known to work, all are used")
	s.targets[1].down.Store(false)
	c.at = c.at.Add(1)
	require.Equal(t, []int{5, 5}, picks(u, c, 10, false))
}

func TestSingleTargetIsNotEjected(t *testing.T) {
	u, c := newTest(t, Config{}, 1)
	for range 100 {
		u.failed(u.set.Load().targets[0], c.at)
	}
	require.Zero(t, u.set.Load().targets[0].ejected.Load())
}

func TestRetryAvoidsTheTargetThatFailed(t *testing.T) {
	for _, balance := range []Balance{P2C, RoundRobin, LeastConnections, Hash} {
		u, c := newTest(t, Config{Balance: balance, HashOn: "path"}, 1, 1, 1)
		s := u.set.Load()
		for range 50 {
			require.NotSame(t, s.targets[1], u.pick(s, c.at, "k", s.targets[1]))
		}
		s.targets[0].down.Store(true)
		s.targets[2].down.Store(true)
		require.Same(t, s.targets[1], u.pick(s, c.at, "k", s.targets[1]), "it is the only one")
	}
}

func TestBudget(t *testing.T) {
	var b budget
	b.init(0.2)
	taken := 0
	for b.take() {
		taken++
	}
	require.Equal(t, startBudget/retryCost, taken)
	for range 5 {
		b.request()
	}
	require.True(t, b.take())
	require.False(t, b.take())
	for range 100_000 {
		b.request()
	}
	for taken = 0; b.take(); taken++ {
	}
	require.Equal(t, fullBudget/retryCost, taken, "it does not grow for ever")
	b.init(-1)
	for range 1000 {
		require.True(t, b.take())
	}
}
