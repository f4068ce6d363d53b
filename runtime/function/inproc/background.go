package inproc

import (
	"context"
	"log/slog"
	"time"

	"github.com/gatewright/gatewright/runtime/function"
)

// enqueue has an event run that nobody waits for: now, or when those before it are over.
func (w *workers) enqueue(j *job) error {
	w.mu.Lock()
	switch {
	case w.closed:
		w.mu.Unlock()
		return function.ErrUnreachable
	case len(w.events) < eventWorkers:
		k, err := w.take()
		if err == nil {
			w.events[j] = true
			w.begin(j)
		}
		w.mu.Unlock()
		if err == nil {
			w.hand(k, j)
		}
		return err
	case len(w.pending) == mostEvents || w.pendingBytes+len(j.payload) > mostEventBytes:
		w.mu.Unlock()
		return function.ErrThrottled
	default:
		w.pending = append(w.pending, j)
		w.pendingBytes += len(j.payload)
		w.mu.Unlock()
		return nil
	}
}

// begin starts the clock of an event.
func (w *workers) begin(j *job) {
	j.timer.Reset(longestEvent)
	j.ctx.setDeadline(time.Now().Add(longestEvent))
}

// after notes that event j is over, and returns the one to run now; nil when there is none.
func (w *workers) after(j *job) *job {
	j.timer.Stop()
	if j.failure != nil {
		w.core.Logger().Warn("Lambda execution failed due to customer function error", slog.String("function", w.name),
			slog.String("request_id", j.ctx.lambda.AwsRequestID), slog.String("type", j.failure.Type))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.events, j)
	if len(w.pending) > 0 {
		next := w.pending[0]
		w.pending[0] = nil
		w.pending = w.pending[1:]
		w.pendingBytes -= len(next.payload)
		w.events[next] = true
		w.begin(next)
		return next
	}
	if w.closed && len(w.events) == 0 {
		select {
		case <-w.drained:
		default:
			close(w.drained)
		}
	}
	return nil
}

// dropEvents gives up the events that are not over.
func (w *workers) dropEvents() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.core.Logger().Error("events of a function were given up", slog.String("function", w.name),
		slog.Int("waiting", len(w.pending)), slog.Int("running", len(w.events)))
	w.pending, w.pendingBytes = nil, 0
	for j := range w.events {
		j.ctx.cancel(context.Canceled)
	}
}
