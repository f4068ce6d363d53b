package limit

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		period           Period
		at, start, after string
	}{
		{Day, "2026-03-29T00:00:00Z", "2026-03-29", "2026-03-30"},
		{Day, "2026-03-29T23:59:59.999999999Z", "2026-03-29", "2026-03-30"},
		{Day, "2024-02-28T12:00:00Z", "2024-02-28", "2024-02-29"},
		{Day, "2024-12-31T12:00:00Z", "2024-12-31", "2025-01-01"},
		{Week, "2026-11-22T00:00:00Z", "2026-11-22", "2026-11-29"}, // a Sunday
		{Week, "2026-11-21T23:59:59Z", "2026-11-15", "2026-11-22"},
		{Week, "2026-01-01T00:00:00Z", "2025-12-28", "2026-01-04"},
		{Week, "2024-03-01T00:00:00Z", "2024-02-25", "2024-03-03"},
		{Month, "2024-02-29T23:59:59Z", "2024-02-01", "2024-03-01"},
		{Month, "2100-02-28T00:00:00Z", "2100-02-01", "2100-03-01"},
		{Month, "2025-12-31T23:59:59Z", "2025-12-01", "2026-01-01"},
		{Month, "2026-01-01T00:00:00Z", "2026-01-01", "2026-02-01"},
		{Day, "2026-06-01T01:30:00+02:00", "2026-05-31", "2026-06-01"}, // UTC counts, not where the clock hangs
		{Month, "2026-06-01T01:30:00+02:00", "2026-05-01", "2026-06-01"},
	} {
		at, err := time.Parse(time.RFC3339Nano, c.at)
		require.NoError(t, err)
		require.Equal(t, c.start, c.period.Start(at).Format(time.DateOnly), "%v of %s", c.period, c.at)
		require.Equal(t, c.after, c.period.End(at).Format(time.DateOnly), "%v of %s", c.period, c.at)
		require.Equal(t, c.period.Start(at), c.period.Start(c.period.End(at).Add(-1)))
		require.Equal(t, c.period.End(at), c.period.Start(c.period.End(at)))
	}
	require.Equal(t, "DAY WEEK MONTH Period(3)", Day.String()+" "+Week.String()+" "+Month.String()+" "+Period(3).String())
}

// TestCalendar walks through 400 years and compares periods with what the calendar of package time says.
func TestCalendar(t *testing.T) {
	for d := CalendarDay(0); d < 400*366; d++ {
		at := d.Time().Add(17 * time.Hour)
		year, month, day := at.Date()
		require.Equal(t, d, Date(at))
		require.Equal(t, 1, Month.Start(at).Day())
		require.Equal(t, month, Month.Start(at).Month())
		require.Equal(t, time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC), Month.End(at))
		if d > 7 {
			require.Equal(t, time.Sunday, Week.Start(at).Weekday())
			require.Equal(t, time.Date(year, month, day-int(at.Weekday()), 0, 0, 0, 0, time.UTC), Week.Start(at))
		}
	}
	require.Equal(t, "2026-11-18", Date(noon).String())
	require.Zero(t, Date(time.Time{}))
	require.Equal(t, LastDay, Date(time.Unix(1<<60, 0)))
	require.Equal(t, 4840, LastDay.Time().Year())
}

func TestChecks(t *testing.T) {
	for _, r := range []Rate{{}, {0.5, 1}, {MaxPerSecond, MaxBurst}, {1, MaxBurst}, {0, MaxBurst}, {1e-300, 0}} {
		require.NoError(t, r.Check(), "%+v", r)
	}
	for _, r := range []Rate{
		{math.NaN(), 1}, {math.Inf(1), 1}, {math.Inf(-1), 1}, {-0.1, 1}, {MaxPerSecond + 1, 1}, {1, -1}, {1, MaxBurst + 1},
		{0.01, MaxBurst}, {1e-300, 1},
	} {
		require.Error(t, r.Check(), "%+v", r)
		require.Equal(t, stopped, shapeOf(r))
	}
	for _, q := range []Quota{{}, {Limit: MaxQuota, Period: Month, Offset: MaxQuota}} {
		require.NoError(t, q.Check(), "%+v", q)
	}
	for _, q := range []Quota{{Limit: -1}, {Limit: MaxQuota + 1}, {Limit: 1, Period: 3}, {Limit: 1, Offset: -1}, {Offset: MaxQuota + 1}} {
		require.Error(t, q.Check(), "%+v", q)
	}
}
