// Command demo runs the orders: the old service, DynamoDB and SQS on this machine, and the gateway in front of them, all on
// free ports. It prints requests to try, and the gateway logs what it is asked until the demo is interrupted.
package main

import (
	"context"
	"errors"
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
	"github.com/gatewright/gatewright/examples/orders/legacy"
	"github.com/gatewright/gatewright/examples/orders/local"
	"github.com/gatewright/gatewright/golden/peers"
)

func main() {
	path := flag.String("gateway", "bin/orders", "program of the gateway")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := demo(ctx, *path); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// demo serves until ctx ends or the gateway does.
func demo(ctx context.Context, path string) (err error) {
	service, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := http.Server{Handler: new(legacy.Service).Handler(), ReadHeaderTimeout: 5 * time.Second}
	defer server.Close()
	go func() {
		if err := server.Serve(service); err != http.ErrServerClosed {
			slog.Error("the old service stopped", "err", err)
		}
	}()
	dynamoDB, err := peers.StartDynamoDB()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dynamoDB.Close()) }()
	queues, err := peers.StartQueues()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, queues.Close()) }()
	if err := errors.Join(local.CreateTable(ctx, dynamoDB.URL, "receipts"), local.CreateQueue(ctx, queues.URL, "reminders")); err != nil {
		return err
	}
	gateway := program.Gateway{
		Path: path, Args: []string{"--stage", "prod", "--stage-variable", "legacyHost=" + service.Addr().String()},
		Env: local.Environment(dynamoDB.URL, queues.URL),
	}
	return gateway.Run(ctx, invite)
}

// invite prints requests to try.
func invite(at program.Addresses) {
	fmt.Printf(`
Orders are taken. Try:

  curl -i -d '{"customer":"Ann","lines":[{"sku":"A-1"}]}' -H 'Content-Type: application/json' http://%[1]s/orders
  curl -i -X PUT -d '{"paid":12.5,"by":"Ann"}' -H 'Content-Type: application/json' http://%[1]s/orders/1001/receipt
  curl -i http://%[1]s/orders/1001/receipt
  curl -i -X POST http://%[1]s/orders/1001/reminders

The admin pages are at http://%[2]s (/routes, /metrics, /healthz). Ctrl-C ends it all.

`, at.Listen, at.Admin)
}
