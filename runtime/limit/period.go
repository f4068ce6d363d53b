package limit

import "time"

// Period is a calendar period in UTC.
type Period uint8

const (
	Day   Period = iota // from midnight
	Week                // from Sunday's midnight
	Month               // from the first day's midnight
)

// Span is the period that t lies in: from start, up to but without end.
func (p Period) Span(t time.Time) (start, end time.Time) {
	year, month, day := t.UTC().Date()
	switch p {
	case Week:
		start = time.Date(year, month, day-int(t.UTC().Weekday()), 0, 0, 0, 0, time.UTC)
		return start, start.AddDate(0, 0, 7)
	case Month:
		start = time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
		return start, start.AddDate(0, 1, 0)
	default:
		start = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		return start, start.AddDate(0, 0, 1)
	}
}
