package redisstore

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatewright/gatewright/runtime/limit"
)

// line is one bucket or quota. What is leased stands in state and until, which requests read and change without lock.
type line struct {
	state atomic.Uint64 // what is left of the lease, and above leftBits its generation
	until atomic.Int64  // when the lease ends
	dry   atomic.Int64  // until when nothing can be had of Redis
	low   atomic.Int64  // with so much left or less, more is fetched
	back  atomic.Int64  // taken but not used: to be given back

	store  *Store
	key    string
	tag    string // as it stands in keys
	lease  string // who leases, in Redis
	quota  bool
	limits atomic.Pointer[limits]
	active atomic.Bool // in Store.active
	flying atomic.Bool // a call is under way or waits to be sent; set with mu held

	mu        sync.Mutex
	flight    flight
	waiters   []*waiter // requests that wait for the call, or for the next
	batch     int64     // how much is leased at once
	fetched   int64     // when it was last asked for more
	rtt       int64     // how long that took
	leased    int64     // what Redis believes to be leased (bucket)
	period    int64     // the period that count and the lease are of (quota), its start in microseconds
	count     int64     // what was taken in it, as Redis last said
	tickState uint64    // state when last looked at for idleness

	local localLine
	span  atomic.Pointer[span]
}

const (
	leftBits = 40
	leftMask = 1<<leftBits - 1
	maxHeld  = 1 << (leftBits - 2)
)

// limits is what a line allows.
type limits struct {
	rate   limit.Rate
	quota  limit.Quota
	closed bool // nothing passes
}

// span is a period, in microseconds.
type span struct {
	period     limit.Period
	start, end int64
}

// Set changes the line's limits. What was leased under the old ones may still be used, for a second at most.
func (l *line) Set(spec limit.Line) {
	n := &limits{rate: spec.Rate, quota: spec.Quota}
	n.rate.PerSecond = min(n.rate.PerSecond, 1e12)
	if l.quota {
		n.closed = n.quota.Limit <= 0
	} else {
		n.closed = !(n.rate.PerSecond > 0) || n.rate.Burst <= 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.limits.Store(n)
	if n.closed {
		l.dry.Store(math.MaxInt64)
		l.giveBackLease()
	} else {
		l.dry.Store(0)
	}
}

// Used is what was taken of a quota in the period of now: what Redis last said, less what this gateway has leased and not used.
func (l *line) Used(now time.Time) int64 {
	if !l.quota {
		return 0
	}
	if l.store.config.Mode == Local {
		return l.local.used(now, l.limits.Load().quota)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	start := l.limits.Load().quota.Period.Start(now)
	if start.UnixMicro() != l.period {
		return 0
	}
	return max(0, l.count-int64(l.state.Load()&leftMask)-l.back.Load())
}

// spanAt is the quota's period at a time of Redis, in microseconds.
func (l *line) spanAt(micro int64, q limit.Quota) *span {
	if p := l.span.Load(); p != nil && p.period == q.Period && p.start <= micro && micro < p.end {
		return p
	}
	at := time.UnixMicro(micro)
	start, end := q.Period.Start(at), q.Period.End(at)
	p := &span{q.Period, start.UnixMicro(), end.UnixMicro()}
	l.span.Store(p)
	return p
}

// redisTime is what Redis's clock shows at now, in microseconds; this gateway's clock stands in until Redis has said.
func (sh *shard) redisTime(now int64) int64 {
	if ahead := sh.ahead.Load(); ahead != 0 {
		return ahead + now/1000
	}
	return sh.store.wall().UnixMicro()
}

// longest is how long a part of a key may be; what is longer is known by its hash.
const longest = 128

// tagOf makes a tag of which Redis Cluster sees all: not empty, without braces. Different tags stay different.
func tagOf(tag string) string {
	if tag == "" {
		return "%"
	}
	return shorten(strings.NewReplacer("%", "%25", "{", "%7B", "}", "%7D").Replace(tag))
}

// shorten replaces a long text by its hash, which no other text is mistaken for.
func shorten(text string) string {
	if len(text) <= longest && !strings.HasPrefix(text, "%sha256:") {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "%sha256:" + hex.EncodeToString(sum[:])
}
