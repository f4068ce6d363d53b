// Command gatewright compiles API gateways: it reads an OpenAPI document and writes the Go program that serves it.
//
// Its verbs are init, generate, build, run, check, test, routes, explain, version and completion; `gatewright VERB
// --help` is the manual of each.
package main

import (
	"context"
	"os"

	"github.com/gatewright/gatewright/cmd/gatewright/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
