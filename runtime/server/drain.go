package server

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// queueTime is how long connections that are in a listener's queue, or in the middle of their handshake, have to be
// accepted before it closes.
const queueTime = 100 * time.Millisecond

// drain ends the gateway: readiness fails, the delay passes while requests are served, then listening ends and what is
// under way finishes. Handed over, the sockets live on in another process, and there is nothing to wait for. A second
// order to stop cuts all waiting short.
func (r *running) drain(handedOver bool) int {
	if r.admin != nil {
		r.admin.ready.Store(false)
	}
	delay := r.settings.drainDelay
	if handedOver {
		delay = 0
		r.gateway.HandOver()
	}
	r.logger.Info("draining", "delay", delay, "timeout", r.settings.drainTimeout)
	r.gateway.CloseConnections()
	for _, f := range r.fronts {
		f.Drain()
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go r.hurry(ctx, cancel)
	pause(ctx, delay)
	if !handedOver {
		r.quieten(ctx)
	}
	timed, cancelTimed := context.WithTimeout(ctx, r.settings.drainTimeout)
	defer cancelTimed()
	if err := r.shutdown(timed); err != nil {
		r.logger.Warn("requests were cut off", "reason", err)
	}
	r.logger.Info("stopped")
	return exitOK
}

// quieten lets the listeners' queues run empty, where the system can.
func (r *running) quieten(ctx context.Context) {
	quiet := false
	for _, ln := range []net.Listener{r.listeners.main, r.listeners.plain} {
		if ln == nil {
			continue
		}
		err := quieten(ln)
		quiet = quiet || err == nil
		if err != nil {
			r.logger.Debug("connections that arrive as listening ends may be lost", "error", err)
		}
	}
	if quiet {
		pause(ctx, queueTime)
	}
}

// pause lets d pass, unless ctx ends before.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// hurry ends the patience at the next order to stop.
func (r *running) hurry(ctx context.Context, cancel func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case signal := <-r.process.signals:
			if order(signal) == stop {
				cancel()
			}
		}
	}
}

// shutdown ends the fronts, then the admin listener, which so can be asked until the end.
func (r *running) shutdown(ctx context.Context) error {
	var group sync.WaitGroup
	errs := make([]error, len(r.fronts)+1)
	for i, f := range r.fronts {
		group.Go(func() { errs[i] = f.Shutdown(ctx) })
	}
	group.Go(func() { errs[len(r.fronts)] = r.h2.Shutdown(ctx) })
	group.Wait()
	if r.admin != nil {
		errs = append(errs, r.admin.server.Close())
	}
	return errors.Join(errs...)
}

// close gives back what was opened, however far the start came.
func (r *running) close() {
	for _, f := range r.fronts {
		_ = f.Close() // it ended before
	}
	if r.h2 != nil {
		_ = r.h2.Close() // it ended before
	}
	if r.admin != nil {
		_ = r.admin.server.Close() // it ended before
	}
	if r.listeners != nil {
		r.listeners.close()
	}
	if r.gateway != nil {
		if err := r.gateway.Close(); err != nil {
			r.logger.Error("closing the gateway", "error", err)
		}
	}
	for _, c := range r.closers {
		if err := c.Close(); err != nil {
			r.logger.Error("closing a log", "error", err)
		}
	}
}
