package process

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/gatewright/gatewright/runtime/function"
)

// state is what a process does, as the API sees it.
type state uint8

const (
	starting state = iota // it has never asked for work
	ready                 // it waits for work
	running               // it works on an invocation
	answered              // it has answered, and not asked for more yet
	ended                 // it is gone, or about to be: it gets no work
	states
)

// String is the state as the API's messages name it.
func (s state) String() string {
	return [states]string{"Started", "Ready", "Running", "ResponseSent", "Exited"}[s]
}

// maxConnections is how many connections a process may have to its API. Runtime clients use one or two.
const maxConnections = 16

// instance is one process with the API that it alone speaks to.
type instance struct {
	pool     *pool
	cmd      *exec.Cmd
	output   *output
	listener net.Listener
	gone     chan struct{}  // closed when the process has ended
	tasks    sync.WaitGroup // goroutines that serve the API

	// What is below changes under the pool's lock.

	state    state
	conns    map[*conn]struct{}
	asker    *conn          // it waits for work
	current  *invocation    // what the process works on
	stream   *io.PipeWriter // what current's caller reads
	lastID   []byte         // of what it has worked on last
	due      time.Time      // when the state must have changed
	timer    *time.Timer    // runs expired, not later than due
	fires    time.Time      // when timer does
	process  *os.Process    // nil before it runs and after it has ended
	asked    bool           // it has asked for work once
	stopping bool
	mercy    *time.Timer // ends a process that was told to end and does not
	closed   bool        // the API takes no more connections
	killed   *failure    // why it was killed
	initFail []byte      // what it said of its failed start
	how      error       // how it ended, set before gone is closed
}

func newInstance(p *pool) *instance {
	i := &instance{pool: p, output: newOutput(p.core.Logger(), p.fn.Name), gone: make(chan struct{}), conns: map[*conn]struct{}{}}
	i.wait(p.initTime())
	return i
}

// initTime is how long a process may take until it asks for work.
func (p *pool) initTime() time.Duration { return max(initTime, p.cfg.Timeout) }

// become changes the state. The pool's lock is held, as for all that follows but run, start and finish.
func (i *instance) become(s state) {
	if _, alive := i.pool.alive[i]; alive {
		i.pool.counts[i.state]--
		i.pool.counts[s]++
	}
	i.state = s
}

// wait has expired run when nothing has changed for d. A timer that runs out earlier is left as it is, so that calls in a row
// need not touch it.
func (i *instance) wait(d time.Duration) {
	now := time.Now()
	i.due = now.Add(d)
	switch {
	case i.timer == nil:
		i.timer = time.AfterFunc(d, i.expired)
	case !i.fires.Before(now) && !i.fires.After(i.due):
		return
	default:
		i.timer.Reset(d)
	}
	i.fires = i.due
}

// expired ends a process that has not done in time what it should, or that was idle for long.
func (i *instance) expired() {
	i.pool.mu.Lock()
	defer i.pool.mu.Unlock()
	if i.state == ended {
		return
	}
	if left := time.Until(i.due); left > 0 {
		i.fires = i.due
		i.timer.Reset(left)
		return
	}
	switch i.state {
	case ready:
		i.stop()
	case starting:
		i.kill(timedOut(i.pool.initTime()))
	default:
		i.kill(timedOut(i.pool.cfg.Timeout))
	}
}

// begin has the process, which waits for work, work on v, and returns the connection that v is to be written to. Until it asks for
// more it may take the function's timeout, as in Lambda: an answer alone does not stop the clock.
func (i *instance) begin(v *invocation) *conn {
	if bytes.Equal(v.id, i.lastID) {
		v.renew() // an answer to the one before must not be taken for one to this one
	}
	i.lastID = append(i.lastID[:0], v.id...)
	i.output.about(v.id)
	k := i.asker
	i.asker, i.current = nil, v
	i.become(running)
	i.wait(i.pool.cfg.Timeout)
	v.expires = i.due
	return k
}

// ask notes that the process asks for work on k, and returns what there is for it at once, if any; ok is false when it may not
// ask. A later question takes the place of an earlier one, whose connection the process may have given up.
func (i *instance) ask(k *conn) (v *invocation, ok bool) {
	p := i.pool
	if v := i.current; v != nil && v.broken {
		i.settle(v, func() { v.fail(truncated().about(v.id).payload()) })
	}
	if i.state == running || i.state == ended || i.initFail != nil {
		return nil, false
	}
	if i.asker != nil {
		i.asker.c.Close()
	}
	i.asker, i.asked = k, true
	if i.state == ready {
		return nil, true
	}
	failing := p.delays.length > 0
	p.delays.started()
	if v = p.line.pop(); v != nil {
		i.begin(v)
		v.writing = true
		if failing {
			p.grow(true) // the others need not try whether it starts
		}
		return v, true
	}
	i.become(ready)
	p.idle = append(p.idle, i)
	i.wait(p.cfg.Idle)
	return nil, true
}

// unask notes that k, on which the process has asked for work, has broken. It may ask again, soon.
func (i *instance) unask(k *conn) {
	if i.asker != k {
		return
	}
	i.asker = nil
	if i.state != ready {
		return
	}
	i.pool.retire(i)
	i.become(answered)
	i.wait(i.pool.initTime())
}

// giveBack takes v back: it could not be written to the process, which may ask again. Its place is at the front of the line,
// unless another process waits for work: then giveBack returns the connection that v is to be written to.
func (i *instance) giveBack(v *invocation) *conn {
	p := i.pool
	if i.current != v || i.state != running || v.claimed || v.ended {
		return nil
	}
	v.kept = true // whoever could not write it may still look at it
	i.current = nil
	i.become(answered)
	i.wait(p.initTime())
	if v.abandoned || p.closed {
		v.drop(function.ErrUnreachable)
		return nil
	}
	if other := p.takeIdle(); other != nil {
		return other.begin(v)
	}
	p.line.pushFront(v)
	p.grow(true)
	return nil
}

// settle notes that v, which ended is about to end, is not what the process works on any more.
func (i *instance) settle(v *invocation, ended func()) {
	if i.current == v {
		i.current, i.stream = nil, nil
		if i.state == running {
			i.become(answered)
		}
	}
	left := v.abandoned // behind its end v is the caller's, unless that one has left
	ended()
	if left {
		i.pool.recycle(v)
	}
}

// kill ends the process at once, for a reason that the caller is told.
func (i *instance) kill(why failure) {
	if i.killed == nil {
		i.killed = &why
	}
	i.leave()
	if i.process != nil {
		endGroup(i.process, true)
	}
}

// stop has the process end, and ends it when it does not.
func (i *instance) stop() {
	i.stopping = true
	i.leave()
	if i.process == nil {
		return // start looks
	}
	endGroup(i.process, false)
	if i.mercy != nil {
		return
	}
	i.mercy = time.AfterFunc(grace, func() {
		i.pool.mu.Lock()
		defer i.pool.mu.Unlock()
		if i.process != nil {
			endGroup(i.process, true)
		}
	})
}

// leave takes the process out of work.
func (i *instance) leave() {
	i.pool.retire(i)
	i.become(ended)
}

// reason is why the process has ended, as the caller of the request with an id is told.
func (i *instance) reason(id []byte) []byte {
	switch {
	case i.initFail != nil:
		return i.initFail
	case i.killed != nil:
		return i.killed.about(id).payload()
	case i.cmd == nil || i.cmd.Process == nil: // it was never started
		return failure{"Runtime.InvalidEntrypoint", i.how.Error()}.about(id).payload()
	default:
		return exited(i.how).about(id).payload()
	}
}
