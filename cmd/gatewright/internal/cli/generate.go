package cli

import (
	"context"
	"fmt"
	"go/token"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/gen/write"
)

func (c *command) generateVerb() *cobra.Command {
	var document documentFlags
	var dir, pkg string
	var check bool
	cmd := &cobra.Command{
		Use:   "generate [-o DIR] [-package P] SPEC…",
		Short: "Write the Go package of a gateway",
		Long: `Generate writes the gateway of SPEC as a Go package to DIR. The files are named *_gw.go. Files that are right already
are not touched, and files of an earlier run that are no longer wanted are removed; no other file is.

With -check nothing is written: the files that are not what SPEC says are listed, and the exit code is 1 if there are any.

Exit codes: 0 success; 1 errors in the document, or stale files with -check; 2 a wrong command line.`,
		Example: `  gatewright generate -o gateway openapi.yaml
  gatewright generate -check -o gateway openapi.yaml
  gatewright generate -o internal/shop -package shop openapi.yaml
  //go:generate go tool gatewright generate -o gateway openapi.yaml`,
		Args: someSpec,
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := packageName(dir, pkg)
			if err != nil {
				return usagef(cmd, "%w", err)
			}
			options, err := document.options(cmd, args, name)
			if err != nil {
				return err
			}
			if check {
				return c.checkFresh(cmd.Context(), dir, options)
			}
			return c.generate(cmd.Context(), dir, options)
		},
	}
	document.register(cmd)
	cmd.Flags().StringVarP(&dir, "output", "o", "gateway", "`DIR` to write to")
	cmd.Flags().StringVar(&pkg, "package", "", "name `P` of the package (default: DIR's last element)")
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; fail when files are stale")
	return cmd
}

// packageName is the name given, else the last element of dir.
func packageName(dir, given string) (string, error) {
	if given != "" {
		if !token.IsIdentifier(given) || given == "_" {
			return "", fmt.Errorf("-package: %q is no name of a Go package", given)
		}
		return given, nil
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	name := strings.ToLower(filepath.Base(absolute))
	if !token.IsIdentifier(name) || name == "_" {
		return "", fmt.Errorf("%q is no name of a Go package; give one by -package", name)
	}
	return name, nil
}

// generate writes the package to dir and says what it did.
func (c *command) generate(ctx context.Context, dir string, options gen.Options) error {
	result, err := c.compile(ctx, options)
	if err != nil {
		return err
	}
	changes, err := result.Files.Write(dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: %s\n", dir, summary(len(result.Files.Names()), changes))
	return nil
}

// checkFresh fails when dir does not hold what generate would write.
func (c *command) checkFresh(ctx context.Context, dir string, options gen.Options) error {
	result, err := c.compile(ctx, options)
	if err != nil {
		return err
	}
	changes, err := result.Files.Diff(dir)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		return nil
	}
	for _, change := range changes {
		fmt.Fprintf(c.err, "%s: %s\n", filepath.Join(dir, change.Name), staleness[change.Kind])
	}
	return fmt.Errorf("%s is not what %s says; run gatewright generate", dir, options.Document)
}

// staleness says why a file is stale.
var staleness = map[write.Kind]string{write.Added: "missing", write.Changed: "stale", write.Removed: "no longer wanted"}

// compile generates in memory and tells what was found on the way.
func (c *command) compile(ctx context.Context, options gen.Options) (gen.Result, error) {
	progress := c.progress()
	progress.step("generating %s", options.Document)
	result, findings := gen.Generate(ctx, options)
	progress.done()
	return result, c.tell(findings)
}

// summary counts what a run did to a package of n files.
func summary(n int, changes []write.Change) string {
	if len(changes) == 0 {
		return fmt.Sprintf("%s, up to date", count(n, "file"))
	}
	counts := map[write.Kind]int{}
	for _, change := range changes {
		counts[change.Kind]++
	}
	parts := []string{count(n, "file")}
	for _, kind := range []struct {
		kind write.Kind
		word string
	}{{write.Added, "new"}, {write.Changed, "changed"}, {write.Removed, "removed"}} {
		if counts[kind.kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[kind.kind], kind.word))
		}
	}
	return strings.Join(parts, ", ")
}

// count puts a number before a noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
