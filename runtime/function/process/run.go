package process

import (
	"bytes"
	"net"
	"os/exec"
	"time"
)

// run runs the process from its start to its end.
func (i *instance) run() {
	defer i.pool.gone.Done()
	how := i.start()
	if how == nil {
		watched := i.watchMemory()
		how = waitFor(i.cmd, func() {
			i.pool.mu.Lock()
			defer i.pool.mu.Unlock()
			i.leave()
			if i.process != nil {
				endGroup(i.process, true) // what it has started
				i.process = nil
			}
		})
		watched()
	}
	i.finish(how)
	i.output.close()
}

// start starts the process and its API.
func (i *instance) start() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	i.listener = listener
	i.tasks.Go(i.accept)
	p := i.pool
	cmd := &exec.Cmd{
		Path: p.program, Args: p.cfg.Command, Dir: p.cfg.Dir,
		Env:         append(p.env[:len(p.env):len(p.env)], "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String()),
		SysProcAttr: ownGroup(),
	}
	stdout, stderr, err := i.output.open()
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = p.starter.start(cmd)
	stdout.Close()
	stderr.Close()
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	i.cmd = cmd
	if i.process = cmd.Process; i.stopping || i.killed != nil {
		endGroup(i.process, true) // it was to end before it ran
	}
	return nil
}

// accept takes the process's connections.
func (i *instance) accept() {
	for {
		c, err := i.listener.Accept()
		if err != nil {
			i.unheard(err)
			return
		}
		i.pool.mu.Lock()
		if i.closed || len(i.conns) >= maxConnections {
			i.pool.mu.Unlock()
			c.Close()
			continue
		}
		k := newConn(i, c)
		i.conns[k] = struct{}{}
		i.pool.mu.Unlock()
		i.tasks.Go(k.serve)
	}
}

// unheard ends a process that cannot reach its API any more, unless it has ended.
func (i *instance) unheard(err error) {
	i.pool.mu.Lock()
	defer i.pool.mu.Unlock()
	if !i.closed {
		i.kill(failure{"Runtime.Unknown", "the runtime API cannot be reached: " + err.Error()})
	}
}

// finish cleans up behind a process that has ended, or that could not be started.
func (i *instance) finish(how error) {
	p := i.pool
	p.mu.Lock()
	i.leave()
	i.how, i.closed = how, true
	for k := range i.conns {
		_ = k.c.SetDeadline(time.Now().Add(grace)) // what it said last is still heard; its end comes at once, as a rule
	}
	if i.stream != nil {
		i.hurry(i.stream, i.current.id)
	}
	p.mu.Unlock()
	close(i.gone)
	if i.listener != nil {
		i.listener.Close()
	}
	i.tasks.Wait()
	p.mu.Lock()
	i.timer.Stop()
	if i.mercy != nil {
		i.mercy.Stop()
	}
	var id []byte
	if v := i.current; v != nil {
		id = bytes.Clone(v.id)
		i.settle(v, func() { v.fail(i.reason(id)) })
	}
	p.counts[i.state]--
	p.lost(i, !i.asked && (!i.stopping || i.killed != nil), i.reason)
	asked, why := i.stopping && i.killed == nil, i.reason(id)
	p.mu.Unlock()
	if !asked {
		p.core.Logger().Warn("a function's process ended", "function", p.fn.Name, "requestId", string(id), "error", cut(why))
	}
}
