package cli

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/gen"
)

//go:embed scaffold
var scaffoldFiles embed.FS

// scaffold lists the files of a new gateway in the order they are written, and what each is made from.
var scaffold = []struct{ name, from string }{
	{"openapi.yaml", "scaffold/openapi.yaml"},
	{"gateway.go", "scaffold/gateway.go.txt"},
	{"main.go", "scaffold/main.go.txt"},
	{"gateway_test.go", "scaffold/gateway_test.go.txt"},
}

func (c *command) initVerb() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Start a new gateway",
		Long: `Init writes a new gateway to DIR, by default the working directory: a document with two routes (openapi.yaml), the
package generated from it (gateway/), the program (main.go, and gateway.go with the //go:generate line), a test, and a
go.mod whose tool line lets 'go tool gatewright' and 'go generate' run the version that the module asks for.

No file is ever overwritten.

Exit codes: 0 success; 1 a failure, such as a file that is there already; 2 a wrong command line.`,
		Example: `  gatewright init                                  in the working directory
  gatewright init shop                             in the directory shop
  gatewright init --module example.com/shop shop   with this module path`,
		Args: atMost(1, "one DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return c.initialise(cmd, dir, path)
		},
	}
	cmd.Flags().StringVar(&path, "module", "", "path of the new module (default: DIR's name)")
	return cmd
}

// newGateway is what the files of a new gateway are made from.
type newGateway struct {
	Name   string // the program's
	Module string
	Title  string
}

func (c *command) initialise(cmd *cobra.Command, dir, path string) error {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	data, err := describe(absolute, path)
	if err != nil {
		return usagef(cmd, "%w", err)
	}
	if err := refuseOverwriting(dir); err != nil {
		return err
	}
	h, err := ownHome(cmd.Context())
	if err != nil {
		return err
	}
	if err := writeScaffold(dir, data); err != nil {
		return err
	}
	options := gen.Options{Document: filepath.Join(dir, "openapi.yaml"), Package: "gateway", BasePath: "ignore"}
	result, err := c.compile(cmd.Context(), options)
	if err != nil {
		return err
	}
	if _, err := result.Files.Write(filepath.Join(dir, "gateway")); err != nil {
		return err
	}
	progress := c.progress()
	progress.step("writing go.mod")
	err = writeGoMod(cmd.Context(), dir, data.Module, h)
	progress.done()
	if err != nil {
		return err
	}
	c.tellNext(dir, data)
	return nil
}

// notInNames are the characters that a program's name is made without.
var notInNames = regexp.MustCompile(`[^a-z0-9-]+`)

// modulePaths is what every path that the go command takes for a module looks like.
var modulePaths = regexp.MustCompile(`^[A-Za-z0-9_~-][A-Za-z0-9_.~-]*(/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*$`)

// describe names a new gateway after its directory.
func describe(dir, path string) (newGateway, error) {
	name := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(filepath.Base(dir)), "-"), "-")
	if name == "" {
		name = "gateway"
	}
	if path == "" {
		path = name
	}
	if !modulePaths.MatchString(path) {
		return newGateway{}, fmt.Errorf("--module: %q is no module path", path)
	}
	return newGateway{Name: name, Module: path, Title: strings.ReplaceAll(name, "-", " ")}, nil
}

// refuseOverwriting says which file of a new gateway is in dir already.
func refuseOverwriting(dir string) error {
	names := []string{"go.mod", "gateway"}
	for _, file := range scaffold {
		names = append(names, file.name)
	}
	slices.Sort(names)
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return fmt.Errorf("%s is there already; init overwrites nothing", filepath.Join(dir, name))
		}
	}
	return nil
}

func writeScaffold(dir string, data newGateway) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, file := range scaffold {
		text, err := scaffoldFiles.ReadFile(file.from)
		if err != nil {
			return err
		}
		// OpenAPI's own braces are single, so the usual delimiters serve.
		parsed, err := template.New(file.name).Parse(string(text))
		if err != nil {
			return err
		}
		var made bytes.Buffer
		if err := parsed.Execute(&made, data); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, file.name), made.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeGoMod writes go.mod and go.sum. They name everything that h names, in the same versions and with its checksums,
// so that whatever built this command is not fetched again; go mod tidy then takes away what a gateway does not need.
// That may want modules which only other systems need: without a network the longer go.mod stays, which is as right.
func writeGoMod(ctx context.Context, dir, name string, h home) error {
	base, err := h.readBase(ctx)
	if err != nil {
		return err
	}
	sum, err := goSum(h.base)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), h.goMod(base, name, modulePath+"/cmd/gatewright"), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644); err != nil {
		return err
	}
	tidy := exec.CommandContext(ctx, "go", "mod", "tidy")
	tidy.Dir = dir
	tidy.Env = append(os.Environ(), "GOWORK=off")
	_ = tidy.Run()
	return ctx.Err()
}

func (c *command) tellNext(dir string, data newGateway) {
	fmt.Fprintf(c.out, "%s is ready in %s. Next:\n", data.Title, dir)
	if dir != "." {
		fmt.Fprintf(c.out, "  cd %s\n", dir)
	}
	fmt.Fprint(c.out, "  go test ./...     its test\n  go generate .     after a change of openapi.yaml\n  go run .          serves it on :8080\n")
}
