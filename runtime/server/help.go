package server

import (
	"bufio"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	gw "github.com/gatewright/gatewright/runtime"
)

// printHelp writes the manual of a gateway's program.
func printHelp(w io.Writer, name string) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "Usage: %s [flags]\n\nServes the API until SIGTERM or SIGINT.\n\nFlags:\n", name)
	for _, o := range options() {
		head := "--" + o.name
		if o.value != "" {
			head += " " + o.value
		}
		fmt.Fprintf(out, "  %s\n      %s\n", head, strings.ReplaceAll(o.help, "\n", "\n      "))
	}
	fmt.Fprintf(out, `
Each flag may be given in the environment as well: --drain-timeout as GATEWRIGHT_DRAIN_TIMEOUT. A flag wins over the
environment, and both over --overrides and the document. Where a flag repeats, the environment separates by blanks.

Signals:
  SIGTERM, SIGINT   fail /readyz, wait --drain-delay, stop listening, finish requests, exit 0
  SIGHUP            read certificates, secrets, keys and --overrides again
  SIGUSR2           start this program's file anew with the same sockets, and drain once it is ready

Examples:
  %[1]s
  %[1]s --listen :443 --tls-cert cert.pem --tls-key key.pem --plain-listen :80 --https-redirect
  %[1]s --stage prod --stage-variable backend=pets.internal --upstream pets=http://10.0.0.1:8080,http://10.0.0.2:8080
  %[1]s --listen 127.0.0.1:0 --admin-listen off --ready-file ready.json --access-log stderr
  GATEWRIGHT_LISTEN=:9000 %[1]s --log-format json
`, name)
	return out.Flush()
}

// printVersion says what the gateway is and what it was built from.
func printVersion(w io.Writer, api *gw.API) error {
	_, err := fmt.Fprintf(w, "%s %s\ndeployment %s\nruntime    %s\ngo         %s %s/%s\n",
		api.Title, api.Version, api.Deployment, moduleVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// moduleVersion is the version of the runtime that this program was linked with.
func moduleVersion() string {
	const module = "github.com/gatewright/gatewright"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	found := info.Main
	for _, dep := range info.Deps {
		if dep.Path == module {
			found = *dep
		}
	}
	if found.Path != module || found.Version == "" || found.Version == "(devel)" {
		return "development"
	}
	return found.Version
}
