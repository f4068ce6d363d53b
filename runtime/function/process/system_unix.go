//go:build unix

package process

import (
	"os"
	"syscall"
)

// endGroup ends a process with all that it has started: at once, or by asking. A group that has ended already is no error.
func endGroup(p *os.Process, now bool) {
	signal := syscall.SIGTERM
	if now {
		signal = syscall.SIGKILL
	}
	syscall.Kill(-p.Pid, signal)
}
