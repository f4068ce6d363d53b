// Command orders serves the orders' API; `orders --help` lists its flags.
package main

import (
	"github.com/gatewright/gatewright/examples/orders/gateway"
	"github.com/gatewright/gatewright/runtime/server"
)

func main() { server.Main(gateway.New) }
