package limit

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ledger is a quota as everybody would write it: a count for each day, added up every time.
type ledger struct {
	Quota
	days  map[CalendarDay]int64
	day   CalendarDay // takings count for it; -1: none did yet
	first CalendarDay
}

func newLedger(q Quota) *ledger {
	return &ledger{Quota: q, days: map[CalendarDay]int64{}, day: -1, first: LastDay + 1}
}

func (l *ledger) used(day CalendarDay) (sum int64) {
	first, next := l.Period.days(day)
	for d, used := range l.days {
		if first <= d && d < next {
			sum += used
		}
	}
	if first <= l.first && l.first < next {
		sum += l.Offset
	}
	return sum
}

func (l *ledger) take(now time.Time) bool {
	today := Date(now)
	if l.day != today+1 { // else the clock was set back a little
		l.day = today
	}
	l.first = min(l.first, l.day)
	if l.used(l.day) >= l.Limit {
		return false
	}
	l.days[l.day]++
	return true
}

// TestCounterAgainstLedger walks through time at random, mostly forwards, and takes, returns and changes quotas.
func TestCounterAgainstLedger(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 10))
		some := func() Quota {
			return Quota{Limit: r.Int64N(40), Period: Period(r.IntN(3)), Offset: r.Int64N(2) * r.Int64N(10)}
		}
		quota := some()
		all := NewCounters(quota)
		c, l := all.At(5), newLedger(quota)
		now := noon.Add(time.Duration(r.Int64N(int64(800 * 24 * time.Hour))))
		var taken []time.Time
		for i := range 400 {
			switch k := r.IntN(100); {
			case k < 60:
				now = now.Add(time.Duration(r.Int64N(int64(8 * time.Hour))))
			case k < 63:
				now = now.Add(time.Duration(r.Int64N(int64(40 * 24 * time.Hour))))
			case k < 66:
				now = now.Add(-time.Duration(r.Int64N(int64(20 * time.Hour))))
			case k < 67:
				now = now.Add(-time.Duration(r.Int64N(int64(60 * 24 * time.Hour))))
			case k < 69:
				quota = some()
				all.Set(quota)
				l.Quota = quota
			case k < 74 && len(taken) > 0:
				at := r.IntN(len(taken))
				back := taken[at]
				taken = slices.Delete(taken, at, at+1)
				c.Return(back)
				day := Date(back)
				if l.days[day] == 0 {
					day++ // it counted for the next day, as the clock had been set back
				}
				l.days[day]--
			}
			want := l.take(now)
			require.Equal(t, want, c.Take(now), "seed %d, step %d, %v", seed, i, now)
			if want && l.day == Date(now) {
				taken = append(taken, now)
			}
			require.Equal(t, l.used(l.day), c.Used(now), "seed %d, step %d, %v", seed, i, now)
			require.Equal(t, max(l.Limit-l.used(l.day), 0), c.Left(now))
			other := now.Add(-50 * 24 * time.Hour)
			require.Equal(t, l.used(Date(other)), c.Used(other), "seed %d, step %d", seed, i)
		}
		for _, d := range c.History() {
			require.Equal(t, l.days[d.Day], d.Used)
			delete(l.days, d.Day)
		}
		for d, used := range l.days {
			require.Zero(t, used, d)
		}
	}
}

// takeAll takes until nothing is left.
func takeAll(c *Counter, now time.Time) (taken int) {
	for c.Take(now) {
		taken++
	}
	return taken
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestBoundaries(t *testing.T) {
	for _, c := range []struct {
		period        Period
		before, after string
	}{
		{Day, "2026-11-18T23:59:59.999999999Z", "2026-11-19T00:00:00Z"},
		{Day, "2024-02-28T23:59:59Z", "2024-02-29T00:00:00Z"},
		{Week, "2026-11-21T23:59:59Z", "2026-11-22T00:00:00Z"},
		{Week, "2025-12-27T23:59:59Z", "2025-12-28T00:00:00Z"},
		{Month, "2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z"},
		{Month, "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"},
	} {
		counter := NewCounters(Quota{Limit: 5, Period: c.period, Offset: 2}).At(0)
		require.Equal(t, 3, takeAll(counter, at(c.before)), "the offset counts in the first period")
		require.EqualValues(t, 5, counter.Used(at(c.before)))
		require.Equal(t, 5, takeAll(counter, at(c.after)), "%v", c.period)
		require.Zero(t, takeAll(counter, at(c.after)))
	}
	for _, c := range []struct {
		period   Period
		from, to string
	}{
		{Week, "2026-11-15T00:00:00Z", "2026-11-21T23:59:59Z"},
		{Month, "2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z"},
	} {
		counter := NewCounters(Quota{Limit: 5, Period: c.period}).At(0)
		require.True(t, counter.Take(at(c.from)))
		require.Equal(t, 4, takeAll(counter, at(c.to)), "%v", c.period)
	}
}

// TestLocalTime has clocks in zones whose days have 23 and 25 hours: days are those of UTC.
func TestLocalTime(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for _, day := range []int{29, 30} { // summer time began on 2026-03-29
		counter := NewCounters(Quota{Limit: 3, Period: Day}).At(0)
		midnight := time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC)
		require.Equal(t, 3, takeAll(counter, midnight.In(zone)))
		for hour := range 24 {
			require.Zero(t, takeAll(counter, midnight.Add(time.Duration(hour)*time.Hour+time.Hour-1).In(zone)), "hour %d", hour)
		}
		require.Equal(t, 3, takeAll(counter, midnight.Add(24*time.Hour).In(zone)))
	}
}

func TestClockJumps(t *testing.T) {
	all := NewCounters(Quota{Limit: 5, Period: Day})
	c := all.At(0)
	require.Equal(t, 5, takeAll(c, at("2026-11-18T23:59:59Z")))
	require.True(t, c.Take(at("2026-11-19T00:00:01Z")))
	require.Equal(t, 4, takeAll(c, at("2026-11-18T23:59:58Z")), "set back over midnight: the new day goes on")
	require.Zero(t, takeAll(c, at("2026-11-19T12:00:00Z")))
	require.Zero(t, takeAll(c, at("2026-11-18T12:00:00Z")))
	require.Equal(t, 5, takeAll(c, at("2039-01-01T00:00:00Z")), "a wrong clock")
	require.Zero(t, takeAll(c, at("2026-11-19T12:00:01Z")), "goes back to a day that is used up")
	require.Zero(t, takeAll(c, at("2026-11-18T12:00:00Z")))
	require.Equal(t, 5, takeAll(c, at("2026-11-20T00:00:00Z")), "and blocks no later one")
	require.Zero(t, takeAll(c, at("2039-01-01T23:00:00Z")), "nor is its own fresh when it really comes")
	all.Set(Quota{Limit: 17, Period: Week})
	require.Equal(t, 2, takeAll(c, at("2026-11-18T12:00:00Z")), "5 were used on each of three days")
}

func TestReturnsCountForTheirPeriod(t *testing.T) {
	c := NewCounters(Quota{Limit: 3, Period: Day}).At(0)
	evening, morning := at("2026-11-18T23:59:59Z"), at("2026-11-19T00:00:01Z")
	require.Equal(t, 3, takeAll(c, evening))
	c.Return(evening)
	require.Equal(t, 1, takeAll(c, evening))
	require.Equal(t, 3, takeAll(c, morning))
	c.Return(evening)
	require.Zero(t, takeAll(c, morning), "what yesterday gives back is no use today")
	require.Equal(t, []DayCount{{Date(evening), 2}, {Date(morning), 3}}, c.History())
	c.Return(at("2026-11-01T00:00:00Z"))
	require.Equal(t, []DayCount{{Date(evening), 2}, {Date(morning), 3}}, c.History(), "a day on which nothing was used")
}

func TestCountersSet(t *testing.T) {
	all := NewCounters(Quota{Limit: 10, Period: Day})
	c := all.At(70)
	for _, day := range []string{"2026-10-31", "2026-11-01", "2026-11-17", "2026-11-18"} {
		require.Equal(t, 10, takeAll(c, at(day+"T12:00:00Z")))
	}
	now := at("2026-11-18T12:00:00Z")
	all.Set(Quota{Limit: 100, Period: Month})
	require.EqualValues(t, 30, c.Used(now))
	require.Equal(t, 70, takeAll(c, now))
	all.Set(Quota{Limit: 30, Period: Week})
	require.EqualValues(t, 90, c.Used(now))
	require.Zero(t, takeAll(c, now))
	require.Equal(t, 30, takeAll(all.At(700), now), "a key that comes now")
	all.Set(Quota{Limit: -5})
	require.False(t, c.Take(now.Add(48*time.Hour)))
	all.Set(Quota{})
	require.False(t, c.Take(now.Add(96*time.Hour)))
}

func TestUsageReport(t *testing.T) {
	c := NewCounters(Quota{Limit: 10, Period: Week, Offset: 1}).At(0)
	take := func(day string, n int) {
		for range n {
			require.True(t, c.Take(at(day+"T12:00:00Z")))
		}
	}
	take("2026-11-12", 2)
	take("2026-11-13", 3)
	take("2026-11-15", 4)
	take("2026-11-17", 1)
	day := func(text string) CalendarDay { return Date(at(text + "T00:00:00Z")) }
	require.Equal(t, []Usage{
		{day("2026-11-13"), 3, 4},
		{day("2026-11-14"), 0, 4},
		{day("2026-11-15"), 4, 6}, // Sunday
		{day("2026-11-16"), 0, 6},
		{day("2026-11-17"), 1, 5},
		{day("2026-11-18"), 0, 5},
	}, c.Usage(at("2026-11-13T23:00:00Z"), at("2026-11-18T00:00:00Z")))
	require.Nil(t, c.Usage(noon, noon.Add(-24*time.Hour)))
	require.Len(t, c.Usage(time.Time{}, noon.AddDate(1000, 0, 0)), KeepDays)
	for from := range 12 {
		for to := range 12 {
			start, end := at("2026-11-10T09:00:00Z").AddDate(0, 0, from), at("2026-11-10T08:00:00Z").AddDate(0, 0, to)
			want := slices.ContainsFunc(c.Usage(start, end), func(u Usage) bool { return u.Used > 0 })
			require.Equal(t, want, c.UsedBetween(start, end), "%v to %v", start, end)
		}
	}
	require.False(t, NewCounters(Quota{Limit: 1}).At(0).UsedBetween(time.Time{}, noon.AddDate(3000, 0, 0)), "not used yet")
}

func TestHistoryIsBounded(t *testing.T) {
	c := NewCounters(Quota{Limit: 1, Period: Day}).At(0)
	for i := range 1000 {
		require.True(t, c.Take(noon.AddDate(0, 0, i)))
	}
	history := c.History()
	require.Len(t, c.days, KeepDays)
	require.Len(t, history, KeepDays+1)
	for i, d := range history {
		require.Equal(t, DayCount{Date(noon) + 999 - KeepDays + CalendarDay(i), 1}, d)
	}
}

func TestRestore(t *testing.T) {
	today := Date(noon)
	c := NewCounters(Quota{Limit: 10, Period: Month, Offset: 5}).At(0)
	c.Restore([]DayCount{{today, 1}, {today - 1, 2}, {today - 60, 7}, {-1, 5}, {LastDay + 1, 5}, {today - 2, -1}, {today - 3, 0}})
	require.EqualValues(t, 3, c.Used(noon), "the first period is over")
	require.Equal(t, 7, takeAll(c, noon))

	c = NewCounters(Quota{Limit: 10, Period: Month, Offset: 5}).At(0)
	require.True(t, c.Take(noon), "counted before the file was there")
	c.Restore([]DayCount{{today, 1}, {today - 1, 2}})
	require.EqualValues(t, 9, c.Used(noon))
	require.Equal(t, 1, takeAll(c, noon))
}

// TestTurnsTogether has goroutines take around midnights, with the clock of some behind: every period gives exactly its
// quota, each once.
func TestTurnsTogether(t *testing.T) {
	const limit, nights = 500, 30
	for _, period := range []Period{Day, Week, Month} {
		all := NewCounters(Quota{Limit: limit, Period: period})
		c := all.At(0)
		var taken [nights + 2]atomic.Int64
		var night atomic.Int64
		var group sync.WaitGroup
		start := at("2026-11-18T00:00:00Z")
		for g := range 6 {
			group.Go(func() {
				r := rand.New(rand.NewPCG(uint64(g), 11))
				for n := night.Load(); n < nights; n = night.Load() {
					now := start.AddDate(0, 0, int(n)).Add(time.Duration(r.Int64N(int64(24 * time.Hour))))
					if c.Take(now) {
						if r.IntN(10) == 0 {
							c.Return(now)
						} else {
							taken[n].Add(1)
						}
					} else {
						night.CompareAndSwap(n, n+1)
					}
					if r.IntN(100) == 0 {
						c.Used(now)
						c.Usage(start, now)
					}
				}
			})
		}
		for range 100 {
			all.Set(Quota{Limit: limit, Period: period})
		}
		group.Wait()
		periods := map[time.Time]int64{}
		var sum, counted int64
		for n := range taken {
			sum += taken[n].Load()
		}
		for _, d := range c.History() {
			periods[period.Start(d.Day.Time())] += d.Used
			counted += d.Used
		}
		require.Equal(t, sum, counted, "%v", period)
		for start, used := range periods {
			require.LessOrEqual(t, used, int64(limit), "%v of %v", period, start)
		}
		if period == Day {
			require.Len(t, periods, nights)
		}
	}
}

func TestMeter(t *testing.T) {
	m := NewMeter(3)
	all := NewCounters(Quota{Limit: 100, Period: Month})
	a, b := all.At(0), all.At(1)
	yesterday, today := noon.AddDate(0, 0, -1), noon
	require.True(t, a.Take(yesterday))
	a.Watch(m)
	b.Watch(m)
	drain := func() map[*Counter][]DayCount {
		got := map[*Counter][]DayCount{}
		m.Drain(func(c *Counter, days []DayCount) { got[c] = append(got[c], days...) })
		return got
	}
	require.Equal(t, map[*Counter][]DayCount{a: {{Date(yesterday), 1}}}, drain(), "what was counted before")
	require.Empty(t, drain())
	require.True(t, a.Take(yesterday))
	require.True(t, a.Take(today))
	require.Empty(t, m.Wake())
	require.True(t, b.Take(today))
	require.Len(t, m.Wake(), 1)
	<-m.Wake()
	require.EqualValues(t, 3, m.Pending())
	require.Equal(t, map[*Counter][]DayCount{a: {{Date(yesterday), 2}, {Date(today), 1}}, b: {{Date(today), 1}}}, drain())
	require.Zero(t, m.Pending())
	a.Return(yesterday)
	b.Return(today)
	require.Equal(t, map[*Counter][]DayCount{a: {{Date(yesterday), 1}, {Date(today), 1}}, b: {{Date(today), 0}}}, drain())
	a.Restore([]DayCount{{Date(yesterday), 10}})
	require.True(t, a.Take(today))
	require.Equal(t, map[*Counter][]DayCount{a: {{Date(yesterday), 11}, {Date(today), 2}}}, drain(), "all is to be kept again")
}

// TestMeterTogether drains while counters change: the last values drained are what was counted.
func TestMeterTogether(t *testing.T) {
	m := NewMeter(50)
	all := NewCounters(Quota{Limit: MaxQuota, Period: Month})
	for key := range 20 {
		all.At(key).Watch(m)
	}
	seen := map[*Counter]int64{}
	note := func(c *Counter, days []DayCount) { seen[c] = days[len(days)-1].Used }
	done := make(chan struct{})
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			for i := range 5000 {
				all.At((i + g) % 20).Take(noon)
			}
		})
	}
	go func() {
		group.Wait()
		close(done)
	}()
	for open := true; open; {
		select {
		case <-m.Wake():
		case <-done:
			open = false
		}
		m.Drain(note)
	}
	for key := range 20 {
		require.EqualValues(t, 1000, seen[all.At(key)])
	}
}
