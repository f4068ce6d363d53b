package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/runtime/gwtest/fixture"
)

// testMain is the program that runs a document's fixtures.
const testMain = `// Command test runs fixtures against the gateway.
package main

import (
	"` + modulePath + `/runtime/gwtest"

	"` + scratchModule + `/` + scratchPackage + `"
)

func main() { gwtest.Main(` + scratchPackage + `.New) }
`

// testRun is one call of the verb.
type testRun struct {
	*command
	task     fixture.Task
	coverage bool
	options  func(documents []string) (gen.Options, error)
}

func (c *command) testVerb() *cobra.Command {
	var document documentFlags
	run := testRun{command: c}
	cmd := &cobra.Command{
		Use:   "test FILE…",
		Short: "Run fixtures against a gateway",
		Long: `Test runs the cases of fixture FILEs: each says what a client sends, what the backend answers, and what must come out,
both to the backend and to the client. The gateway of each file's document is built once, and its cases run in one
process that opens no connection.

A file is for the documents that it names under "document", else for openapi.yaml beside it or one folder above. Parts
that "expect" leaves out are not compared. docs/testing.md has the whole form.

Exit codes: 0 all cases pass; 1 cases that fail, mistakes in FILEs or documents, a build that failed; 2 a wrong command
line.`,
		Example: `  gatewright test fixtures/*.yaml
  gatewright test --run 'refuses|escapes' fixtures/orders.yaml
  gatewright test --update fixtures/orders.yaml     write what comes out into the file
  gatewright test --coverage fixtures/*.yaml        list branches of templates that no case reaches`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef(cmd, "FILE is missing: name the fixture files")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := regexp.Compile(run.task.Run); err != nil {
				return usagef(cmd, "--run: %w", err)
			}
			run.task.Color = wantsColor(c.out)
			run.options = func(documents []string) (gen.Options, error) {
				options, err := document.options(cmd, documents, scratchPackage)
				options.Coverage = run.coverage
				return options, err
			}
			return run.all(cmd.Context(), args)
		},
	}
	document.register(cmd)
	cmd.Flags().StringVar(&run.task.Run, "run", "", "run only cases whose names match this regular `EXPRESSION`")
	cmd.Flags().BoolVar(&run.task.Update, "update", false, "write what comes out into the files")
	cmd.Flags().BoolVar(&run.coverage, "coverage", false, "list the branches of templates that no case reaches")
	return cmd
}

// all runs the fixture files.
func (r *testRun) all(ctx context.Context, paths []string) error {
	groups, err := r.read(paths)
	if err != nil {
		return err
	}
	var total testTotal
	for _, group := range groups {
		result, err := r.group(ctx, group)
		var told exitCode
		if errors.As(err, &told) {
			total.broken = true // the other documents may be sound
			continue
		}
		if err != nil {
			return err
		}
		total.add(r, result)
	}
	return total.tell(r)
}

// testGroup are the fixture files of one document.
type testGroup struct {
	documents []string
	files     []string
}

// read reads the files, so that their mistakes are told before anything is built, and groups them by document.
func (r *testRun) read(paths []string) ([]*testGroup, error) {
	var groups []*testGroup
	wrong := false
	for _, path := range paths {
		file, err := fixture.Read(path)
		var documents []string
		if err == nil {
			documents, err = file.DocumentPaths()
		}
		if err != nil {
			fmt.Fprintln(r.err, err)
			wrong = true
			continue
		}
		i := slices.IndexFunc(groups, func(g *testGroup) bool { return slices.Equal(g.documents, documents) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &testGroup{documents: documents})
		}
		groups[i].files = append(groups[i].files, path)
	}
	if wrong {
		return nil, exitCode(exitFindings)
	}
	return groups, nil
}

// group builds the gateway of one document and runs its files.
func (r *testRun) group(ctx context.Context, group *testGroup) (*fixture.Result, error) {
	options, err := r.options(group.documents)
	if err != nil {
		return nil, err
	}
	h, err := findHome(ctx, ".")
	if err != nil {
		return nil, err
	}
	s, err := newScratchOf(testMain, options.Document, h)
	if err != nil {
		return nil, err
	}
	program := filepath.Join(s.dir, "bin", "test")
	if r.coverage {
		program += "-coverage"
	}
	if _, err := r.buildIn(ctx, s, options, program); err != nil {
		return nil, err
	}
	task := r.task
	task.Files = group.files
	return r.perform(ctx, program, task)
}

// perform has the program do the task.
func (r *testRun) perform(ctx context.Context, program string, task fixture.Task) (*fixture.Result, error) {
	input, err := json.Marshal(task)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, program)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &out, r.err
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && ctx.Err() == nil {
			return nil, exitCode(exitFindings) // it has said why
		}
		return nil, fmt.Errorf("running the fixtures: %w", err)
	}
	var result fixture.Result
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		return nil, fmt.Errorf("running the fixtures: %w", err)
	}
	return &result, nil
}
