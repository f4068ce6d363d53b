package limit

import "time"

// Usage is a day of a usage report: how many were used, and how many the quota had left at the day's end.
type Usage struct {
	Day       CalendarDay
	Used      int64
	Remaining int64
}

// Usage is the report of the days from the one of from to the one of to, both included, at most KeepDays, as get-usage
// gives it (control-plane.md, section 11). What remained is told by the quota of now; days that were forgotten, or are
// still to come, show nothing used.
func (c *Counter) Usage(from, to time.Time) []Usage {
	start, end := Date(from), Date(to)
	if end < start {
		return nil
	}
	end = min(end, start+KeepDays-1)
	c.mu.Lock()
	days, begun := c.history(), c.first
	c.mu.Unlock()
	q := c.quota.Load()
	report := make([]Usage, 0, end-start+1)
	var next CalendarDay // after the period under way
	var left int64
	day, _ := q.Period.days(start)
	for ; day <= end; day++ {
		if day >= next {
			first, after := q.Period.days(day)
			next, left = after, q.Limit
			if first <= begun && begun < after {
				left -= q.Offset
			}
		}
		for len(days) > 0 && days[0].Day < day {
			days = days[1:]
		}
		var used int64
		if len(days) > 0 && days[0].Day == day {
			used = days[0].Used
		}
		left -= used
		if day >= start {
			report = append(report, Usage{Day: day, Used: used, Remaining: max(left, 0)})
		}
	}
	return report
}

// UsedBetween reports whether something was used on a day from the one of from to the one of to, both included.
func (c *Counter) UsedBetween(from, to time.Time) bool {
	start, end := Date(from), Date(to)
	c.mu.Lock()
	defer c.mu.Unlock()
	if day, used := unpack(c.word.Load()); start <= day && day <= end && used > c.base {
		return true
	}
	for i := len(c.days) - 1; i >= 0 && c.days[i].Day >= start; i-- {
		if c.days[i].Day <= end && c.days[i].Used > 0 {
			return true
		}
	}
	return false
}

// History is every day on which something was used, ascending: what Restore takes after a restart.
func (c *Counter) History() []DayCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.history()
}

// history is a copy of the days with the word's among them. The lock is held.
func (c *Counter) history() []DayCount {
	day := c.hold()
	all := append(make([]DayCount, 0, len(c.days)), c.days...)
	c.resume(day)
	return all
}

// Restore adds what was used before a restart; the order of days does not matter. The first of them is then the day of
// the first request. It may be called while requests are counted already, once for the same days.
func (c *Counter) Restore(days []DayCount) {
	c.mu.Lock()
	defer c.mu.Unlock()
	today := c.hold()
	if len(c.days) > 0 {
		c.low = 0 // what is kept elsewhere lacks what was counted here
	}
	for _, d := range days {
		if d.Day < 0 || d.Day > LastDay || d.Used <= 0 {
			continue
		}
		c.add(d.Day, d.Used)
		c.first = min(c.first, d.Day)
	}
	c.trim()
	c.resume(today)
}

// Watch has a meter told of every change from now on. What was counted so far and not restored is a change.
func (c *Counter) Watch(m *Meter) {
	c.meter.Store(m)
	c.mu.Lock()
	day, _ := unpack(c.word.Load())
	changed := day != held || c.low <= LastDay
	c.mu.Unlock()
	if changed {
		m.note(c)
	}
}

// changes appends the days that may have changed since the last call, with what they say now.
func (c *Counter) changes(to []DayCount) []DayCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	day := c.hold()
	if day != held && c.usedOn(day) == 0 {
		to = append(to, DayCount{Day: day}) // all was given back
	}
	for _, d := range c.days {
		if d.Day >= c.low || d.Day == day {
			to = append(to, d)
		}
	}
	c.low = LastDay + 1
	c.resume(day)
	return to
}
