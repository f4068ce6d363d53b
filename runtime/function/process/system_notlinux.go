//go:build !linux

package process

import "os/exec"

// waitFor waits until the process has ended, and returns how. ended is called when it is reaped: its group keeps its number
// as long as anything of it runs.
func waitFor(cmd *exec.Cmd, ended func()) error {
	err := cmd.Wait()
	ended()
	return err
}

// watchMemory does nothing: memory is bounded on Linux only.
func (*instance) watchMemory() (stop func()) { return func() {} }
