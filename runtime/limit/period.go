package limit

import (
	"strconv"
	"time"
)

// Period is a quota's: calendar periods in UTC. Weeks start on Sunday: the reference does not say, and Amazon's
// description of QuotaSettings in its SDKs says that a week of offset 0 starts there.
type Period uint8

const (
	Day Period = iota
	Week
	Month
)

// String is the period as documents and Amazon's interfaces write it.
func (p Period) String() string {
	switch p {
	case Day:
		return "DAY"
	case Week:
		return "WEEK"
	case Month:
		return "MONTH"
	default:
		return "Period(" + strconv.Itoa(int(p)) + ")"
	}
}

// Start is the first moment of the period that t lies in, in UTC.
func (p Period) Start(t time.Time) time.Time {
	first, _ := p.days(Date(t))
	return first.Time()
}

// End is the first moment after the period that t lies in, in UTC: the Start of the next.
func (p Period) End(t time.Time) time.Time {
	_, next := p.days(Date(t))
	return next.Time()
}

// days are the first day of the period that d lies in, and the first after it. What is no period is a day.
func (p Period) days(d CalendarDay) (first, next CalendarDay) {
	switch p {
	case Week:
		first = d - CalendarDay(d.Time().Weekday()) // Sunday is 0
		return first, first + 7
	case Month:
		year, month, _ := d.Time().Date()
		return Date(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)), Date(time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC))
	default:
		return d, d + 1
	}
}

// CalendarDay is a day in UTC: how many days after 1970-01-01, 0 to LastDay.
type CalendarDay int32

// LastDay is 4083-11-23, the latest that counters keep apart.
const LastDay CalendarDay = 1<<daysBits - 3

const secondsOfDay = 24 * 60 * 60

// Date is the day that t lies in; what is before 1970 or after LastDay counts as these.
func Date(t time.Time) CalendarDay {
	return CalendarDay(min(max(t.Unix(), 0)/secondsOfDay, int64(LastDay)))
}

// Time is the day's first moment.
func (d CalendarDay) Time() time.Time { return time.Unix(int64(d)*secondsOfDay, 0).UTC() }

// String is the day as get-usage writes it (control-plane.md, section 11): 2006-01-02.
func (d CalendarDay) String() string { return d.Time().Format(time.DateOnly) }
