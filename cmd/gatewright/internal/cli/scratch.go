package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// scratchPackage is the package of a gateway in its scratch module.
const scratchPackage = "gateway"

// scratchModule is the scratch module's name. Its first element has no dot, so nobody looks for it elsewhere.
const scratchModule = "gatewright-build"

const scratchMain = `// Command gateway serves the API.
package main

import (
	"` + modulePath + `/runtime/server"

	"` + scratchModule + `/` + scratchPackage + `"
)

func main() { server.Main(` + scratchPackage + `.New) }
`

// scratchLife is how long a scratch module is kept after its last use.
const scratchLife = 30 * 24 * time.Hour

// scratch is a module in the user's cache that a gateway is built in. It is kept from one build to the next, so that
// a rebuild compiles only what changed.
type scratch struct {
	dir  string
	home home
	main string // the text of main.go
	// around is the module around the document, where the gateway links functions of it; empty otherwise.
	around listedModule
}

// newScratch returns the scratch module for the gateway of the document spec, built on h.
func newScratch(spec string, h home) (scratch, error) { return newScratchOf(scratchMain, spec, h) }

// newScratchOf is newScratch for a program of another kind, which has a module of its own.
func newScratchOf(main, spec string, h home) (scratch, error) {
	parent, err := scratchParent()
	if err != nil {
		return scratch{}, err
	}
	spec, err = filepath.Abs(spec)
	if err != nil {
		return scratch{}, err
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q", spec, h.version, h.replace, h.base, main))
	dir := filepath.Join(parent, hex.EncodeToString(key[:8]))
	if err := os.MkdirAll(filepath.Join(dir, scratchPackage), 0o755); err != nil {
		return scratch{}, err
	}
	return scratch{dir: dir, home: h, main: main}, nil
}

// scratchParent is the directory that holds every scratch module.
func scratchParent() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no place to build in: %w", err)
	}
	return filepath.Join(cache, "gatewright", "build"), nil
}

// packageDir is where the generated package goes.
func (s scratch) packageDir() string { return filepath.Join(s.dir, scratchPackage) }

// build compiles the gateway whose package write has written, and puts the program at bin.
func (s scratch) build(ctx context.Context, bin string, write func(dir string) error) error {
	unlock, err := lockedfile.MutexAt(s.dir + ".lock").Lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := write(s.packageDir()); err != nil {
		return err
	}
	if err := s.writeModule(ctx); err != nil {
		return err
	}
	if err := s.compile(ctx, bin); err != nil {
		return err
	}
	return s.sweep()
}

// link makes the packages of the module around dir importable, whose functions the gateway links. What that module keeps
// internal is open to the scratch module too, as its name is one below.
func (s *scratch) link(ctx context.Context, dir string) error {
	h, ours, err := homeAround(ctx, dir)
	if err != nil {
		return err
	}
	if ours {
		s.home = h
	}
	out, err := goOutput(ctx, dir, "list", "-mod=readonly", "-m", "-json")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(out, &s.around); err != nil {
		return fmt.Errorf("go list -m -json: %w", err)
	}
	return nil
}

// module is the scratch module's name.
func (s scratch) module() string {
	if s.around.Path == "" {
		return scratchModule
	}
	return s.around.Path + "/" + scratchModule
}

// writeModule writes go.mod, go.sum and main.go.
func (s scratch) writeModule(ctx context.Context) error {
	base, err := s.home.readBase(ctx)
	if err != nil {
		return err
	}
	sum, err := goSum(s.home.base)
	if err != nil {
		return err
	}
	goMod := s.home.goMod(base, s.module(), "")
	if s.around.Path != "" && s.around.Path != modulePath {
		goMod = fmt.Appendf(goMod, "\nrequire %s %s\n\nreplace %s => %s\n", s.around.Path, unversioned, s.around.Path, quotePath(s.around.Dir))
		more, err := goSum(s.around.Dir)
		if err != nil {
			return err
		}
		sum = append(sum, more...)
	}
	files := map[string][]byte{
		"go.mod":  goMod,
		"go.sum":  sum,
		"main.go": []byte(strings.ReplaceAll(s.main, `"`+scratchModule+"/", `"`+s.module()+"/")),
	}
	for name, text := range files {
		if err := writeChanged(filepath.Join(s.dir, name), text); err != nil {
			return err
		}
	}
	return nil
}

// writeChanged writes text to path unless the file holds it already.
func writeChanged(path string, text []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return os.WriteFile(path, text, 0o644)
}

// compile runs go build and moves the program to bin in one step, so that a running program at bin is never torn.
func (s scratch) compile(ctx context.Context, bin string) error {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	if info, err := os.Stat(bin); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a directory; name the file to write", bin)
	}
	if err := os.MkdirAll(filepath.Dir(bin), 0o755); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(bin), ".gatewright-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	program := filepath.Join(fresh, filepath.Base(bin))
	cmd := exec.CommandContext(ctx, "go", "build", "-mod=mod", "-o", program, ".")
	cmd.Dir = s.dir
	cmd.Env = buildEnvironment()
	if out, err := cmd.CombinedOutput(); err != nil {
		if errors.Is(err, exec.ErrNotFound) || ctx.Err() != nil {
			return goError(nil, err)
		}
		return fmt.Errorf("building the gateway in %s failed:\n%s", s.dir, bytes.TrimSpace(out))
	}
	return os.Rename(program, bin)
}

// buildEnvironment is this process's environment for building outside any workspace, without C unless it is asked for.
func buildEnvironment() []string {
	env := append(os.Environ(), "GOWORK=off")
	if _, set := os.LookupEnv("CGO_ENABLED"); !set {
		env = append(env, "CGO_ENABLED=0")
	}
	return env
}

// sweep marks s as used now and removes the scratch modules that nobody has used for long.
func (s scratch) sweep() error {
	now := time.Now()
	if err := os.Chtimes(s.dir, now, now); err != nil {
		return err
	}
	parent := filepath.Dir(s.dir)
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !entry.IsDir() || now.Sub(info.ModTime()) < scratchLife {
			continue // gone already, a lock, or still wanted
		}
		old := filepath.Join(parent, entry.Name())
		if err := errors.Join(os.RemoveAll(old), os.RemoveAll(old+".lock")); err != nil {
			return err
		}
	}
	return nil
}
