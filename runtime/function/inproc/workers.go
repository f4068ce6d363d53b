package inproc

import (
	"log/slog"
	"sync"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// Bounds of one function.
const (
	// mostCalls is how many calls may run at once, those that were left behind among them.
	mostCalls = 10_000
	// mostIdle is how many goroutines wait for calls at most.
	mostIdle = 256
	// mostEvents and mostEventBytes are how many events that nobody waits for may wait, and eventWorkers how many run at once.
	mostEvents     = 1000
	mostEventBytes = 64 << 20
	eventWorkers   = 16
	// longestEvent is how long such an event may take: Lambda's own bound.
	longestEvent = 15 * time.Minute
	// drainTime is how long a gateway that ends waits for events.
	drainTime = 10 * time.Second
)

// workers are the goroutines that call a handler. They are kept from call to call, as starting one costs more than waking
// one, and a handler's stack would grow anew each time.
type workers struct {
	core *gw.Core
	name string
	jobs sync.Pool

	mu      sync.Mutex
	idle    []*worker
	running int // goroutines that are not idle
	closed  bool

	pending      []*job // events that wait
	pendingBytes int
	events       map[*job]bool // events that run
	drained      chan struct{} // closed when the last one is over, once the gateway ends
}

// worker is a goroutine.
type worker struct {
	of   *workers
	jobs chan *job
	job  *job
}

func newWorkers(core *gw.Core, f function.Function) *workers {
	w := &workers{core: core, name: f.Name, events: make(map[*job]bool), drained: make(chan struct{})}
	w.jobs.New = func() any { return newJob(w) }
	core.OnClose(w.close)
	return w
}

func (w *workers) job() *job { return w.jobs.Get().(*job) }

// put gives a job back whose end was waited for.
func (w *workers) put(j *job) {
	if j.timer == nil {
		return
	}
	j.reset()
	w.jobs.Put(j)
}

// run has j run and waits for its end, at most until deadline. After an error j is not to be looked at any more.
func (w *workers) run(j *job, deadline time.Time) error {
	if !deadline.IsZero() {
		j.timer.Reset(time.Until(deadline))
	}
	if err := w.start(j); err != nil {
		j.timer.Stop()
		return err
	}
	if err := j.wait(); err != nil {
		return err
	}
	if !deadline.IsZero() && !j.timer.Stop() {
		// The timer is about to look at the job, which must not be another call's by then.
		j.timer = nil
	}
	return nil
}

// start hands j to an idle goroutine, or to a new one.
func (w *workers) start(j *job) error {
	w.mu.Lock()
	k, err := w.take()
	w.mu.Unlock()
	if err == nil {
		w.hand(k, j)
	}
	return err
}

// take finds a place for one more call: an idle goroutine, or nil for a new one. It is called under the lock.
func (w *workers) take() (*worker, error) {
	n := len(w.idle)
	switch {
	case w.closed:
		return nil, function.ErrUnreachable
	case n > 0:
		k := w.idle[n-1]
		w.idle = w.idle[:n-1]
		w.running++
		return k, nil
	case w.running == mostCalls:
		return nil, function.ErrThrottled
	default:
		w.running++
		return nil, nil
	}
}

// hand gives j to k; nil is a new goroutine.
func (w *workers) hand(k *worker, j *job) {
	if k != nil {
		k.jobs <- j
		return
	}
	k = &worker{of: w, jobs: make(chan *job, 1)}
	k.jobs <- j
	go k.loop()
}

// loop serves jobs until there is no need for the goroutine any more.
func (k *worker) loop() {
	defer k.gone()
	for j := range k.jobs {
		for j != nil {
			k.job = j
			j.serve()
			k.job = nil
			if !j.background {
				break
			}
			j = k.of.after(j)
		}
		stay := k.of.rest(k)
		if j != nil {
			j.finish() // when the goroutine is ready for the next call, which may come from the one that is told
		}
		if !stay {
			return
		}
	}
}

// rest makes k idle, and reports false when it is to end instead.
func (w *workers) rest(k *worker) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running--
	if w.closed || len(w.idle) == mostIdle {
		return false
	}
	w.idle = append(w.idle, k)
	return true
}

// gone cleans up behind a goroutine that a handler has ended.
func (k *worker) gone() {
	j := k.job
	if j == nil {
		return
	}
	w := k.of
	if j.background {
		if next := w.after(j); next != nil {
			w.hand(nil, next) // in place of this goroutine
			return
		}
	}
	w.mu.Lock()
	w.running--
	w.mu.Unlock()
	j.finish()
}

// panicked writes where a handler panicked. The message is for who gets the failure.
func (w *workers) panicked(f *failure) {
	at := ""
	if len(f.StackTrace) > 0 {
		at = f.StackTrace[0].Path + ": " + f.StackTrace[0].Label
	}
	w.core.Logger().Error("a function panicked", slog.String("function", w.name), slog.String("type", f.Type), slog.String("at", at))
}

// close ends the goroutines: idle ones now, others when their handlers return. Events get some time to end.
func (w *workers) close() {
	w.mu.Lock()
	w.closed = true
	for _, k := range w.idle {
		close(k.jobs)
	}
	w.idle = nil
	if len(w.events) == 0 {
		w.mu.Unlock()
		return
	}
	w.mu.Unlock()
	timer := time.NewTimer(drainTime)
	defer timer.Stop()
	select {
	case <-w.drained:
	case <-timer.C:
		w.dropEvents()
	}
}
