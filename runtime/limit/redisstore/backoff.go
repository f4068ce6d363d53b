package redisstore

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstPause = 50 * time.Millisecond
	lastPause  = 2 * time.Second
)

// backoff is pauses between attempts, each twice as long as the one before and spread over half to one and a half of that:
// gateways that lost Redis in one moment come back apart.
type backoff struct{ pause time.Duration }

func newBackoff() backoff { return backoff{firstPause} }

// next is how long to pause.
func (b *backoff) next() time.Duration {
	d := b.pause/2 + rand.N(b.pause)
	b.pause = min(2*b.pause, lastPause)
	return d
}

// sleep pauses, and says whether ctx still holds.
func (b *backoff) sleep(ctx context.Context) bool {
	timer := time.NewTimer(b.next())
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
