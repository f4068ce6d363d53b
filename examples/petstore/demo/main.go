// Command demo runs the pet store: the service that keeps the pets, and the gateway in front of it, both on free ports.
// It prints requests to try, and both log what they are asked until the demo is interrupted.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gatewright/gatewright/examples/internal/program"
	"github.com/gatewright/gatewright/examples/petstore/pets"
)

func main() {
	path := flag.String("gateway", "bin/petstore", "program of the gateway")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := demo(ctx, *path); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// demo serves until ctx ends or the gateway does.
func demo(ctx context.Context, path string) error {
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
	gateway := program.Gateway{Path: path, Args: []string{"--upstream", "pets=http://" + backend.Addr().String()}}
	return gateway.Run(ctx, invite)
}

// invite prints requests to try.
func invite(at program.Addresses) {
	fmt.Printf(`
The pet store is open. Try:

  curl -i 'http://%[1]s/prod/pets?type=dog'
  curl -i -d '{"name":"Ada","kind":"owl"}' -H 'Content-Type: application/json' http://%[1]s/prod/pets
  curl -i http://%[1]s/prod/nothing/here

The admin pages are at http://%[2]s (/routes, /metrics, /healthz). Ctrl-C ends it all.

`, at.Listen, at.Admin)
}
