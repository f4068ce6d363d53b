package main

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// printMachine says what the numbers were measured on.
func (b *bench) printMachine() {
	cpu := "unknown CPU"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				cpu = strings.TrimSpace(value)
				break
			}
		}
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	b.printf("%s, %d cores, Linux %s, %s\n", cpu, runtime.NumCPU(), strings.TrimSpace(string(kernel)), runtime.Version())
	for _, peer := range [][]string{{"nginx", "-v"}, {"haproxy", "-v"}, {"wrk", "-v"}} {
		// wrk's status is 1 even when it prints its version.
		if out, _ := exec.Command(peer[0], peer[1:]...).CombinedOutput(); len(out) > 0 {
			first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
			b.printf("%s\n", first)
		}
	}
	if !b.pinning() {
		b.printf("not pinned: cores %d and %d are not two cores of this machine; expect more noise\n", b.core, b.loadCore)
	}
	if b.quick {
		b.printf("quick: a smoke run, its numbers mean nothing\n")
	}
}
