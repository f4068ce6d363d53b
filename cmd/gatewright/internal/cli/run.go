package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/gen"
)

func (c *command) runVerb() *cobra.Command {
	var document documentFlags
	var gateway handedOn
	var watch bool
	cmd := &cobra.Command{
		Use:   "run [gateway flags] SPEC… [-- gateway arguments]",
		Short: "Build a gateway and run it",
		Long: `Run builds the gateway of SPEC as build does and runs it in the document's folder, with the gateway's own flags handed
on; so are all arguments behind "--".

With --watch, a change of the document or of a file that it reaches builds a new gateway, which takes over the
listening sockets without dropping a request. While the document has errors, the last good gateway goes on serving.

Exit codes: those of the gateway; 1 errors in the document or a build that failed; 2 a wrong command line.`,
		Example: `  gatewright run openapi.yaml
  gatewright run --watch --listen :9000 openapi.yaml
  gatewright run --stage prod --upstream pets=http://127.0.0.1:8081 openapi.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			specs, _ := atDash(cmd, args)
			return someSpec(cmd, specs)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			specs, rest := atDash(cmd, args)
			options, err := document.options(cmd, specs, scratchPackage)
			if err != nil {
				return err
			}
			if flag, part := gateway.missing(options.With); flag != "" {
				return usagef(cmd, "--%s needs --with %s", flag, part)
			}
			gatewayArgs := append(gateway.args, rest...)
			if watch {
				return c.watch(cmd.Context(), options, gatewayArgs)
			}
			return c.run(cmd.Context(), options, gatewayArgs)
		},
	}
	document.register(cmd)
	cmd.Flags().BoolVar(&watch, "watch", false, "rebuild on change and hand over without dropping a request")
	gateway.register(cmd)
	return cmd
}

// atDash splits arguments at "--".
func atDash(cmd *cobra.Command, args []string) (before, behind []string) {
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		return args[:n], args[n:]
	}
	return args, nil
}

// program is where the scratch module's program goes.
func (s scratch) program() string { return filepath.Join(s.dir, "bin", "gateway") }

// run builds the gateway and becomes it: signals, streams and the exit code are then the gateway's own.
func (c *command) run(ctx context.Context, options gen.Options, args []string) error {
	h, err := findHome(ctx, ".")
	if err != nil {
		return err
	}
	s, err := newScratch(options.Document, h)
	if err != nil {
		return err
	}
	if _, err := c.buildIn(ctx, s, options, s.program()); err != nil {
		return err
	}
	if err := os.Chdir(filepath.Dir(options.Document)); err != nil {
		return err
	}
	return fmt.Errorf("running %s: %w", s.program(), become(s.program(), args))
}
