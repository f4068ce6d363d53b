// Command backend serves the old service that the orders' gateway asks.
package main

import (
	"flag"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/gatewright/gatewright/examples/orders/legacy"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8083", "address to serve on")
	flag.Parse()
	server := http.Server{Addr: *listen, Handler: new(legacy.Service).Handler(), ReadHeaderTimeout: 5 * time.Second}
	slog.Info("orders are taken", "address", *listen)
	if err := server.ListenAndServe(); err != nil {
		slog.Error("backend stopped", "err", err)
		os.Exit(1)
	}
}
