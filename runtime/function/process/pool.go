package process

import (
	"io"
	"math/rand/v2"
	"sync"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/gatewright/gatewright/runtime/function/internal/background"
)

// Bounds that documents do not set.
const (
	// initTime is how long a process may take until it asks for work, as in Lambda.
	initTime = 10 * time.Second
	// drainTime is how long Event invocations may go on when the gateway ends.
	drainTime = 10 * time.Second
	// settleTime is how long a process that has answered has to ask for more before another one is started.
	settleTime = 5 * time.Millisecond
	// grace is how long a process has to end by itself once it was told to.
	grace = 500 * time.Millisecond
	// events is how many Event invocations may wait for a process.
	events = 1000
	// The time between starts of processes that fail at once.
	firstBackoff, longestBackoff = 100 * time.Millisecond, 10 * time.Second
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

	mu      sync.Mutex
	waiting line
	idle    []*instance // the one that was used last at the end
	alive   map[*instance]bool
	backoff time.Duration // 0 while processes start well
	wake    *time.Timer   // set while no process may be started
	settle  *time.Timer   // runs settled
	late    bool          // set within settled
	closed  bool
	gone    sync.WaitGroup // instances that have not ended
}

var _ function.Target = (*pool)(nil)

func newPool(core *gw.Core, f function.Function, c Config, program string) *pool {
	return &pool{
		core: core, fn: f, cfg: c, program: program, env: environment(core, f, c), starter: newStarter(),
		events: background.New(c.Concurrency, events), alive: map[*instance]bool{},
	}
}

// Invoke implements function.Target.
func (p *pool) Invoke(call *function.Call, answer *function.Answer) error {
	switch call.Type {
	case function.DryRun:
		answer.Payload, answer.Error = answer.Payload[:0], ""
		return nil
	case function.Event:
		return p.later(call, answer)
	}
	v := newInvocation(call, false)
	p.submit(v)
	v.wait()
	if v.failed != nil {
		return v.failed
	}
	answer.Payload, answer.Error = append(answer.Payload[:0], v.answer...), v.err
	return nil
}

// later takes an Event invocation, which nobody waits for.
func (p *pool) later(call *function.Call, answer *function.Answer) error {
	v := newInvocation(call, false)
	v.deadline = time.Time{} // the caller's, who does not wait
	answer.Payload, answer.Error = answer.Payload[:0], ""
	taken := p.events.Submit(func() {
		p.submit(v)
		<-v.done
		if v.err != "" || v.failed != nil {
			p.core.Logger().Warn("a function failed that nobody waits for", "function", p.fn.Name, "requestId", v.id, "error", v.failed, "answer", cut(v.answer))
		}
	})
	if !taken {
		return function.ErrThrottled
	}
	return nil
}

// Stream implements function.Target.
func (p *pool) Stream(call *function.Call) (io.ReadCloser, error) {
	v := newInvocation(call, true)
	p.submit(v)
	v.wait()
	switch {
	case v.failed != nil:
		return nil, v.failed
	case v.err != "":
		return nil, failureOf(v.answer)
	case v.body != nil:
		return v.body, nil
	default:
		return whole(v.answer), nil
	}
}

// submit has a process work on v as soon as one is free.
func (p *pool) submit(v *invocation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		v.drop(function.ErrUnreachable)
		return
	}
	if n := len(p.idle); n > 0 {
		i := p.idle[n-1]
		p.idle = p.idle[:n-1]
		i.give(v)
		return
	}
	p.waiting.push(v)
	p.grow()
}

// grow starts a process where one is missing for those who wait. p.mu is held. A process that has answered asks for work
// at once, as a rule: it is given a moment for that before another one is started in its place.
func (p *pool) grow() {
	coming, answered := 0, 0
	for i := range p.alive {
		if !i.ready {
			coming++
		} else if i.answered.Load() {
			answered++
		}
	}
	missing := p.waiting.len() - coming
	if p.closed || p.wake != nil || missing <= 0 || len(p.alive) >= p.cfg.Concurrency {
		return
	}
	if missing <= answered && !p.late {
		if p.settle == nil {
			p.settle = time.AfterFunc(settleTime, p.settled)
		} else {
			p.settle.Reset(settleTime)
		}
		return
	}
	i := newInstance(p)
	p.alive[i] = true
	p.gone.Add(1)
	go i.run()
}

// settled starts processes for those who still wait after the moment that processes were given to ask for work.
func (p *pool) settled() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.late = true
	for n := p.waiting.len(); n > 0; n-- {
		p.grow()
	}
	p.late = false
}

// free has i work on what waits longest, or adds it to the idle ones: it asks for work.
func (p *pool) free(i *instance) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i.ready = true
	p.backoff = 0
	if v := p.waiting.pop(); v != nil {
		i.give(v)
		return
	}
	p.idle = append(p.idle, i)
	i.rest(p.cfg.Idle)
}

// retire takes i from the idle ones and reports whether it was one: it will get no work.
func (p *pool) retire(i *instance) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for at, known := range p.idle {
		if known == i {
			p.idle = append(p.idle[:at], p.idle[at+1:]...)
			return true
		}
	}
	return false
}

// lost forgets i, whose process has ended. One that never asked for work failed to start: why is given to those who wait
// when there is nobody else to serve them, and the next start is put off.
func (p *pool) lost(i *instance, why func(id string) []byte) {
	p.retire(i)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.alive, i)
	if !i.ready && !p.closed {
		p.backoff = min(max(2*p.backoff, firstBackoff), longestBackoff)
		if p.wake == nil {
			p.wake = time.AfterFunc(p.backoff/2+rand.N(p.backoff/2), p.awake)
		}
		for len(p.alive) == 0 {
			v := p.waiting.pop()
			if v == nil {
				break
			}
			v.fail(why(v.id))
		}
	}
	p.grow()
	p.gone.Done()
}

// awake allows starts again.
func (p *pool) awake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wake = nil
	for n := p.waiting.len(); n > 0; n-- {
		p.grow()
	}
}

// close ends everything: Event invocations may finish, then the processes are told to end.
func (p *pool) close() {
	p.events.Close(drainTime)
	p.mu.Lock()
	p.closed = true
	for _, timer := range []*time.Timer{p.wake, p.settle} {
		if timer != nil {
			timer.Stop()
		}
	}
	for v := p.waiting.pop(); v != nil; v = p.waiting.pop() {
		v.drop(function.ErrUnreachable)
	}
	for i := range p.alive {
		go i.stop()
	}
	p.mu.Unlock()
	p.gone.Wait()
	p.events.Close(drainTime)
	p.starter.close()
}

// line holds invocations in their order. Those whose callers have left are skipped.
type line struct {
	next  []*invocation
	stale int // taken from the front of next
}

func (l *line) push(v *invocation) { l.next = append(l.next, v) }

// len is how many wait, at most.
func (l *line) len() int { return len(l.next) - l.stale }

// pop is the first that still waits; nil when there is none.
func (l *line) pop() *invocation {
	for l.stale < len(l.next) {
		v := l.next[l.stale]
		l.next[l.stale] = nil
		l.stale++
		if !v.ended() {
			return v
		}
	}
	l.next, l.stale = l.next[:0], 0
	return nil
}
