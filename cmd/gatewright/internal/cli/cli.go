// Package cli is the gatewright command: it turns arguments into options of the generator, and what the generator says
// into text and exit codes. One file per verb. It must not know what a document means.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The exit codes of every verb.
const (
	exitOK       = 0
	exitFindings = 1 // errors in the document, stale files, a build that failed
	exitUsage    = 2 // the command line makes no sense
)

// command holds what every verb needs.
type command struct {
	in       io.Reader
	out, err io.Writer
}

// exitCode is an error that has been told already; only the code is left to hand on.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// usageError is a mistake on the command line.
type usageError struct {
	verb string // "gatewright generate"
	err  error
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// usagef returns a mistake on cmd's command line.
func usagef(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{verb: cmd.CommandPath(), err: fmt.Errorf(format, args...)}
}

// Run runs the command with args, which do not hold the program's name, and returns its exit code: 0 for success,
// 1 for findings and failures, 2 for a wrong command line.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &command{in: stdin, out: stdout, err: stderr}
	root := c.root()
	root.SetArgs(doubleDashes(root, args))
	err := root.ExecuteContext(ctx)
	var code exitCode
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "gatewright: %v\nSee '%s --help'.\n", err, usage.verb)
		return exitUsage
	default:
		fmt.Fprintf(stderr, "gatewright: %v\n", err)
		return exitFindings
	}
}

// root returns the whole tree of verbs.
func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "gatewright",
		Short: "Compile an OpenAPI document into an API gateway",
		Long: `Gatewright reads an OpenAPI document (Swagger 2.0, OpenAPI 3.0 or 3.1, with or without the
x-amazon-apigateway-* and x-gateway-* extensions) and writes the Go program that serves it.

SPEC is the document: a YAML or JSON file, or a CloudFormation or SAM template that holds one (template.yaml#Name where
it holds several). Files that it reaches by $ref are read too. Further SPECs add paths, components and settings to the
first. --param and --params fill in what it leaves open.

Exit codes: 0 success; 1 findings, stale files, or a failure; 2 a wrong command line.`,
		Example: `  gatewright init shop                            a new gateway in the directory shop
  gatewright generate -o gateway openapi.yaml     write its Go package
  gatewright run openapi.yaml                     build it and serve it on :8080`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(c.err)
			if err := cmd.Usage(); err != nil {
				return err
			}
			return exitCode(exitUsage)
		},
	}
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usagef(cmd, "%w", err) })
	root.AddCommand(c.initVerb(), c.generateVerb(), c.buildVerb(), c.runVerb(), c.checkVerb(), c.testVerb(),
		c.routesVerb(), c.explainVerb(), c.versionVerb())
	return root
}

// noSuchVerb refuses a first argument that is no verb.
func noSuchVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usagef(cmd, "there is no verb %q; did you mean %q?", args[0], near[0])
	}
	return usagef(cmd, "there is no verb %q", args[0])
}

// exactly asks for n arguments, called what.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return usagef(cmd, "%s is wanted, got %d arguments", what, len(args))
	}
}

// atMost asks for at most n arguments, called what.
func atMost(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return usagef(cmd, "at most %s is wanted, got %d arguments", what, len(args))
	}
}

// doubleDashes rewrites long flags that are written with one dash, as Go's own tools take them (-check), into the
// form that the flag parser takes (--check). It stops at a lone "--".
func doubleDashes(root *cobra.Command, args []string) []string {
	known := map[string]bool{"help": true}
	for _, verb := range root.Commands() {
		verb.Flags().VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
	}
	for _, f := range gatewayFlags() {
		known[f.name] = true
	}
	rewritten := make([]string, len(args))
	copy(rewritten, args)
	for i, arg := range rewritten {
		if arg == "--" {
			break
		}
		name, single := strings.CutPrefix(arg, "-")
		if !single || strings.HasPrefix(name, "-") {
			continue
		}
		name, _, _ = strings.Cut(name, "=")
		if len(name) > 1 && known[name] {
			rewritten[i] = "-" + arg
		}
	}
	return rewritten
}
