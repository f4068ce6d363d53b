package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/gen"
)

func (c *command) buildVerb() *cobra.Command {
	var document documentFlags
	var bin string
	cmd := &cobra.Command{
		Use:   "build -o BIN SPEC…",
		Short: "Build a gateway as one static program",
		Long: `Build generates the gateway of SPEC into a scratch module in the user's cache and compiles it to BIN with the go
command; GOOS, GOARCH and the other variables of the go command are in force. The scratch module is kept, so that the
next build of the same document compiles only what changed.

The runtime is that of the module around the working directory if it is gatewright's own or requires it, else that of
this command's release, else the checkout that a development build of this command came from.

Exit codes: 0 success; 1 errors in the document or a build that failed; 2 a wrong command line.`,
		Example: `  gatewright build -o gateway openapi.yaml
  GOOS=linux GOARCH=arm64 gatewright build -o gateway-arm64 openapi.yaml`,
		Args: someSpec,
		RunE: func(cmd *cobra.Command, args []string) error {
			if bin == "" {
				return usagef(cmd, "-o BIN is missing: name the program to write")
			}
			options, err := document.options(cmd, args, scratchPackage)
			if err != nil {
				return err
			}
			return c.build(cmd.Context(), options, bin)
		},
	}
	document.register(cmd)
	cmd.Flags().StringVarP(&bin, "output", "o", "", "`BIN` to write")
	return cmd
}

// build builds the gateway that options describe and puts the program at bin.
func (c *command) build(ctx context.Context, options gen.Options, bin string) error {
	h, err := findHome(ctx, ".")
	if err != nil {
		return err
	}
	s, err := newScratch(options.Document, h)
	if err != nil {
		return err
	}
	_, err = c.buildIn(ctx, s, options, bin)
	return err
}

// buildIn is build in the scratch module s. It returns every file that the document is made of, also when it has errors.
func (c *command) buildIn(ctx context.Context, s scratch, options gen.Options, bin string) ([]string, error) {
	progress := c.progress()
	defer progress.done()
	progress.step("generating %s", options.Document)
	result, findings := gen.Generate(ctx, options)
	progress.done()
	if err := c.tell(findings); err != nil {
		return result.Documents, err
	}
	if result.Links != "" {
		if err := s.link(ctx, result.Links); err != nil {
			return result.Documents, err
		}
	}
	progress.step("building %s", bin)
	err := s.build(ctx, bin, func(dir string) error {
		_, err := result.Files.Write(dir)
		return err
	})
	if ctx.Err() != nil {
		return result.Documents, errors.New("interrupted")
	}
	return result.Documents, err
}
