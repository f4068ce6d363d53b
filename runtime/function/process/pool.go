package process

import (
	"fmt"
	"io"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/gatewright/gatewright/runtime/function/internal/background"
)

// Bounds that documents do not set.
const (
	// initTime is how long a process may take until it asks for work, as in Lambda, where the function's timeout is no longer.
	initTime = 10 * time.Second
	// drainTime is how long Event invocations may go on when the gateway ends.
	drainTime = 10 * time.Second
	// settleTime is how long a process that has answered has to ask for more before another one is started.
	settleTime = 5 * time.Millisecond
	// grace is how long a process has to end by itself once it was told to.
	grace = 500 * time.Millisecond
	// maxEvents and maxEventBytes are how many Event invocations, with how much of payloads, may wait for a process.
	maxEvents, maxEventBytes = 1000, 64 << 20
)

// pool has the processes of a function. Invocations wait in one line for the next process that is free.
type pool struct {
	core    *gw.Core
	fn      function.Function
	cfg     Config
	program string
	env     []string
	starter *starter
	events  *background.Queue
	pending atomic.Int64 // bytes of Event invocations
	spare   sync.Pool    // *invocation

	mu     sync.Mutex // guards what is below, and what instances and invocations say it does
	line   line
	idle   []*instance // the one that was used last at the end
	alive  map[*instance]struct{}
	counts [states]int // of those alive
	delays delays
	settle *time.Timer // runs settled
	armed  bool        // settle is under way
	closed bool
	gone   sync.WaitGroup // instances that have not ended
}

var _ function.Target = (*pool)(nil)

func newPool(core *gw.Core, f function.Function, c Config, program string) *pool {
	return &pool{
		core: core, fn: f, cfg: c, program: program, env: environment(core, f, c), starter: newStarter(),
		events: background.New(c.Concurrency, maxEvents), alive: map[*instance]struct{}{},
	}
}

// Invoke implements function.Target.
func (p *pool) Invoke(call *function.Call, answer *function.Answer) error {
	answer.Payload, answer.Error = answer.Payload[:0], ""
	switch call.Type {
	case function.DryRun:
		if _, err := exec.LookPath(p.program); err != nil {
			return fmt.Errorf("%w: %w", function.ErrUnreachable, err)
		}
		return nil
	case function.Event:
		return p.later(call)
	}
	v, err := p.call(call, false)
	if err != nil {
		return err
	}
	answer.Payload = append(answer.Payload, v.answer...)
	if v.isError {
		answer.Error = "Unhandled"
	}
	p.done(v)
	return nil
}

// Stream implements function.Target.
func (p *pool) Stream(call *function.Call) (io.ReadCloser, error) {
	v, err := p.call(call, true)
	switch {
	case err != nil:
		return nil, err
	case v.isError:
		return nil, failureOf(v.answer)
	default:
		return v.stream, nil
	}
}

// call makes a call and waits for what comes of it.
func (p *pool) call(call *function.Call, streams bool) (*invocation, error) {
	if !call.Deadline.IsZero() && !time.Now().Before(call.Deadline) {
		return nil, function.ErrTimeout
	}
	v := p.newInvocation(call)
	v.streams = streams
	p.submit(v)
	if !p.wait(v) {
		return nil, function.ErrTimeout
	}
	if err := v.failed; err != nil {
		p.done(v)
		return nil, err
	}
	return v, nil
}

// later takes an Event invocation, which nobody waits for.
func (p *pool) later(call *function.Call) error {
	size := int64(len(call.Payload))
	if p.pending.Add(size) > maxEventBytes && p.pending.Load() > size { // a large one may go alone
		p.pending.Add(-size)
		return function.ErrThrottled
	}
	v := p.newInvocation(call)
	v.deadline = time.Time{} // the caller's, who does not wait
	taken := p.events.Submit(func() {
		defer p.pending.Add(-size)
		p.submit(v)
		p.wait(v)
		if v.isError || v.failed != nil {
			p.core.Logger().Warn("a function failed that nobody waits for", "function", p.fn.Name, "requestId", string(v.id), "error", v.failed, "answer", cut(v.answer))
		}
		p.done(v)
	})
	if !taken {
		p.pending.Add(-size)
		return function.ErrThrottled
	}
	return nil
}

// submit has a process work on v: at once where one is idle, else when its turn comes.
func (p *pool) submit(v *invocation) {
	p.mu.Lock()
	if p.closed {
		v.drop(function.ErrUnreachable)
		p.mu.Unlock()
		return
	}
	i := p.takeIdle()
	if i == nil {
		p.line.push(v)
		p.grow(false)
		p.mu.Unlock()
		return
	}
	k := i.begin(v)
	p.mu.Unlock()
	k.hand(v)
}

// takeIdle takes the process that was used last from the idle ones; nil when there is none. p.mu is held.
func (p *pool) takeIdle() *instance {
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	i := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return i
}

// grow starts processes where some are missing for those who wait. p.mu is held. A process that has answered asks for work
// at once, as a rule: it is given a moment for that before another one is started in its place, until late.
func (p *pool) grow(late bool) {
	for {
		missing := p.line.count - p.counts[starting]
		if p.closed || missing <= 0 || p.delays.forbid(p.counts[starting]) || len(p.alive) >= p.cfg.Concurrency {
			return
		}
		if missing <= p.counts[answered] && !late {
			p.settleSoon()
			return
		}
		i := newInstance(p)
		p.alive[i] = struct{}{}
		p.counts[starting]++
		p.gone.Add(1)
		go i.run()
	}
}

// settleSoon has settled run. p.mu is held.
func (p *pool) settleSoon() {
	switch {
	case p.armed:
		return
	case p.settle == nil:
		p.settle = time.AfterFunc(settleTime, p.settled)
	default:
		p.settle.Reset(settleTime)
	}
	p.armed = true
}

// settled starts processes for those who still wait after the moment that processes were given to ask for work.
func (p *pool) settled() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = false
	if p.closed || p.line.count == 0 {
		return
	}
	p.grow(time.Since(p.line.first.since) >= settleTime)
	if len(p.alive) < p.cfg.Concurrency {
		p.settleSoon()
	}
}

// retire takes i from the idle ones, if it is one: it will get no work. p.mu is held.
func (p *pool) retire(i *instance) {
	if at := slices.Index(p.idle, i); at >= 0 {
		p.idle = slices.Delete(p.idle, at, at+1)
	}
}

// lost forgets i, whose process has ended. One that never asked for work failed to start: those who wait are told why when
// nobody else is there to serve them, and the next start is put off. p.mu is held.
func (p *pool) lost(i *instance, failedToStart bool, why func(id []byte) []byte) {
	p.retire(i)
	delete(p.alive, i)
	if failedToStart && !p.closed {
		p.delays.failed(p.awake)
		for len(p.alive) == 0 && p.line.count > 0 {
			v := p.line.pop()
			v.fail(why(v.id))
		}
	}
	p.grow(false)
}

// awake allows starts again.
func (p *pool) awake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delays.over()
	p.grow(true)
}

// close ends everything: Event invocations may finish, then the processes are told to end.
func (p *pool) close() {
	p.events.Close(drainTime)
	p.mu.Lock()
	p.closed = true
	p.delays.stop()
	if p.settle != nil {
		p.settle.Stop()
	}
	for p.line.count > 0 {
		p.line.pop().drop(function.ErrUnreachable)
	}
	for i := range p.alive {
		i.stop()
	}
	p.mu.Unlock()
	p.gone.Wait()
	p.events.Close(drainTime)
	p.starter.close()
}
