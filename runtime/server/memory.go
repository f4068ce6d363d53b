package server

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
)

// Memory policy: a gateway's live heap is small and its garbage short-lived, so collecting at five times the live heap
// instead of twice costs some megabytes and saves most of the collector's work; near the container's limit the
// collector works as hard as it must.
const (
	gcPercent    = 400
	limitPercent = 80
)

// tuneMemory sets what the user has not set by GOGC or GOMEMLIMIT.
func tuneMemory(env func(string) (string, bool)) {
	if v, ok := env("GOGC"); !ok || v == "" {
		debug.SetGCPercent(gcPercent)
	}
	if v, ok := env("GOMEMLIMIT"); ok && v != "" {
		return
	}
	if limit := containerLimit("/sys/fs/cgroup/memory.max"); limit > 0 {
		debug.SetMemoryLimit(limit / 100 * limitPercent)
	}
}

// containerLimit reads a control group's limit; 0 when there is none.
func containerLimit(path string) int64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	if err != nil {
		return 0 // "max"
	}
	return n
}
