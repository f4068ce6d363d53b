// Command backend serves the pets that the pet store's gateway asks for, and logs every request.
package main

import (
	"flag"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/gatewright/gatewright/examples/petstore/pets"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8081", "address to serve on")
	flag.Parse()
	if err := serve(*listen); err != nil {
		slog.Error("backend stopped", "err", err)
		os.Exit(1)
	}
}

func serve(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	slog.Info("pets are served", "address", listener.Addr().String())
	server := http.Server{Handler: pets.Logged(pets.NewShop().Handler()), ReadHeaderTimeout: 5 * time.Second}
	return server.Serve(listener)
}
