//go:build !unix

package process

import (
	"os"
	"syscall"
)

// ownGroup is not to be had here: what a process has started may outlive it.
func ownGroup() *syscall.SysProcAttr { return nil }

// endGroup ends a process at once; it cannot be asked here.
func endGroup(p *os.Process, _ bool) { p.Kill() }
