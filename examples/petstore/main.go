// Command petstore serves the pet store's API; `petstore --help` lists its flags.
package main

import (
	"github.com/gatewright/gatewright/examples/petstore/gateway"
	"github.com/gatewright/gatewright/runtime/server"
)

func main() { server.Main(gateway.New) }
