package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The large API: GitHub's, in a fixed version of the npm package that carries it.
const (
	githubPackage = "@octokit/openapi"
	githubVersion = "23.0.2"
)

// changedPath is a path that no version of the document has.
const changedPath = `"/gatewright/bench/{id}":{"get":{"operationId":"gatewright/bench","parameters":[{"name":"id","in":"path","required":true,` +
	`"schema":{"type":"string"}}],"responses":{"200":{"description":"one more path"}}}},`

// generation measures generating and building GitHub's API, and what a change of one path costs.
func (b *bench) generation() error {
	document, err := b.githubDocument()
	if err != nil {
		return err
	}
	module, err := b.githubModule()
	if err != nil {
		return err
	}
	b.printf("\ngenerate: GitHub's API (%s %s)\n", githubPackage, githubVersion)
	runs := 3
	if b.quick {
		runs = 1
	}
	var seconds, cpu []float64
	var peak int64
	for range runs {
		if err := os.RemoveAll(filepath.Join(module, "github")); err != nil {
			return err
		}
		made, err := b.generate(module, document)
		if err != nil {
			return err
		}
		seconds, cpu, peak = append(seconds, made.wall.Seconds()), append(cpu, made.cpu.Seconds()), max(peak, made.memory)
	}
	files, lines, err := sourceSize(filepath.Join(module, "github"))
	if err != nil {
		return err
	}
	b.printf("  %-38s %8.2f s, %.2f s of CPU, at most %d MiB\n", fmt.Sprintf("generate (median of %d)", runs), median(seconds), median(cpu), peak>>20)
	b.printf("  %-38s %8d files, %d lines\n", "written", files, lines)
	return b.builds(module, document)
}

// builds measures building the generated gateway, at first and after one path was added.
func (b *bench) builds(module, document string) error {
	build := func(what string) error {
		cmd := exec.CommandContext(b.ctx, "go", "build", "-o", "gateway", ".")
		cmd.Dir = module
		begin := time.Now()
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("go build: %w: %s", err, firstLines(out, 5))
		}
		b.printf("  %-38s %8.2f s, %.2f s of CPU\n", what, time.Since(begin).Seconds(), cpuTime(cmd).Seconds())
		return nil
	}
	if err := build("go build, generated code all new"); err != nil {
		return err
	}
	text, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	changed := bytes.Replace(text, []byte(`"paths":{`), []byte(`"paths":{`+changedPath), 1)
	if len(changed) == len(text) {
		changed = bytes.Replace(text, []byte(`"paths": {`), []byte(`"paths": {`+changedPath), 1)
	}
	if len(changed) == len(text) {
		return errors.New("the document has no paths object where one was expected")
	}
	other := filepath.Join(b.dir, "github-changed.json")
	if err := os.WriteFile(other, changed, 0o644); err != nil {
		return err
	}
	made, err := b.generate(module, other)
	if err != nil {
		return err
	}
	b.printf("  %-38s %8.2f s, %.2f s of CPU\n", "generate after a one-path change", made.wall.Seconds(), made.cpu.Seconds())
	return build("go build after a one-path change")
}

// cost is what a run of the command took.
type cost struct {
	wall, cpu time.Duration
	memory    int64 // the most bytes it held
}

// cpuTime is the CPU time of a finished command and its children.
func cpuTime(cmd *exec.Cmd) time.Duration {
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// generate runs the command on a document.
func (b *bench) generate(module, document string) (cost, error) {
	tool, err := b.gatewright()
	if err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(b.ctx, tool, "generate", "-o", "github", "--package", "github", document)
	cmd.Dir = module
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	wall := time.Since(begin)
	if err != nil {
		return cost{}, fmt.Errorf("generate: %w: %s", err, firstLines(out, 5))
	}
	return cost{wall: wall, cpu: cpuTime(cmd), memory: cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10}, nil
}

// githubDocument returns the large document, fetched by npm into the user's cache folder the first time.
func (b *bench) githubDocument() (string, error) {
	npm, err := installed("npm", "npm")
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "gatewright-bench", githubVersion)
	document := filepath.Join(folder, "node_modules", githubPackage, "generated", "api.github.com.json")
	if _, err := os.Stat(document); err == nil {
		return document, nil
	}
	err = b.tooled(b.dir, npm, "install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund",
		githubPackage+"@"+githubVersion)
	if err != nil {
		return "", skipError("the package cannot be fetched: " + firstLines([]byte(err.Error()), 1))
	}
	return document, nil
}

// githubModule writes a module around the package that will be generated. It takes this checkout's runtime and versions.
func (b *bench) githubModule() (string, error) {
	module := filepath.Join(b.dir, "github-module")
	if err := os.MkdirAll(module, 0o755); err != nil {
		return "", err
	}
	requirements, err := os.ReadFile(filepath.Join(b.root, "go.mod"))
	if err != nil {
		return "", err
	}
	sums, err := os.ReadFile(filepath.Join(b.root, "go.sum"))
	if err != nil {
		return "", err
	}
	text := strings.Replace(string(requirements), "module "+modulePath, "module example.com/github", 1) +
		"\nrequire " + modulePath + " v0.0.0\n\nreplace " + modulePath + " => " + b.root + "\n"
	const program = "package main\n\nimport (\n\t\"example.com/github/github\"\n\t\"" + modulePath +
		"/runtime/server\"\n)\n\nfunc main() { server.Main(github.New) }\n"
	return module, errors.Join(
		os.WriteFile(filepath.Join(module, "go.mod"), []byte(text), 0o644),
		os.WriteFile(filepath.Join(module, "go.sum"), sums, 0o644),
		os.WriteFile(filepath.Join(module, "main.go"), []byte(program), 0o644),
	)
}

// routing measures the generated router of GitHub's API.
func (b *bench) routing() error {
	document, err := b.githubDocument()
	if err != nil {
		return err
	}
	module, err := b.githubModule()
	if err != nil {
		return err
	}
	if _, err := b.generate(module, document); err != nil {
		return err
	}
	test, err := configurations.ReadFile("conf/router_test.go.tmpl")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(module, "github", "router_test.go"), test, 0o644); err != nil {
		return err
	}
	length := "1s"
	if b.quick {
		length = "10x"
	}
	command := b.pinned(b.core, []string{"go", "test", "-run", "^$", "-bench", ".", "-benchtime", length, "./github"})
	cmd := exec.CommandContext(b.ctx, command[0], command[1:]...)
	cmd.Dir = module
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("go test: %w: %s", err, firstLines(out, 10))
	}
	b.printf("\nrouter: one request to each of GitHub's operations in turn; a router's own set is what it could take\n")
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "Benchmark") {
			b.printf("  %s", line)
		}
	}
	return nil
}

// sourceSize counts the Go files of a folder and their lines.
func sourceSize(dir string) (files, lines int, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, path := range paths {
		text, readErr := os.ReadFile(path)
		err = errors.Join(err, readErr)
		files, lines = files+1, lines+bytes.Count(text, []byte("\n"))
	}
	return files, lines, err
}

// firstLines is the beginning of what a program printed.
func firstLines(text []byte, n int) string {
	lines := strings.SplitAfterN(string(bytes.TrimSpace(text)), "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "")
}
