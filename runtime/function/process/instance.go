package process

import (
	"net"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// instance is one process with the API that it alone speaks to.
type instance struct {
	pool  *pool
	ready bool             // it has asked for work; under the pool's lock, as naps is
	naps  *time.Timer      // ends it when it was idle for long
	work  chan *invocation // what it is given; never more than one

	cmd      *exec.Cmd
	server   *server
	gone     chan struct{} // closed when the process has ended
	output   *output
	answered atomic.Bool // it has answered, and not asked for more yet

	mu       sync.Mutex
	asking   bool        // it waits for work
	current  *invocation // what it works on
	expiry   *time.Timer // it must ask for more work until then
	initFail []byte      // what it said of its failed start
	killed   *failure    // why it was killed
	process  *os.Process // nil before it runs and after it has ended
	stopping bool
}

func newInstance(p *pool) *instance {
	return &instance{pool: p, work: make(chan *invocation, 1), gone: make(chan struct{}), output: newOutput(p)}
}

// give gives i what to work on; it is idle, or about to ask.
func (i *instance) give(v *invocation) {
	if i.naps != nil {
		i.naps.Stop()
	}
	i.work <- v
}

// rest ends i unless it gets work within the time.
func (i *instance) rest(within time.Duration) {
	if i.naps == nil {
		i.naps = time.AfterFunc(within, func() {
			if i.pool.retire(i) { // nobody gives it work any more
				i.stop()
			}
		})
		return
	}
	i.naps.Reset(within)
}

// run runs the process from its start to its end.
func (i *instance) run() {
	how := i.start()
	if how == nil {
		slow := time.AfterFunc(initTime, i.slow)
		watched := i.pool.watchMemory(i)
		await(i.cmd.Process)
		slow.Stop()
		watched()
		i.end()
		how = i.cmd.Wait()
		i.output.close()
	}
	i.finish(how)
}

// start starts the process and its API.
func (i *instance) start() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	i.server = newServer(listener, i.serve)
	p := i.pool
	i.cmd = &exec.Cmd{
		Path: p.program, Args: p.cfg.Command, Dir: p.cfg.Dir,
		Env:         append(p.env[:len(p.env):len(p.env)], "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String()),
		SysProcAttr: ownGroup(),
	}
	stdout, stderr, err := i.output.pipes()
	if err != nil {
		return err
	}
	i.cmd.Stdout, i.cmd.Stderr = stdout, stderr
	err = p.starter.start(i.cmd)
	stdout.Close()
	stderr.Close()
	if err != nil {
		i.output.close()
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.process = i.cmd.Process; i.stopping {
		endGroup(i.process, true)
	}
	return nil
}

// slow kills a process that does not ask for work.
func (i *instance) slow() {
	i.pool.mu.Lock()
	ready := i.ready
	i.pool.mu.Unlock()
	if !ready {
		i.kill(failure{"Sandbox.Timedout", "Runtime does not ask for work within " + initTime.String()})
	}
}

// ask notes that the process asks for work, and reports whether it may.
func (i *instance) ask() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.asking || i.current != nil {
		return false
	}
	i.asking = true
	i.answered.Store(false)
	if i.expiry != nil {
		i.expiry.Stop()
	}
	return true
}

// begin notes what the process works on now. Until it asks for more it may take the function's timeout, as in Lambda: an
// answer alone does not stop the clock. A nil invocation is no work after all.
func (i *instance) begin(v *invocation) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asking, i.current = false, v
	if v == nil {
		return
	}
	i.output.about(v.id)
	limit := i.pool.cfg.Timeout
	if i.expiry == nil {
		i.expiry = time.AfterFunc(limit, func() { i.kill(timedOut(limit)) })
	} else {
		i.expiry.Reset(limit)
	}
}

// done ends the invocation with the id, if that is what the process works on, and returns it.
func (i *instance) done(id string) *invocation {
	i.mu.Lock()
	defer i.mu.Unlock()
	v := i.current
	if v == nil || v.id != id {
		return nil
	}
	i.current = nil
	i.answered.Store(true)
	return v
}

// kill ends the process at once, for a reason that the caller is told.
func (i *instance) kill(why failure) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.killed == nil {
		i.killed = &why
	}
	if i.process != nil {
		endGroup(i.process, true)
	}
}

// end ends what the process has started, and the process itself if it has not ended.
func (i *instance) end() {
	i.mu.Lock()
	defer i.mu.Unlock()
	endGroup(i.process, true)
	i.process = nil
}

// stop has the process end, and ends it when it does not.
func (i *instance) stop() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.stopping = true; i.process == nil {
		return
	}
	endGroup(i.process, false)
	time.AfterFunc(grace, func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.process != nil {
			endGroup(i.process, true)
		}
	})
}

// finish cleans up behind a process that has ended, or that could not be started.
func (i *instance) finish(how error) {
	close(i.gone)
	if i.server != nil {
		i.server.close()
	}
	i.pool.mu.Lock()
	if i.naps != nil {
		i.naps.Stop()
	}
	i.pool.mu.Unlock()
	i.mu.Lock()
	v := i.current
	i.current = nil
	if i.expiry != nil {
		i.expiry.Stop()
	}
	why := i.reason(how)
	i.mu.Unlock()
	if v != nil {
		v.fail(why(v.id))
	}
	i.tell(v, why)
	i.pool.lost(i, why)
	select {
	case missed := <-i.work: // given, but never fetched
		i.pool.submit(missed)
	default:
	}
}

// reason is why the process has ended, as the caller of the request with an id is told. i.mu is held.
func (i *instance) reason(how error) func(id string) []byte {
	killed, initFail := i.killed, i.initFail
	switch {
	case killed != nil:
		return killed.payload
	case initFail != nil:
		return func(string) []byte { return initFail }
	case i.cmd == nil || i.cmd.Process == nil: // it was never started
		return failure{"Runtime.InvalidEntrypoint", how.Error()}.payload
	default:
		return exited(how).payload
	}
}

// tell logs an end that nobody asked for.
func (i *instance) tell(v *invocation, why func(id string) []byte) {
	p := i.pool
	i.mu.Lock()
	expected := i.stopping && i.killed == nil
	i.mu.Unlock()
	if expected {
		return
	}
	id := ""
	if v != nil {
		id = v.id
	}
	p.core.Logger().Warn("a function's process ended", "function", p.fn.Name, "requestId", id, "error", cut(why(id)))
}
