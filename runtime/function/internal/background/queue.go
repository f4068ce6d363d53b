// Package background runs invocations that nobody waits for: a bounded number at once, a bounded number behind them. It
// must not know what it runs.
package background

import (
	"sync"
	"time"
)

// Queue runs functions in the background. Its goroutines exist only while there is work. It is safe for concurrent use.
type Queue struct {
	workers, waiting int

	mu      sync.Mutex
	next    []func()
	running int
	closed  bool
	idle    chan struct{} // closed when a closed queue runs nothing any more
}

// New is a queue that runs up to workers functions at once, while up to waiting others wait. Both are at least 1.
func New(workers, waiting int) *Queue {
	return &Queue{workers: max(workers, 1), waiting: max(waiting, 1), idle: make(chan struct{})}
}

// Submit has f run soon. It does not wait, and reports false when there is no room or the queue is closed.
func (q *Queue) Submit(f func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return false
	case q.running < q.workers:
		q.running++
		go q.work(f)
		return true
	case len(q.next) < q.waiting:
		q.next = append(q.next, f)
		return true
	default:
		return false
	}
}

// work runs f and what waits behind it.
func (q *Queue) work(f func()) {
	for f != nil {
		f()
		f = q.take()
	}
}

// take is the next function; nil ends its worker.
func (q *Queue) take() func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.next) > 0 {
		f := q.next[0]
		q.next[0] = nil
		q.next = q.next[1:]
		return f
	}
	q.running--
	q.rest()
	return nil
}

// rest tells who closes the queue when there is nothing left to do.
func (q *Queue) rest() {
	if q.closed && q.running == 0 {
		close(q.idle)
	}
}

// Close takes no more and waits until all is done, at most for the time within. Then what has not begun is dropped, and
// it reports false: what runs still must be stopped by whoever submitted it, and a further Close waits for that.
func (q *Queue) Close(within time.Duration) bool {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		q.rest()
	}
	q.mu.Unlock()
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-q.idle:
		return true
	case <-timer.C:
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.next = nil
	return q.running == 0
}
