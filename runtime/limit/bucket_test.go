package limit

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// model is a token bucket as everybody would write it, in exact fractions.
type model struct {
	rate       *big.Rat // tokens a nanosecond
	burst      *big.Rat
	level      *big.Rat // may be negative when the burst shrank
	at         int64
	slack      float64 // tokens by which rounding may be behind: one part in 16 million of all that were refilled
	goesNoMore bool
}

func newModel(r Rate) *model {
	m := &model{level: new(big.Rat)}
	m.limits(r)
	m.level.Set(m.burst)
	return m
}

func (m *model) limits(r Rate) {
	m.rate = new(big.Rat).Quo(new(big.Rat).SetFloat64(r.PerSecond), big.NewRat(1e9, 1))
	m.burst = new(big.Rat).SetInt64(r.Burst)
	m.goesNoMore = r.PerSecond == 0 || r.Burst == 0
}

func (m *model) advance(now int64) {
	if now > m.at && !m.goesNoMore {
		refilled := new(big.Rat).Mul(m.rate, new(big.Rat).SetInt64(now-m.at))
		tokens, _ := refilled.Float64()
		m.slack += tokens / (1 << 24)
		m.level.Add(m.level, refilled)
		if m.level.Cmp(m.burst) >= 0 {
			m.level.Set(m.burst)
			m.slack = 0
		}
	}
	m.at = max(m.at, now)
}

var one = big.NewRat(1, 1)

// took says whether the model has the token that the bucket gave, and takes it.
func (m *model) took(now int64) bool {
	m.advance(now)
	ok := !m.goesNoMore && m.level.Cmp(one) >= 0
	m.level.Sub(m.level, one)
	return ok
}

// refused says whether the model has nothing either, but for what rounding may cost.
func (m *model) refused(now int64) bool {
	m.advance(now)
	level, _ := m.level.Float64()
	return m.goesNoMore || level-m.slack < 1+1e-6
}

func (m *model) give() {
	if m.level.Add(m.level, one); m.level.Cmp(m.burst) > 0 {
		m.level.Set(m.burst)
	}
}

// set keeps what is owed.
func (m *model) set(r Rate, now int64) {
	m.advance(now)
	owed := new(big.Rat).Sub(m.burst, m.level)
	m.limits(r)
	m.level.Sub(m.burst, owed)
}

func someRate(r *rand.Rand) Rate {
	rates := []float64{0.001, 1. / 3, 1, 10.5, 333.3, 5000, 1e5, 997_009, 1e6 / 3, 1e7, 123_456_789, MaxPerSecond}
	bursts := []int64{1, 2, 3, 20, 1000, 1_000_000}
	return Rate{PerSecond: rates[r.IntN(len(rates))], Burst: bursts[r.IntN(len(bursts))]}
}

// someStep is from nothing to what refills several tokens, and now and then hours.
func someStep(r *rand.Rand, rate Rate) int64 {
	switch r.IntN(20) {
	case 0:
		return r.Int64N(int64(5 * time.Hour))
	case 1, 2, 3, 4, 5, 6:
		return 0
	case 7:
		return 1
	default:
		return r.Int64N(int64(3e9/max(rate.PerSecond, 1e-3)) + 1)
	}
}

// TestBucketAgainstModel takes, returns and changes rates at random, and compares every answer with exact fractions.
func TestBucketAgainstModel(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		rate := someRate(r)
		b, m, now := NewBucket(rate), newModel(rate), int64(0)
		taken := int64(0)
		for i := range 500 {
			now += someStep(r, rate)
			switch k := r.IntN(100); {
			case k < 5 && taken > 0:
				b.Return()
				m.advance(now)
				m.give()
				taken--
			case k < 7 && seed%2 == 1:
				if rate = someRate(r); k == 5 {
					rate.PerSecond = 0
				}
				b.Set(rate, now)
				m.set(rate, now)
			case b.Take(now):
				require.True(t, m.took(now), "seed %d, step %d: too much passed at %+v", seed, i, rate)
				taken++
			default:
				require.True(t, m.refused(now), "seed %d, step %d: too little passed at %+v", seed, i, rate)
			}
		}
	}
}

// TestNoWindowIsAbove takes as often as it can and looks at every window there is.
func TestNoWindowIsAbove(t *testing.T) {
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 2))
		rate := someRate(r)
		rate.Burst = min(rate.Burst, 50)
		b, now := NewBucket(rate), r.Int64N(int64(time.Hour))
		var passes []int64
		for range 2000 {
			if r.IntN(3) == 0 {
				now += r.Int64N(int64(1.5e9/rate.PerSecond) + 2)
			}
			if b.Take(now) {
				passes = append(passes, now)
			}
		}
		perNano := newModel(rate).rate
		passes = passes[:min(len(passes), 200)]
		require.Greater(t, len(passes), int(rate.Burst))
		for i := range passes {
			for j := i; j < len(passes); j++ {
				most := new(big.Rat).Mul(perNano, new(big.Rat).SetInt64(passes[j]-passes[i]))
				most.Add(most, new(big.Rat).SetInt64(rate.Burst))
				require.True(t, most.Cmp(new(big.Rat).SetInt64(int64(j-i+1))) >= 0, "%+v, from %d to %d", rate, i, j)
			}
		}
	}
}

// TestRatesAreExact has a bucket asked all the time: of what was refilled, nothing is lost to rounding.
func TestRatesAreExact(t *testing.T) {
	for _, perSecond := range []float64{1e6, 997_009, 123_456.789, 1e6 / 3, 1e8, MaxPerSecond} {
		b := NewBucket(Rate{PerSecond: perSecond, Burst: 20})
		passed, now, step := 0, int64(0), max(int64(1e9/perSecond/3)|1, 7)
		for ; passed < 1_000_000; now += step {
			for b.Take(now) {
				passed++
			}
		}
		require.InDelta(t, perSecond/1e9*float64(now-step)+20, float64(passed), 1.5, "%v a second", perSecond)
		s := shapeOf(Rate{PerSecond: perSecond, Burst: 1})
		got := math.Ldexp(1e9, int(s.shift)) / float64(s.cost)
		require.LessOrEqual(t, got, perSecond)
		require.InEpsilon(t, perSecond, got, 1e-7)
	}
}

func TestBurstPassesAtOnce(t *testing.T) {
	for _, rate := range []Rate{{1. / 3, 7}, {997_009, 1000}, {1e9, 5}, {0.0001, 3}} {
		b := NewBucket(rate)
		for range rate.Burst {
			require.True(t, b.Take(12345))
		}
		require.False(t, b.Take(12345))
	}
}

func TestNothingPassesAtZero(t *testing.T) {
	for _, rate := range []Rate{{}, {PerSecond: 5}, {Burst: 5}, {-1, 5}, {5, -1}, {math.NaN(), 5}, {math.Inf(1), 5}} {
		b := NewBucket(rate)
		for _, now := range []int64{0, 1, math.MaxInt64} {
			require.False(t, b.Take(now), "%+v", rate)
		}
		require.Equal(t, State{Next: Never, Full: Never}, b.State(5))
	}
}

// TestZeroForgivesNothing stops a bucket in debt and starts it again years later.
func TestZeroForgivesNothing(t *testing.T) {
	b := NewBucket(Rate{1, 10})
	for range 10 {
		require.True(t, b.Take(0))
	}
	b.Set(Rate{}, 0)
	year := int64(365 * 24 * time.Hour)
	require.False(t, b.Take(10*year))
	b.Set(Rate{2, 10}, 10*year)
	require.False(t, b.Take(10*year))
	require.False(t, b.Take(10*year+499_999_999))
	require.True(t, b.Take(10*year+500_000_000))
	require.Equal(t, State{Next: time.Second / 2, Full: 5 * time.Second}, b.State(10*year+500_000_000))
}

func TestBucketState(t *testing.T) {
	b := NewBucket(Rate{10, 3})
	require.Equal(t, State{Left: 3}, b.State(0))
	for range 3 {
		require.True(t, b.Take(5))
	}
	require.Equal(t, State{Next: 100 * time.Millisecond, Full: 300 * time.Millisecond}, b.State(5))
	require.Equal(t, State{Left: 1, Full: 150 * time.Millisecond}, b.State(5+int64(150*time.Millisecond)))
	b.Return()
	require.Equal(t, State{Left: 2, Full: 50 * time.Millisecond}, b.State(5+int64(150*time.Millisecond)))
	require.Equal(t, State{Left: 3}, b.State(math.MaxInt64))
}

// TestIdleForYears has the origin moved from wherever it is.
func TestIdleForYears(t *testing.T) {
	b := NewBucket(Rate{MaxPerSecond, 2})
	for _, now := range []int64{0, int64(time.Hour), 1 << 50, 1 << 62, math.MaxInt64} {
		require.True(t, b.Take(now))
		require.True(t, b.Take(now))
		require.False(t, b.Take(now))
	}
}

// TestGoroutinesTogether has goroutines with readings of one clock that are out of order, while the origin moves all the
// time, and checks what passed in the order of their readings. A reading from before the origin counts as the origin, which
// somebody has read before the taking: who was held up for long takes of what is there now.
func TestGoroutinesTogether(t *testing.T) {
	for _, rate := range []Rate{{1000, 7}, {997_009, 3}, {MaxPerSecond, 100}} {
		b := NewBucket(rate)
		var clock, unknown atomic.Int64
		step := max(int64(0.3e9/rate.PerSecond), 1)
		passes := make([][]int64, 8)
		var group sync.WaitGroup
		for g := range passes {
			group.Go(func() {
				r := rand.New(rand.NewPCG(uint64(g), 3))
				for range 3000 {
					now := clock.Add(r.Int64N(step + 1))
					if r.IntN(300) == 0 {
						now = clock.Add(shapeOf(rate).span / 3)
					}
					before := b.era.Load()
					if !b.Take(now) {
						continue
					}
					switch after := b.era.Load(); {
					case now >= after.origin:
						passes[g] = append(passes[g], now)
					case before == after:
						passes[g] = append(passes[g], after.origin)
					default:
						unknown.Add(1) // whether the origin moved before or after the taking; fewer passes break no bound
					}
				}
			})
		}
		group.Wait()
		all := slices.Concat(passes...)
		require.Less(t, unknown.Load(), int64(len(all)/4))
		slices.Sort(all)
		m := newModel(rate)
		for i, now := range all {
			require.True(t, m.took(now), "%+v, pass %d", rate, i)
		}
		require.Greater(t, len(all), 50)
	}
}

// TestNoTokenIsLost takes and returns from many goroutines at one instant while the rate changes: in the end exactly the
// burst was taken.
func TestNoTokenIsLost(t *testing.T) {
	const burst = 5000
	rates := []Rate{{1, burst}, {1e6, burst}, {0, burst}, {1. / 3, burst}, {MaxPerSecond, burst}}
	b := NewBucket(rates[0])
	var net atomic.Int64
	stop := make(chan struct{})
	var setter, takers sync.WaitGroup
	setter.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				b.Set(rates[i%len(rates)], 0)
			}
		}
	})
	for g := range 8 {
		takers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 4))
			for range 5000 {
				if !b.Take(0) {
					continue
				}
				if r.IntN(4) == 0 {
					b.Return()
				} else {
					net.Add(1)
				}
			}
		})
	}
	takers.Wait()
	close(stop)
	setter.Wait()
	b.Set(rates[0], 0)
	for b.Take(0) {
		net.Add(1)
	}
	require.EqualValues(t, burst, net.Load())
}

// TestSetIsInForce has nothing pass once a Set to zero has returned, however many are taking.
func TestSetIsInForce(t *testing.T) {
	b := NewBucket(plenty)
	var stopped atomic.Bool
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for {
				after := stopped.Load()
				if b.Take(0) && after {
					t.Error("passed after the Set")
				}
				if after {
					return
				}
			}
		})
	}
	b.Set(Rate{}, 0)
	stopped.Store(true)
	group.Wait()
}

func ExampleBucket() {
	b := NewBucket(Rate{PerSecond: 0.5, Burst: 1})
	fmt.Println(b.Take(0), b.Take(0), b.State(0).Next, b.Take(int64(2*time.Second)))
	// Output: true false 2s true
}

// TestSetRefusesNobody has goroutines take what is there in plenty while the rate changes all the time.
func TestSetRefusesNobody(t *testing.T) {
	b := NewBucket(plenty)
	var group sync.WaitGroup
	var left atomic.Int64
	for range left.Add(4) {
		group.Go(func() {
			defer left.Add(-1)
			for range 50_000 {
				if !b.Take(0) {
					t.Error("refused")
					return
				}
			}
		})
	}
	for i := 0; left.Load() > 0; i++ {
		b.Set(Rate{MaxPerSecond / float64(1+i%2), MaxBurst}, 0)
		if i%2 == 0 {
			b.State(0)
		}
	}
	group.Wait()
	require.EqualValues(t, MaxBurst-200_000, b.State(0).Left)
}

// TestSetWithAnOldReading gives no time twice.
func TestSetWithAnOldReading(t *testing.T) {
	b, now := NewBucket(Rate{1, 10}), int64(10*time.Second)
	for b.Take(now) {
	}
	b.Set(Rate{2, 10}, now)
	b.Set(Rate{1, 10}, 0)
	require.False(t, b.Take(now))
	require.True(t, b.Take(now+int64(time.Second)))
}

// TestDebtIsConvertedUpwards compares with products that are not rounded.
func TestDebtIsConvertedUpwards(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 13))
	for range 20_000 {
		from, to := shapeOf(someRate(r)), shapeOf(someRate(r))
		owed := r.Int64N(from.room + 1)
		got := from.convert(owed, &to)
		high := new(big.Int).Mul(big.NewInt(owed), big.NewInt(to.cost))
		low := new(big.Int).Mul(big.NewInt(got), big.NewInt(from.cost))
		if got == maxUnits {
			require.Positive(t, high.Cmp(low))
			continue
		}
		require.GreaterOrEqual(t, low.Cmp(high), 0, "forgives")
		low.Sub(low, big.NewInt(from.cost))
		require.Negative(t, low.Cmp(high), "asks for more than a unit above")
	}
}
