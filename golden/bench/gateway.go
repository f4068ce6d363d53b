package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// modulePath is this module's path.
const modulePath = "github.com/gatewright/gatewright"

// backendInDocuments is the placeholder for the backend's URL in the benchmark's documents.
const backendInDocuments = "http://backend.example"

// gateway is a gateway generated and built from one of the benchmark's documents by the command itself.
func gateway(document string) func(*bench, string, string) ([]string, error) {
	return func(b *bench, address, backend string) ([]string, error) {
		tool, err := b.gatewright()
		if err != nil {
			return nil, err
		}
		text, err := configurations.ReadFile("conf/" + document)
		if err != nil {
			return nil, err
		}
		path := filepath.Join(b.dir, document)
		text = []byte(strings.ReplaceAll(string(text), backendInDocuments, "http://"+backend))
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return nil, err
		}
		binary := strings.TrimSuffix(path, ".yaml")
		if err := b.tooled(b.root, tool, "build", "-o", binary, path); err != nil {
			return nil, err
		}
		return serving(binary, address)
	}
}

// serving is the command of a built gateway.
func serving(binary, address string) ([]string, error) {
	admin, err := freeAddress()
	if err != nil {
		return nil, err
	}
	return []string{binary, "--listen", address, "--admin-listen", admin}, nil
}

// linked is the gateway that calls a Go function of this module, next to which its document stands.
func linked(b *bench, address, _ string) ([]string, error) {
	tool, err := b.gatewright()
	if err != nil {
		return nil, err
	}
	binary := filepath.Join(b.dir, "functions")
	if err := b.tooled(b.root, tool, "build", "-o", binary, "golden/bench/conf/functions.yaml"); err != nil {
		return nil, err
	}
	return serving(binary, address)
}

// signed is the gateway that signs its requests to the backend, as to a service of Amazon's.
func signed(b *bench, address, backend string) ([]string, error) {
	command, err := gateway("signed.yaml")(b, address, backend)
	env := []string{"env", "AWS_ENDPOINT_URL=http://" + backend, "AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench"}
	return append(env, command...), err
}

// gatewright builds the command from the checkout, once a run.
func (b *bench) gatewright() (string, error) {
	if b.tool != "" {
		return b.tool, nil
	}
	tool := filepath.Join(b.dir, "gatewright")
	if err := b.tooled(b.root, "go", "build", "-o", tool, "./cmd/gatewright"); err != nil {
		return "", err
	}
	b.tool = tool
	return tool, nil
}

// tooled runs a command to its end; its failure carries what it printed.
func (b *bench) tooled(dir string, command ...string) error {
	cmd := exec.CommandContext(b.ctx, command[0], command[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(command[:min(2, len(command))], " "), errors.Join(err, errors.New(strings.TrimSpace(string(out)))))
	}
	return nil
}
