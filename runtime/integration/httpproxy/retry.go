package httpproxy

import (
	"errors"
	"slices"
	"sync/atomic"

	"github.com/gatewright/gatewright/runtime/integration/internal/wire"
)

// budget bounds retries to a share of the requests, so that a broken backend is not asked twice by everybody. It
// starts with a few, for upstreams that are rarely asked.
type budget struct {
	share int64 // thousandths of a retry that a request allows; negative: no bound
	left  atomic.Int64
}

const (
	retryCost   = 1000
	startBudget = 10 * retryCost
	fullBudget  = 100 * retryCost
)

func (b *budget) init(share float64) {
	b.share = int64(share * retryCost)
	b.left.Store(startBudget)
}

// request notes a request.
func (b *budget) request() {
	if b.left.Load() < fullBudget {
		b.left.Add(b.share)
	}
}

// take reports whether there may be one more retry.
func (b *budget) take() bool {
	if b.share < 0 {
		return true
	}
	if b.left.Add(-retryCost) >= 0 {
		return true
	}
	b.left.Add(retryCost)
	return false
}

// idempotent reports whether a request may be sent twice (RFC 9110 section 9.2.2).
func idempotent(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE":
		return true
	default:
		return false
	}
}

// again reports whether a request that failed with err on conn, nil when there was none, is sent another time.
func (x *exchange) again(err error, conn *wire.Conn) bool {
	u := x.up
	if x.attempts >= u.cfg.Retries.Attempts || !u.cfg.Retries.Connect || errors.Is(err, wire.ErrTimeout) ||
		errors.Is(err, wire.ErrAbandoned) || errors.Is(err, wire.ErrAddress) {
		return false
	}
	sent := conn != nil && !conn.Untouched()
	if sent && (!x.repeatable() || conn.Answered()) || x.upload.begun() {
		return false
	}
	return u.budget.take()
}

// againAfter reports whether a request that was answered with status is sent another time.
func (x *exchange) againAfter(status int) bool {
	r := &x.up.cfg.Retries
	return x.attempts < r.Attempts && len(r.Statuses) > 0 && slices.Contains(r.Statuses, status) &&
		x.repeatable() && !x.upload.begun() && x.up.budget.take()
}

// repeatable reports whether the request may be sent twice.
func (x *exchange) repeatable() bool { return idempotent(x.method) && x.stream == nil }

// stale reports whether the request failed only because the pool had a connection that the backend had closed, so that
// it is sent once more on a new one: nothing of it was sent, or nothing came back and it may be sent twice.
func (x *exchange) stale(err error, conn *wire.Conn) bool {
	if !conn.Reused() || conn.Answered() || x.upload.begun() || errors.Is(err, wire.ErrTimeout) ||
		errors.Is(err, wire.ErrAbandoned) {
		return false
	}
	return conn.Untouched() || x.repeatable()
}
