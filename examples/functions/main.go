// Command functions serves one function from four places; `functions --help` lists its flags.
package main

import (
	"github.com/gatewright/gatewright/examples/functions/gateway"
	"github.com/gatewright/gatewright/runtime/server"
)

func main() { server.Main(gateway.New) }
