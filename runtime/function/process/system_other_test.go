//go:build !unix

package process

import (
	"os"
	"time"
)

// hasEnded reports whether a process is no more.
func hasEnded(pid int) bool {
	_, err := os.FindProcess(pid)
	return err != nil
}

// processorTime is not measured here.
func processorTime() time.Duration { return 0 }
