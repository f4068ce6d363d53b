// Command plain serves the library; `plain --help` lists its flags.
package main

import (
	"github.com/gatewright/gatewright/examples/plain/gateway"
	"github.com/gatewright/gatewright/runtime/server"
)

func main() { server.Main(gateway.New) }
