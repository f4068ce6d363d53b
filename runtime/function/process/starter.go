package process

import (
	"os/exec"
	"runtime"
	"sync"
)

// starter starts processes, all from one thread that lives as long as the pool does: on Linux the kernel ends a process
// when the thread that started it ends (Pdeathsig). So nothing survives a gateway that was killed, and nothing dies with
// one of the threads that come and go.
type starter struct {
	once  sync.Once
	ask   chan startRequest
	ended chan struct{}
}

type startRequest struct {
	cmd  *exec.Cmd
	done chan error
}

func newStarter() *starter {
	return &starter{ask: make(chan startRequest), ended: make(chan struct{})}
}

// start starts cmd.
func (s *starter) start(cmd *exec.Cmd) error {
	s.once.Do(func() { go s.run() })
	done := make(chan error)
	s.ask <- startRequest{cmd, done}
	return <-done
}

func (s *starter) run() {
	runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
	defer close(s.ended)
	for r := range s.ask {
		r.done <- r.cmd.Start()
	}
}

// close ends the thread. All processes have ended before.
func (s *starter) close() {
	close(s.ask)
	s.once.Do(func() { close(s.ended) }) // nothing was ever started
	<-s.ended
}
