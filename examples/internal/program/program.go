// Package program runs a gateway's program for a demo, until the demo is interrupted or the gateway ends. It must not know
// which gateway it is.
package program

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Addresses are where a gateway listens.
type Addresses struct {
	Listen string `json:"listen"`
	Admin  string `json:"admin_listen"`
}

// Gateway is a program that is to be run.
type Gateway struct {
	Path string   // of the program
	Args []string // beside those that give it free ports
	Env  []string // beside the environment
}

// Run runs the gateway on free ports and calls ready once it listens.
func (g Gateway) Run(ctx context.Context, ready func(Addresses)) error {
	scratch, err := os.MkdirTemp("", "demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	file := filepath.Join(scratch, "ready.json")
	args := []string{"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--ready-file", file, "--access-log", "stdout", "--drain-timeout", "1s"}
	cmd := exec.CommandContext(ctx, g.Path, append(args, g.Args...)...)
	cmd.Env = append(os.Environ(), g.Env...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for told := false; ; {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				return nil // interrupted, and drained
			}
			return fmt.Errorf("the gateway ended: %w", err)
		case <-look.C:
			if at, ok := read(file); ok && !told {
				ready(at)
				told = true
				look.Stop()
			}
		}
	}
}

// read returns the addresses of a gateway that is ready.
func read(file string) (Addresses, bool) {
	var at Addresses
	text, err := os.ReadFile(file)
	if err != nil {
		return at, false
	}
	return at, json.Unmarshal(text, &at) == nil
}
