package invocation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatewright/gatewright/runtime/function"
)

// Watch bounds the waits of one exchange. Its context ends with the gateway, with the deadline, or with End.
type Watch struct {
	// Context is for the request.
	Context context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
}

// NewWatch begins an exchange that must be answered before the deadline; zero is none.
func NewWatch(parent context.Context, deadline time.Time) *Watch {
	w := &Watch{}
	w.Context, w.cancel = context.WithCancelCause(parent)
	if !deadline.IsZero() {
		w.Arm(time.Until(deadline))
	}
	return w
}

// Arm has the exchange end after d.
func (w *Watch) Arm(d time.Duration) {
	if w.timer == nil {
		w.timer = time.AfterFunc(d, func() { w.cancel(function.ErrTimeout) })
		return
	}
	w.timer.Reset(d)
}

// Disarm takes Arm back.
func (w *Watch) Disarm() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// End ends the exchange.
func (w *Watch) End() {
	w.Disarm()
	w.cancel(context.Canceled)
}

// Failed is err, which the exchange ended in, as one of the errors of package function.
func (w *Watch) Failed(err error) error {
	if errors.Is(context.Cause(w.Context), function.ErrTimeout) {
		return function.ErrTimeout
	}
	return fmt.Errorf("%w: %w", function.ErrUnreachable, err)
}
