package cli

import (
	"fmt"
	goruntime "runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/runtime/abi"
)

func (c *command) versionVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of gatewright",
		Long: `Version prints the version of this command, the Go version it was built with, and the range of the interface between
generated code and runtime that it knows.

Exit codes: 0 success; 2 a wrong command line.`,
		Example: `  gatewright version`,
		Args:    exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintf(c.out, "gatewright %s %s abi %d-%d\n", version(), goruntime.Version(), abi.Min, abi.Max)
			return nil
		},
	}
}

// version is the released version, or "devel" with the commit where the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if info.Main.Path == modulePath && info.Main.Sum != "" {
		return info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && len(setting.Value) >= 12 {
			return "devel-" + setting.Value[:12]
		}
	}
	return "devel"
}
