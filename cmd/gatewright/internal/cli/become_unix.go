//go:build unix

package cli

import (
	"os"
	"syscall"
)

// become replaces this process by program. It returns only when that fails.
func become(program string, args []string) error {
	return syscall.Exec(program, append([]string{program}, args...), os.Environ())
}
