package cli

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/gen/diag"
)

// formats are the forms that check tells findings in.
var formats = map[string]func(io.Writer, *diag.List) error{
	"text": func(w io.Writer, findings *diag.List) error {
		return diag.WriteText(w, findings, diag.TextOptions{Color: wantsColor(w)})
	},
	"json":   diag.WriteJSON,
	"sarif":  func(w io.Writer, findings *diag.List) error { return diag.WriteSARIF(w, findings, version()) },
	"github": diag.WriteGitHub,
}

func (c *command) checkVerb() *cobra.Command {
	var document documentFlags
	var format string
	var strict bool
	names := slices.Sorted(maps.Keys(formats))
	cmd := &cobra.Command{
		Use:   "check SPEC…",
		Short: "Say what is wrong with a document",
		Long: `Check reads SPEC and prints what is wrong with it, and what of it the gateway could not do. Nothing is written to disk.

The findings go to standard output: as text for people, as json for programs, as sarif for code scanners, and as github
for annotations of GitHub Actions.

Exit codes: 0 no errors; 1 errors, or warnings with --strict; 2 a wrong command line.`,
		Example: `  gatewright check openapi.yaml
  gatewright check --strict --format github openapi.yaml
  gatewright check --format sarif openapi.yaml > findings.sarif`,
		Args: someSpec,
		RunE: func(cmd *cobra.Command, args []string) error {
			render, ok := formats[format]
			if !ok {
				return usagef(cmd, "--format %s: want one of %s", format, strings.Join(names, ", "))
			}
			options, err := document.options(cmd, args, "gateway")
			if err != nil {
				return err
			}
			progress := c.progress()
			progress.step("checking %s", args[0])
			findings := gen.Check(cmd.Context(), options)
			progress.done()
			if err := render(c.out, findings); err != nil {
				return err
			}
			if findings.Errors() > 0 || strict && findings.Warnings() > 0 {
				return exitCode(exitFindings)
			}
			return nil
		},
	}
	document.register(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "`FORM` of the findings: "+strings.Join(names, ", "))
	cmd.Flags().BoolVar(&strict, "strict", false, "fail on warnings too")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// tell prints findings for people, and fails when there are errors among them.
func (c *command) tell(findings *diag.List) error {
	if findings.Len() > 0 {
		if err := diag.WriteText(c.err, findings, diag.TextOptions{Color: wantsColor(c.err)}); err != nil {
			return err
		}
	}
	if findings.Errors() > 0 {
		return exitCode(exitFindings)
	}
	return nil
}
