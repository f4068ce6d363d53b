package redisstore

import (
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatewright/gatewright/runtime/limit"
)

// localLine is a line that this gateway keeps alone, with its share of the limit.
type localLine struct {
	full atomic.Int64 // bucket: when it will be full, by Store.now, if nothing is taken any more

	mu     sync.Mutex
	period int64 // quota: the start of the period that count is of, in seconds; 0 before the first
	count  int64
}

// admitLocal takes of this gateway's share.
func (s *Store) admitLocal(lines []limit.Shared) (refused int) {
	for i := range lines {
		if !lines[i].(*line).takeLocal() {
			returnLocal(lines[:i])
			return i
		}
	}
	return -1
}

func returnLocal(lines []limit.Shared) {
	for i := range lines {
		lines[i].(*line).returnLocal()
	}
}

func (l *line) takeLocal() bool {
	lim := l.limits.Load()
	nodes := l.store.nodes.Load()
	switch {
	case lim.closed:
		return false
	case l.quota:
		return l.local.takeQuota(l.store.wall(), lim.quota, max(1, lim.quota.Limit/nodes))
	}
	now := l.store.now()
	each := interval(lim.rate, nodes)
	most := int64(min(float64(max(1, lim.rate.Burst/nodes))*float64(each), math.MaxInt64/2))
	for {
		full := l.local.full.Load()
		next := max(full, now) + each
		if next-now > most {
			return false
		}
		if l.local.full.CompareAndSwap(full, next) {
			return true
		}
	}
}

// interval is the time between two tokens of a share, in nanoseconds.
func interval(r limit.Rate, nodes int64) int64 {
	return max(1, int64(min(math.Ceil(1e9*float64(nodes)/r.PerSecond), math.MaxInt64/4)))
}

func (q *localLine) takeQuota(now time.Time, spec limit.Quota, share int64) bool {
	start := spec.Period.Start(now)
	q.mu.Lock()
	defer q.mu.Unlock()
	if unix := start.Unix(); unix > q.period {
		if q.count = 0; q.period == 0 {
			q.count = portion(spec.Offset, share, spec.Limit)
		}
		q.period = unix
	}
	if q.count >= share {
		return false
	}
	q.count++
	return true
}

// portion is n * share / whole, of which the product may be larger than an int64. share is at most whole.
func portion(n, share, whole int64) int64 {
	high, low := bits.Mul64(uint64(max(n, 0)), uint64(share))
	part, _ := bits.Div64(high, low, uint64(whole))
	return int64(part)
}

func (q *localLine) used(now time.Time, spec limit.Quota) int64 {
	start := spec.Period.Start(now)
	q.mu.Lock()
	defer q.mu.Unlock()
	if start.Unix() != q.period {
		return 0
	}
	return q.count
}

func (l *line) returnLocal() {
	if !l.quota {
		l.local.full.Add(-interval(l.limits.Load().rate, l.store.nodes.Load()))
		return
	}
	l.local.mu.Lock()
	defer l.local.mu.Unlock()
	l.local.count = max(0, l.local.count-1)
}
