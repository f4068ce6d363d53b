package process

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ownGroup has a process lead a group of its own, and end with the thread that started it.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// await waits until the process has ended. It is not reaped, so that its number still stands for its group.
func await(p *os.Process) {
	for {
		err := unix.Waitid(unix.P_PID, p.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return
		}
	}
}

// memoryInterval is how often memory is looked at.
const memoryInterval = 100 * time.Millisecond

// watchMemory kills i when it has more memory than it may. It ends when the function that it returns is called.
func (p *pool) watchMemory(i *instance) (stop func()) {
	if p.cfg.MemoryMiB == 0 {
		return func() {}
	}
	ended, quit := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(memoryInterval)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			if residentPages(i.cmd.Process.Pid, 0)*int64(os.Getpagesize()) > int64(p.cfg.MemoryMiB)<<20 {
				i.kill(outOfMemory())
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-ended
	}
}

// deepest bounds how far children of children are followed.
const deepest = 16

// residentPages is the resident memory of a process and of those that it has started, in pages. One that has just ended has
// none.
func residentPages(pid, depth int) int64 {
	dir := "/proc/" + strconv.Itoa(pid)
	var pages int64
	if text, err := os.ReadFile(dir + "/statm"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			pages, _ = strconv.ParseInt(fields[1], 10, 64) // the kernel writes numbers
		}
	}
	if depth == deepest {
		return pages
	}
	threads, err := os.ReadDir(dir + "/task")
	if err != nil {
		return pages
	}
	for _, thread := range threads {
		text, err := os.ReadFile(dir + "/task/" + thread.Name() + "/children")
		if err != nil {
			continue
		}
		for _, child := range strings.Fields(string(text)) {
			if n, err := strconv.Atoi(child); err == nil {
				pages += residentPages(n, depth+1)
			}
		}
	}
	return pages
}
