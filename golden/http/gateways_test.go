package transcripts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/golden/gatewaytest"
)

const modulePath = "github.com/gatewright/gatewright"

// fleet is one binary that can be each of many gateways.
type fleet struct {
	binary   string
	folders  map[string]string // where the document of a transcript is, and the files that it names
	failures map[string]error  // why a transcript has no gateway
}

// buildFleet generates a package for each transcript's document and builds them all at once. A package that does not
// compile fails its own transcript alone.
func buildFleet(dir string, documents map[string]gen.Options) (*fleet, error) {
	f := &fleet{binary: filepath.Join(dir, "gateways"), folders: map[string]string{}, failures: map[string]error{}}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		f.folders[name] = filepath.Dir(documents[name].Document)
		if err := generatePackage(dir, name, documents[name]); err != nil {
			f.failures[name] = err
			continue
		}
		names = append(names, name)
	}
	for {
		if err := writeModule(dir, names); err != nil {
			return nil, err
		}
		cmd := exec.Command("go", "build", "-o", f.binary, ".")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err == nil {
			return f, nil
		}
		err = fmt.Errorf("go build: %w: %s", err, bytes.TrimSpace(out))
		good := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			return strings.Contains(string(out), "# example.com/gateways/"+packageName(name)+"\n")
		})
		if len(good) == len(names) {
			return nil, err
		}
		for _, name := range names {
			if !slices.Contains(good, name) {
				f.failures[name] = err
			}
		}
		names = good
	}
}

// packageName is the name of a transcript's package.
func packageName(transcript string) string {
	return "t_" + regexp.MustCompile(`[^a-z0-9]`).ReplaceAllString(strings.ToLower(transcript), "_")
}

// generatePackage writes one gateway's package.
func generatePackage(dir, name string, options gen.Options) error {
	folder := filepath.Join(dir, packageName(name))
	options.Package = packageName(name)
	result, findings := gen.Generate(context.Background(), options)
	if findings.Errors() > 0 {
		var text bytes.Buffer
		if err := diag.WriteText(&text, findings, diag.TextOptions{}); err != nil {
			return err
		}
		return errors.New(text.String())
	}
	_, err := result.Files.Write(folder)
	return err
}

// writeModule writes a module whose program is the gateway that its first argument names.
func writeModule(dir string, names []string) error {
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	requirements, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	module := strings.Replace(string(requirements), "module "+modulePath, "module example.com/gateways", 1) +
		"\nrequire " + modulePath + " v0.0.0\n\nreplace " + modulePath + " => " + root + "\n"
	var imports, cases strings.Builder
	for _, name := range names {
		fmt.Fprintf(&imports, "\t%q\n", "example.com/gateways/"+packageName(name))
		fmt.Fprintf(&cases, "\tcase %q:\n\t\tserver.Main(%s.New)\n", name, packageName(name))
	}
	program := "package main\n\nimport (\n\t\"os\"\n\n" + imports.String() + "\t\"" + modulePath + "/runtime/server\"\n)\n\nfunc main() {\n" +
		"\tname := os.Args[1]\n\tos.Args = append(os.Args[:1], os.Args[2:]...)\n\tswitch name {\n" + cases.String() + "\t}\n}\n"
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "go.mod"), []byte(module), 0o644),
		os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644),
		os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o644),
	)
}

// start runs a transcript's gateway on a free port.
func (f *fleet) start(t *testing.T, name string, flags []string) *gatewaytest.Gateway {
	t.Helper()
	require.NoError(t, f.failures[name])
	cmd := gatewaytest.Command(f.binary, flags...)
	cmd.Args = slices.Insert(cmd.Args, 1, name)
	cmd.Dir = f.folders[name]
	cmd.Env = append(os.Environ(), "AWS_REGION=eu-west-1")
	return gatewaytest.Run(t, cmd)
}
