//go:build unix

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// process is a running gateway through all its generations: each starts its successor, which takes over the sockets.
type process struct {
	program string
	dir     string
	args    []string
	ready   string // the file in which the serving generation says who it is

	first *os.Process   // nil until started
	gone  chan struct{} // closed when the last generation has ended
	err   error         // how the first generation ended; set before gone is closed
}

// readyWait is how long a generation may take until it serves. patience is how often that is looked for.
const (
	readyWait = 30 * time.Second
	patience  = 10 * time.Millisecond
)

// newProcess prepares the gateway that is built in s, to be run in dir with args.
func newProcess(s scratch, dir string, args []string) (*process, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	p := &process{program: s.program(), dir: dir, args: args, gone: make(chan struct{})}
	for _, arg := range args {
		if path, ok := strings.CutPrefix(arg, "--ready-file="); ok {
			p.ready = path
		}
	}
	if p.ready == "" {
		p.ready = filepath.Join(s.dir, fmt.Sprintf("ready-%d.json", os.Getpid()))
		p.args = append([]string{"--ready-file=" + p.ready}, args...)
	}
	if !filepath.IsAbs(p.ready) {
		p.ready = filepath.Join(dir, p.ready)
	}
	return p, nil
}

// renew starts the gateway, or has the running one start its successor, and waits until it serves.
func (p *process) renew(ctx context.Context, c *command) error {
	if p.first == nil {
		if err := p.start(c); err != nil {
			return err
		}
		return p.await(ctx, 0)
	}
	old, err := p.pid()
	if err != nil {
		return err
	}
	if err := syscall.Kill(old, syscall.SIGUSR2); err != nil {
		return fmt.Errorf("handing over: %w", err)
	}
	return p.await(ctx, old)
}

// start starts the first generation, out of reach of the terminal's signals: this process says when it ends.
func (p *process) start(c *command) error {
	if err := os.RemoveAll(p.ready); err != nil {
		return err
	}
	cmd := exec.Command(p.program, p.args...)
	cmd.Dir = p.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = piped{c.out}, piped{c.err}
	if err := cmd.Start(); err != nil {
		return err
	}
	p.first = cmd.Process
	go func() {
		p.err = cmd.Wait()
		close(p.gone)
	}()
	return nil
}

// await waits until a generation other than old serves.
func (p *process) await(ctx context.Context, old int) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for {
		if pid, err := p.pid(); err == nil && pid != old {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("the new gateway does not become ready")
		case <-p.gone:
			return nil // the loop tells
		case <-tick.C:
		}
	}
}

// pid is the generation that serves.
func (p *process) pid() (int, error) {
	text, err := os.ReadFile(p.ready)
	if err != nil {
		return 0, err
	}
	var said struct{ PID int }
	if err := json.Unmarshal(text, &said); err != nil {
		return 0, fmt.Errorf("%s: %w", p.ready, err)
	}
	return said.PID, nil
}

// stop has the serving generation drain, and waits until all are gone.
func (p *process) stop() error {
	if p.first == nil {
		return nil
	}
	pid, err := p.pid()
	if err != nil {
		pid = p.first.Pid // not ready yet
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	<-p.gone
	return os.RemoveAll(p.ready)
}

// failure is what became of a gateway that nobody stopped.
func (p *process) failure() error {
	var exit *exec.ExitError
	if errors.As(p.err, &exit) && exit.ExitCode() > 0 {
		return exitCode(exit.ExitCode()) // it has said why
	}
	if p.err != nil {
		return fmt.Errorf("the gateway ended: %w", p.err)
	}
	return errors.New("the gateway ended")
}
