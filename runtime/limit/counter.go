package limit

import (
	"sync"
	"sync/atomic"
	"time"
)

// Counter is one key's quota: what it has used in the period under way, and on which days. They are had from Counters.
//
// Its one word holds a day and what was used in the period of that day up to now. A taking compares and swaps it and
// looks no further while the day is today; whatever else happens is done under the lock, once, by whoever comes first.
//
// When the clock goes back by a day at most, as at midnight when it is set, takings go on counting for the later day.
// When it goes back further, it was wrong before, and the count goes on where it was left in that period. So no period
// is counted from nothing twice, and a clock that was once years ahead does not block a key for years.
type Counter struct {
	word  atomic.Uint64
	quota atomic.Pointer[Quota]
	meter atomic.Pointer[Meter]
	dirty atomic.Bool // the meter has it on its list

	mu    sync.Mutex
	key   int32       // its number
	days  []DayCount  // of other days than the word's, ascending
	base  int64       // of the word's used, what is not of its day: other days of the period, and the offset
	first CalendarDay // of the first request; LastDay+1: there was none yet
	low   CalendarDay // the earliest of days that changed since the meter was drained; LastDay+1: none
}

// DayCount is how many were taken on a day.
type DayCount struct {
	Day  CalendarDay
	Used int64
}

const (
	daysBits = 20
	usedBits = 64 - daysBits
	maxUsed  = 1<<usedBits - 1
)

// held is the day of a word that says nothing: the lock's holder changes it, or there was no request yet.
const held CalendarDay = 1<<daysBits - 1

// KeepDays is how many days on which something was used are kept besides today, and how many a report has at most.
const KeepDays = 400

func pack(day CalendarDay, used int64) uint64 {
	return uint64(day)<<usedBits | uint64(min(max(used, 0), maxUsed))
}

func unpack(word uint64) (CalendarDay, int64) {
	return CalendarDay(word >> usedBits), int64(word & maxUsed)
}

func (c *Counter) start(q *Quota, key int) {
	c.key = int32(key)
	c.word.Store(pack(held, 0))
	c.quota.Store(q)
	c.first, c.low = LastDay+1, LastDay+1
}

// Key is the number of the key that the counter is of.
func (c *Counter) Key() int { return int(c.key) }

// Take uses one, or says that the quota of the period of now has none left, which uses nothing.
func (c *Counter) Take(now time.Time) bool {
	today := Date(now)
	for {
		word := c.word.Load()
		day, used := unpack(word)
		if day != today && day != today+1 {
			c.turn(today)
			continue
		}
		if used >= c.quota.Load().Limit {
			return false
		}
		if c.word.CompareAndSwap(word, word+1) {
			c.changed()
			return true
		}
	}
}

// Return gives one back that Take gave at now for a request that was refused later. It counts for the period of that
// time, even when another one is under way.
func (c *Counter) Return(now time.Time) {
	today := Date(now)
	for {
		word := c.word.Load()
		day, used := unpack(word)
		if day != today {
			c.returnTo(today)
			return
		}
		if used == 0 {
			return
		}
		if c.word.CompareAndSwap(word, word-1) {
			c.changed()
			return
		}
	}
}

// Used is what was used in the period of now, with the offset in the first.
func (c *Counter) Used(now time.Time) int64 {
	today := Date(now)
	if day, used := unpack(c.word.Load()); day == today || day == today+1 {
		return used
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.resume(c.hold())
	_, base, own := c.count(today)
	return base + own
}

// Left is how many more may be taken in the period of now.
func (c *Counter) Left(now time.Time) int64 {
	return max(c.quota.Load().Limit-c.Used(now), 0)
}

func (c *Counter) changed() {
	if m := c.meter.Load(); m != nil {
		m.note(c)
	}
}

// turn makes today the word's day, unless another goroutine has.
func (c *Counter) turn(today CalendarDay) {
	c.mu.Lock()
	defer c.mu.Unlock()
	day, _ := unpack(c.word.Load())
	if day == today || day == today+1 {
		return
	}
	c.hold()
	if day != held {
		c.low = min(c.low, day)
	}
	c.trim()
	c.resume(today)
}

// hold makes everybody wait for the lock, puts what the word says among the days, and returns the word's day: held
// when there was no request yet. The lock is held, and resume follows.
func (c *Counter) hold() CalendarDay {
	day, used := unpack(c.word.Swap(pack(held, 0)))
	if day != held {
		c.add(day, used-c.base)
	}
	return day
}

// resume makes today the word's day; held leaves it as it is before the first request.
func (c *Counter) resume(today CalendarDay) {
	if today == held {
		return
	}
	c.first = min(c.first, today)
	place, base, own := c.count(today)
	if place >= 0 {
		c.days = append(c.days[:place], c.days[place+1:]...)
	}
	c.base = base
	c.word.Store(pack(today, base+own))
}

// count is what days say of the period of today: where today stands among them, or -1, what was used on other days, with
// the offset, and today.
func (c *Counter) count(today CalendarDay) (place int, base, own int64) {
	q := c.quota.Load()
	first, next := q.Period.days(today)
	if first <= c.first && c.first < next {
		base = q.Offset
	}
	place = -1
	for i := len(c.days) - 1; i >= 0 && c.days[i].Day >= first; i-- {
		switch d := c.days[i]; {
		case d.Day == today:
			place, own = i, d.Used
		case d.Day < next:
			base += d.Used
		}
	}
	return place, base, own
}

// add counts n more for a day among the days.
func (c *Counter) add(day CalendarDay, n int64) {
	i := len(c.days)
	for i > 0 && c.days[i-1].Day >= day {
		i--
	}
	if i == len(c.days) || c.days[i].Day != day {
		if n <= 0 {
			return
		}
		c.days = append(c.days, DayCount{})
		copy(c.days[i+1:], c.days[i:])
		c.days[i] = DayCount{Day: day}
	}
	c.days[i].Used = min(max(c.days[i].Used+n, 0), maxUsed)
}

// trim forgets the oldest days. It goes by their number and not by the date, as that of a wrong clock would have it
// forget the period that is really under way.
func (c *Counter) trim() {
	if drop := len(c.days) - KeepDays; drop > 0 {
		c.days = append(c.days[:0], c.days[drop:]...)
	}
}

// returnTo gives one back to a day that is not the word's.
func (c *Counter) returnTo(day CalendarDay) {
	c.mu.Lock()
	defer c.mu.Unlock()
	current := c.hold()
	defer c.resume(current)
	switch {
	case c.usedOn(day) > 0:
		c.low = min(c.low, day)
	case current == day+1 && c.usedOn(current) > 0: // it was taken when another goroutine was in the next day already
		day = current
	default:
		return
	}
	c.add(day, -1)
	c.changed()
}

func (c *Counter) usedOn(day CalendarDay) int64 {
	for i := len(c.days) - 1; i >= 0 && c.days[i].Day >= day; i-- {
		if c.days[i].Day == day {
			return c.days[i].Used
		}
	}
	return 0
}

// set changes the quota. What was used counts in the new period.
func (c *Counter) set(q *Quota) {
	c.mu.Lock()
	defer c.mu.Unlock()
	day := c.hold()
	c.quota.Store(q)
	c.resume(day)
}
