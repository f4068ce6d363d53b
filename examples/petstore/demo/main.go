// Command demo runs the pet store: the service that keeps the pets, and the gateway in front of it, both on free ports.
// It prints requests to try, and both log what they are asked until the demo is interrupted.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gatewright/gatewright/examples/petstore/pets"
)

func main() {
	program := flag.String("gateway", "bin/petstore", "program of the gateway")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := demo(ctx, *program); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// demo serves until ctx ends or the gateway does.
func demo(ctx context.Context, program string) error {
	backend, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := http.Server{Handler: pets.Logged(pets.NewShop().Handler()), ReadHeaderTimeout: 5 * time.Second}
	defer server.Close()
	go func() {
		if err := server.Serve(backend); err != http.ErrServerClosed {
			slog.Error("the backend stopped", "err", err)
		}
	}()
	scratch, err := os.MkdirTemp("", "petstore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	return withGateway(ctx, program, "http://"+backend.Addr().String(), filepath.Join(scratch, "ready.json"))
}

// withGateway runs the gateway in front of backend. ready is the file in which it says where it listens.
func withGateway(ctx context.Context, program, backend, ready string) error {
	cmd := exec.CommandContext(ctx, program, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
		"--upstream", "pets="+backend, "--ready-file", ready, "--access-log", "stdout", "--drain-timeout", "1s")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for invited := false; ; {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				return nil // interrupted, and drained
			}
			return fmt.Errorf("the gateway ended: %w", err)
		case <-look.C:
			if at, ok := readyAt(ready); ok && !invited {
				invite(at)
				invited = true
				look.Stop()
			}
		}
	}
}

// addresses is what a gateway writes to its ready file.
type addresses struct {
	Listen string `json:"listen"`
	Admin  string `json:"admin_listen"`
}

// readyAt returns the addresses of a gateway that is ready.
func readyAt(file string) (addresses, bool) {
	var at addresses
	text, err := os.ReadFile(file)
	if err != nil {
		return at, false
	}
	return at, json.Unmarshal(text, &at) == nil
}

// invite prints requests to try.
func invite(at addresses) {
	fmt.Printf(`
The pet store is open. Try:

  curl -i 'http://%[1]s/prod/pets?type=dog'
  curl -i -d '{"name":"Ada","kind":"owl"}' -H 'Content-Type: application/json' http://%[1]s/prod/pets
  curl -i http://%[1]s/prod/nothing/here

The admin pages are at http://%[2]s (/routes, /metrics, /healthz). Ctrl-C ends it all.

`, at.Listen, at.Admin)
}
