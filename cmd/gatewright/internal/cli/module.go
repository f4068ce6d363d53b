package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"runtime/debug"
	"strings"
)

// modulePath is the module that holds the runtime.
const modulePath = "github.com/gatewright/gatewright"

// unversioned is the version that go.mod names where a replace decides.
const unversioned = "v0.0.0-00010101000000-000000000000"

// home is where the runtime is found.
type home struct {
	// version is the runtime's version; replace, when not empty, is what stands in for it: a directory, or PATH VERSION.
	version string
	replace string
	// base is the directory whose go.mod and go.sum name the versions of everything that the runtime needs.
	base string
}

// findHome finds the runtime: the module around dir if it is ours or requires ours, else the released version of this
// command, else the checkout that a development build came from.
func findHome(ctx context.Context, dir string) (home, error) {
	if h, ok, err := homeAround(ctx, dir); ok || err != nil {
		return h, err
	}
	return ownHome(ctx)
}

// ownHome is findHome without a module around.
func ownHome(ctx context.Context) (home, error) {
	if h, ok, err := releasedHome(ctx); ok || err != nil {
		return h, err
	}
	if h, ok := checkoutHome(); ok {
		return h, nil
	}
	return home{}, fmt.Errorf("the runtime cannot be found: this build of gatewright is no release and its source is gone; "+
		"run it inside a module that requires %s, or install a release", modulePath)
}

// listedModule is what `go list -m -json` says of a module.
type listedModule struct {
	Path, Version, Dir string
	Main               bool
	Replace            *listedModule
}

// homeAround looks at the module around dir.
func homeAround(ctx context.Context, dir string) (home, bool, error) {
	out, err := goOutput(ctx, dir, "env", "GOMOD")
	if err != nil {
		return home{}, false, err
	}
	goMod := strings.TrimSpace(string(out))
	if goMod == "" || goMod == os.DevNull {
		return home{}, false, nil
	}
	out, err = goOutput(ctx, dir, "list", "-mod=readonly", "-m", "-json", modulePath)
	if err != nil {
		return home{}, false, nil // the module around does not require ours: that is no failure
	}
	var m listedModule
	if err := json.Unmarshal(out, &m); err != nil {
		return home{}, false, fmt.Errorf("go list -m -json: %w", err)
	}
	h := home{version: m.Version, base: filepath.Dir(goMod)}
	switch {
	case m.Main:
		h.version, h.replace, h.base = unversioned, m.Dir, m.Dir
	case m.Replace != nil && m.Replace.Version == "":
		h.replace = m.Dir
	case m.Replace != nil:
		h.replace = m.Replace.Path + " " + m.Replace.Version
	}
	return h, true, nil
}

// releasedHome is the version that this command was installed at. A build from a checkout has no checksum of its own.
func releasedHome(ctx context.Context) (home, bool, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Path != modulePath || info.Main.Sum == "" {
		return home{}, false, nil
	}
	out, err := goOutput(ctx, os.TempDir(), "mod", "download", "-json", modulePath+"@"+info.Main.Version)
	if err != nil {
		return home{}, false, err
	}
	var m listedModule
	if err := json.Unmarshal(out, &m); err != nil {
		return home{}, false, fmt.Errorf("go mod download -json: %w", err)
	}
	return home{version: info.Main.Version, base: m.Dir}, true, nil
}

// checkoutHome is the checkout that this file was compiled from. A build with -trimpath does not know it.
func checkoutHome() (home, bool) {
	_, file, _, ok := goruntime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return home{}, false
	}
	root := file
	for range strings.Count("/cmd/gatewright/internal/cli/module.go", "/") {
		root = filepath.Dir(root)
	}
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil || !strings.HasPrefix(string(text), "module "+modulePath+"\n") {
		return home{}, false
	}
	return home{version: unversioned, replace: root, base: root}, true
}

// requirement is one require line of a go.mod.
type requirement struct {
	Path, Version string
}

// baseModule is what a go.mod says that a module built on it needs to repeat.
type baseModule struct {
	Go      string
	Require []requirement
	Replace []struct {
		Old, New struct{ Path, Version string }
	}
}

// readBase reads h's go.mod.
func (h home) readBase(ctx context.Context) (baseModule, error) {
	var b baseModule
	out, err := goOutput(ctx, h.base, "mod", "edit", "-json")
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal(out, &b); err != nil {
		return b, fmt.Errorf("go mod edit -json: %w", err)
	}
	return b, nil
}

// goMod writes the go.mod of a module called name that builds on h. It repeats every requirement of h's base, so that
// the same versions are chosen and nothing needs to be looked up. tool, when not empty, is a package that `go tool` runs.
func (h home) goMod(b baseModule, name, tool string) []byte {
	var s strings.Builder
	fmt.Fprintf(&s, "module %s\n\ngo %s\n", name, b.Go)
	if tool != "" {
		fmt.Fprintf(&s, "\ntool %s\n", tool)
	}
	fmt.Fprintf(&s, "\nrequire %s %s\n", modulePath, h.version)
	if h.replace != "" {
		fmt.Fprintf(&s, "\nreplace %s => %s\n", modulePath, quotePath(h.replace))
	}
	s.WriteString("\nrequire (\n")
	for _, r := range b.Require {
		if r.Path != modulePath {
			fmt.Fprintf(&s, "\t%s %s // indirect\n", r.Path, r.Version)
		}
	}
	s.WriteString(")\n")
	for _, r := range b.Replace {
		if r.Old.Path == modulePath {
			continue
		}
		target := r.New.Path
		if r.New.Version == "" && !filepath.IsAbs(target) {
			target = filepath.Join(h.base, target)
		}
		fmt.Fprintf(&s, "\nreplace %s => %s\n", strings.TrimSpace(r.Old.Path+" "+r.Old.Version),
			strings.TrimSpace(quotePath(target)+" "+r.New.Version))
	}
	return []byte(s.String())
}

// quotePath quotes a file path of a go.mod where it must be; `PATH VERSION` of a module passes as it is.
func quotePath(path string) string {
	if filepath.IsAbs(path) && strings.ContainsAny(path, " \t\"'`()[]{},") {
		return fmt.Sprintf("%q", path)
	}
	return path
}

// goSum returns the checksums that the module at dir knows.
func goSum(dir string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// goOutput runs the go command in dir and returns what it prints.
func goOutput(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	return out, goError(args, err)
}

// goError makes one readable error of what the go command says.
func goError(args []string, err error) error {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("the go command is needed to build a gateway and is not in PATH; see https://go.dev/dl")
	case errors.As(err, &exit):
		return fmt.Errorf("go %s: %s", strings.Join(args, " "), strings.TrimSpace(string(exit.Stderr)))
	default:
		return fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
}
