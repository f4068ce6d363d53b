package server

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// drain ends the gateway: readiness fails, the delay passes while requests are served, then listening ends and what is
// under way finishes. A second order to stop cuts the delay and the waiting short.
func (r *running) drain(delay time.Duration) int {
	if r.admin != nil {
		r.admin.ready.Store(false)
	}
	r.gateway.CloseConnections()
	r.logger.Info("draining", "delay", delay, "timeout", r.settings.drainTimeout)
	for _, f := range r.fronts {
		f.Drain()
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go r.hurry(ctx, cancel)
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	timed, cancelTimed := context.WithTimeout(ctx, r.settings.drainTimeout)
	defer cancelTimed()
	if err := r.shutdown(timed); err != nil {
		r.logger.Warn("requests were cut off", "reason", err)
	}
	r.logger.Info("stopped")
	return exitOK
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

// refuseHTTP2 answers a request that is larger than allowed.
func refuseHTTP2(w http.ResponseWriter, _ *http.Request, status int) {
	writeMessage(w, status)
}

func writeMessage(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"message":"` + http.StatusText(status) + `"}`)) // the client is gone
}
