package redisstore

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

// clocked runs take.lua with a time that the test gives. The script that gateways send takes its time of Redis alone.
type clocked struct {
	t      *testing.T
	client *redis.Client
	script *redis.Script
	now    int64 // microseconds
}

func newClocked(t *testing.T) *clocked {
	const clock = "redis.call('TIME')"
	require.Equal(t, 1, strings.Count(takeSource, clock))
	source := strings.Replace(takeSource, clock, "{ARGV[#ARGV - 1], ARGV[#ARGV]}", 1)
	return &clocked{t: t, client: startServer(t).Client(), script: redis.NewScript(source),
		now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()}
}

// run runs the script for one line.
func (c *clocked) run(lease string, late int64, key string, quota bool, l *limits, ask taking) []int64 {
	args := ask.appendTo([]any{lease, late, leaseTime / 1000}, quota, l)
	args = append(args, c.now/1e6, c.now%1e6)
	reply, err := c.script.Run(c.t.Context(), c.client, []string{key}, args...).Int64Slice()
	require.NoError(c.t, err)
	return reply
}

// simulated is a gateway that leases.
type simulated struct {
	name  string
	held  int64
	until int64
}

// world is a bucket with its gateways, and what passed.
type world struct {
	*clocked
	rnd    *rand.Rand
	key    string
	limits limits
	nodes  []*simulated
	passed []int64 // times
	next   int
}

func TestNoWindowHasMoreThanBurstAndRate(t *testing.T) {
	c := newClocked(t)
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		w := &world{clocked: c, rnd: rnd, key: fmt.Sprint("bucket", seed)}
		w.limits.rate = limit.Rate{PerSecond: math.Pow(10, rnd.Float64()*4-0.5), Burst: 1 + rnd.Int64N(1+int64(math.Pow(10, rnd.Float64()*2.5)))}
		for range 3 {
			w.nodes = append(w.nodes, w.newNode())
		}
		for range 150 {
			w.step()
			w.consistent(seed)
		}
		w.bounded(seed)
		w.fillsUp(seed)
	}
}

func (w *world) newNode() *simulated {
	w.next++
	return &simulated{name: fmt.Sprint("node", w.next)}
}

// step lets time pass and something happen.
func (w *world) step() {
	pause := w.rnd.ExpFloat64() * 3e6 / w.limits.rate.PerSecond
	if w.rnd.IntN(10) == 0 {
		pause = w.rnd.ExpFloat64() * 1e6
	}
	w.now += int64(pause)
	i := w.rnd.IntN(len(w.nodes))
	n := w.nodes[i]
	switch w.rnd.IntN(11) {
	case 10:
		w.lastMoment(n)
	case 0:
		w.exact()
	case 1:
		w.giveBack()
	case 2:
		w.nodes[i] = w.newNode() // what it had is lost
	case 3:
		w.late()
	case 4, 5, 6:
		w.call(n)
	default:
		w.spend(n)
	}
}

func (w *world) pass(n int64) {
	for range n {
		w.passed = append(w.passed, w.now)
	}
}

func (w *world) exact() {
	reply := w.run("", 0, w.key, false, &w.limits, taking{need: 1})
	w.pass(takenAt(reply, 0).got)
}

// giveBack undoes a request that passed a moment ago.
func (w *world) giveBack() {
	if n := len(w.passed); n > 0 {
		w.passed = w.passed[:n-1]
		w.run("", 0, w.key, false, &w.limits, taking{back: 1})
	}
}

// late sends what arrives after its time: nothing may happen.
func (w *world) late() {
	before := w.client.HGetAll(w.t.Context(), w.key).Val()
	reply := w.run("late", w.now-1, w.key, false, &w.limits, taking{need: 5, want: 5, back: 5})
	require.EqualValues(w.t, late, reply[1])
	require.Equal(w.t, before, w.client.HGetAll(w.t.Context(), w.key).Val())
}

// call settles and extends a gateway's lease. Some answers are lost.
func (w *world) call(n *simulated) {
	if w.now >= n.until {
		n.held = 0
	}
	keep := n.held
	if w.rnd.IntN(3) == 0 {
		keep = w.rnd.Int64N(n.held + 1)
	}
	ask := taking{need: w.rnd.Int64N(3), want: w.rnd.Int64N(w.limits.rate.Burst + 1), back: n.held - keep, held: keep}
	n.held = keep
	answer := takenAt(w.run(n.name, 0, w.key, false, &w.limits, ask), 0)
	if w.rnd.IntN(8) == 0 {
		return // what was got is lost; what is held stays until its own time
	}
	w.pass(answer.got)
	if answer.info == 0 {
		n.held = 0
	}
	n.held += answer.extra
	n.until = w.now + leaseUse/1000
	// The gateway is told when there can be more: not before.
	if free := w.limits.rate.Burst - w.leased(); answer.wait > 0 && free >= 1 {
		w.now += answer.wait/1000 - 2
		reply := w.run("", 0, w.key, false, &w.limits, taking{need: 1})
		require.EqualValues(w.t, 1, reply[1], "there was one before it was said")
		w.now += 2
		reply = w.run("", 0, w.key, false, &w.limits, taking{need: 1})
		if w.rnd.IntN(2) == 0 && reply[1] == 0 {
			w.pass(1)
		}
	}
}

func (w *world) spend(n *simulated) {
	if w.now < n.until && n.held > 0 {
		k := 1 + w.rnd.Int64N(n.held)
		n.held -= k
		w.pass(k)
	}
}

// lastMoment spends a whole lease right before it ends, and takes all there is right after it has ended in Redis too.
func (w *world) lastMoment(n *simulated) {
	if w.now >= n.until || n.held == 0 {
		return
	}
	w.now = n.until - 1
	w.pass(n.held)
	n.held = 0
	w.now += (leaseTime-leaseUse)/1000 + 2
	reply := w.run("", 0, w.key, false, &w.limits, taking{need: w.limits.rate.Burst})
	w.pass(takenAt(reply, 0).got)
}

func (w *world) leased() (sum int64) {
	for field, v := range w.client.HGetAll(w.t.Context(), w.key).Val() {
		if strings.HasPrefix(field, "l") {
			var amount, ends int64
			_, err := fmt.Sscan(v, &amount, &ends)
			require.NoError(w.t, err)
			sum += amount
		}
	}
	return sum
}

// consistent checks what Redis has.
func (w *world) consistent(seed uint64) {
	h := w.client.HGetAll(w.t.Context(), w.key).Val()
	if len(h) == 0 {
		return
	}
	var left, out float64
	_, err := fmt.Sscan(h["n"]+" "+h["o"], &left, &out)
	require.NoError(w.t, err)
	require.GreaterOrEqual(w.t, left, 0.0, "seed %d", seed)
	require.LessOrEqual(w.t, left+out, float64(w.limits.rate.Burst)+1e-6, "seed %d", seed)
	require.GreaterOrEqual(w.t, out, float64(w.leased()), "seed %d", seed)
}

// bounded checks all windows at once: a bucket that is asked for each that passed never lacks one.
func (w *world) bounded(seed uint64) {
	require.True(w.t, slices.IsSorted(w.passed))
	left, last := float64(w.limits.rate.Burst), int64(0)
	for _, at := range w.passed {
		if last > 0 {
			left = min(float64(w.limits.rate.Burst), left+float64(at-last)*w.limits.rate.PerSecond/1e6)
		}
		left, last = left-1, at
		require.GreaterOrEqual(w.t, left, -1e-6, "seed %d: %d passed with %+v", seed, len(w.passed), w.limits.rate)
	}
}

// fillsUp checks that nothing is lost for good: after the leases are over the burst is there again, and no more.
func (w *world) fillsUp(seed uint64) {
	w.now += leaseTime/1000 + int64(float64(w.limits.rate.Burst)/w.limits.rate.PerSecond*1e6) + 1000
	passed := int64(0)
	for takenAt(w.run("", 0, w.key, false, &w.limits, taking{need: 1}), 0).got == 1 {
		passed++
	}
	require.Equal(w.t, w.limits.rate.Burst, passed, "seed %d", seed)
}

// A bucket without leases is the bucket of the textbook.
func TestExactBucketAgainstModel(t *testing.T) {
	c := newClocked(t)
	rnd := rand.New(rand.NewPCG(7, 7))
	for line := range 20 {
		l := limits{rate: limit.Rate{PerSecond: math.Pow(10, rnd.Float64()*4-1), Burst: 1 + rnd.Int64N(20)}}
		left, last, key := float64(l.rate.Burst), c.now, fmt.Sprint("exact", line)
		for range 150 {
			c.now += int64(rnd.ExpFloat64() * 1e6 / l.rate.PerSecond)
			left, last = min(float64(l.rate.Burst), left+float64(c.now-last)*l.rate.PerSecond/1e6), c.now
			if math.Abs(left-1) < 1e-6 {
				c.now++ // too close to tell
				continue
			}
			got := takenAt(c.run("", 0, key, false, &l, taking{need: 1}), 0).got
			require.Equal(t, left >= 1, got == 1, "%v left of %+v", left, l.rate)
			left -= float64(got)
		}
	}
}

func TestQuotaAgainstModel(t *testing.T) {
	c := newClocked(t)
	rnd := rand.New(rand.NewPCG(3, 3))
	for line := range 30 {
		q := limit.Quota{Limit: 1 + rnd.Int64N(200), Period: limit.Period(rnd.IntN(3)), Offset: rnd.Int64N(5)}
		l, key := limits{quota: q}, fmt.Sprint("quota", line)
		period, count, first := int64(0), q.Offset, true
		for range 80 {
			if rnd.IntN(4) == 0 {
				c.now += int64(rnd.ExpFloat64() * 86400e6 * 3)
			}
			start, end := q.Period.Start(time.UnixMicro(c.now)), q.Period.End(time.UnixMicro(c.now))
			ask := taking{need: rnd.Int64N(3), want: rnd.Int64N(60), back: rnd.Int64N(2), start: start.UnixMicro(), end: end.UnixMicro(), backOf: period}
			if rnd.IntN(10) == 0 {
				ask.start, ask.end = ask.end, ask.end+1 // of a gateway whose clock is ahead
				require.EqualValues(t, wrongPeriod, c.run("", 0, key, true, &l, ask)[1])
				continue
			}
			if start.UnixMicro() != period && !first {
				count = 0
			}
			if period == start.UnixMicro() {
				count = max(0, count-ask.back)
			}
			room := max(0, q.Limit-count)
			got := min(ask.need, room)
			extra := min(ask.want, (room-got)/8)
			if ask.need > 0 && room == 0 {
				extra = 0
			}
			reply := c.run("", 0, key, true, &l, ask)
			answer := takenAt(reply, 0)
			require.Equal(t, ask.need > 0 && room == 0, reply[1] == 1)
			require.Equal(t, []int64{got, extra}, []int64{answer.got, answer.extra})
			count += got + extra
			require.Equal(t, count, answer.info)
			require.LessOrEqual(t, count, max(q.Limit, q.Offset))
			if reply[1] == 0 || ask.back > 0 {
				first, period = false, start.UnixMicro()
			}
		}
	}
}

// Lines of one tag are taken all or none, whatever kinds they are.
func TestAllOrNoneAgainstModel(t *testing.T) {
	c := newClocked(t)
	rnd := rand.New(rand.NewPCG(5, 5))
	start, end := limit.Month.Start(time.UnixMicro(c.now)), limit.Month.End(time.UnixMicro(c.now))
	left := make([]int64, 5)
	keys := make([]string, len(left))
	for i := range left {
		left[i], keys[i] = rnd.Int64N(40)+1, fmt.Sprint("line", i)
	}
	full := slices.Clone(left)
	for range 300 {
		var names []string
		args, want := []any{"", 0, leaseTime / 1000}, int64(0)
		order := rnd.Perm(len(left))[:1+rnd.IntN(len(left))]
		for place, i := range order {
			names = append(names, keys[i])
			l := &limits{rate: limit.Rate{PerSecond: 1e-9, Burst: full[i]}, quota: limit.Quota{Limit: full[i]}}
			args = taking{need: 1, start: start.UnixMicro(), end: end.UnixMicro()}.appendTo(args, i%2 == 0, l)
			if left[i] == 0 && want == 0 {
				want = int64(place) + 1
			}
		}
		args = append(args, c.now/1e6, c.now%1e6)
		reply, err := c.script.Run(t.Context(), c.client, names, args...).Int64Slice()
		require.NoError(t, err)
		require.Equal(t, want, reply[1])
		for _, i := range order {
			if want == 0 {
				left[i]--
			}
		}
	}
	require.Contains(t, left, int64(0))
}

// A clock that was set back by hours does not stop a bucket, and one set back by a second does not fill it.
func TestClockOfRedisSetBack(t *testing.T) {
	c := newClocked(t)
	l := limits{rate: limit.Rate{PerSecond: 10, Burst: 10}}
	take := func() int64 { return takenAt(c.run("", 0, "b", false, &l, taking{need: 10}), 0).got }
	require.EqualValues(t, 10, take())
	c.now -= 1e6
	require.EqualValues(t, 0, take())
	c.now += 1e6
	require.EqualValues(t, 0, take())
	c.run("gateway", 0, "b", false, &l, taking{want: 5})
	c.now -= 3600e6
	require.EqualValues(t, 0, take())
	c.now += 2e6
	require.EqualValues(t, 10, take())
}

// What is leased is worth nothing once Redis does not know of it any more: it has lost its data, and its bucket is full.
func TestLeaseThatRedisForgot(t *testing.T) {
	c := newClocked(t)
	l := limits{rate: limit.Rate{PerSecond: 10, Burst: 10}}
	ask := taking{want: 6}
	require.Equal(t, taken{extra: 6, info: 1}, takenAt(c.run("gateway", 0, "b", false, &l, ask), 0))
	require.NoError(t, c.client.FlushAll(t.Context()).Err())
	ask = taking{want: 6, held: 4}
	require.Equal(t, taken{extra: 6, info: 0}, takenAt(c.run("gateway", 0, "b", false, &l, ask), 0))
	require.EqualValues(t, 4, takenAt(c.run("", 0, "b", false, &l, taking{need: 10}), 0).got)
}

// Where a quota's period is not that of Redis, nothing is done to the lines before it either.
func TestWrongPeriodTouchesNoLine(t *testing.T) {
	c := newClocked(t)
	l := limits{rate: limit.Rate{PerSecond: 1, Burst: 100}, quota: limit.Quota{Limit: 100}}
	c.run("gateway", 0, "b", false, &l, taking{want: 50})
	c.now += leaseTime/1000 + 1 // the lease is over
	before := c.client.HGetAll(t.Context(), "b").Val()
	args := taking{need: 1}.appendTo([]any{"", 0, leaseTime / 1000}, false, &l)
	args = taking{need: 1, start: c.now + 1, end: c.now + 2}.appendTo(args, true, &l)
	args = append(args, c.now/1e6, c.now%1e6)
	reply, err := c.script.Run(t.Context(), c.client, []string{"b", "q"}, args...).Int64Slice()
	require.NoError(t, err)
	require.Equal(t, []int64{c.now, wrongPeriod}, reply)
	require.Equal(t, before, c.client.HGetAll(t.Context(), "b").Val())
}

// A quota whose period is made longer goes on with the count of the shorter one, and takes back what is not used.
func TestQuotaOfALongerPeriodTakesBack(t *testing.T) {
	c := newClocked(t)
	c.now += 5 * 86400e6
	l := limits{quota: limit.Quota{Limit: 1000}}
	ask := func(p limit.Period, need, want, back int64, of limit.Period) taken {
		at := time.UnixMicro(c.now)
		return takenAt(c.run("gateway", 0, "q", true, &l, taking{need: need, want: want, back: back,
			start: p.Start(at).UnixMicro(), end: p.End(at).UnixMicro(), backOf: of.Start(at).UnixMicro()}), 0)
	}
	require.EqualValues(t, 110, ask(limit.Day, 100, 10, 0, limit.Day).info)
	require.EqualValues(t, 120, ask(limit.Month, 0, 20, 10, limit.Day).info, "what is of the shorter one")
	require.EqualValues(t, 100, ask(limit.Month, 0, 0, 20, limit.Month).info, "what is of the longer one")
	c.now += 86400e6
	require.EqualValues(t, 101, ask(limit.Month, 1, 0, 0, limit.Month).info)
}
