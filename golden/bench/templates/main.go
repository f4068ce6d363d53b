// Command templates measures a mapping template compiled by Gatewright beside Velocity 1.7 on a warm JVM and npm's
// velocityjs, in one run: the same template over the same payload, which each rendering parses. It proves first that all
// print the same bytes. It is a tool for `make bench`, not part of the product.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/emit"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/template"
	"github.com/gatewright/gatewright/runtime/value"
	"github.com/gatewright/gatewright/templates/parser"
)

// rounds is how often each engine is measured; its best round counts. Rounds are short, so that some are undisturbed.
const rounds = 300

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench templates:", err)
		os.Exit(1)
	}
}

// engine is one way to render templates.
type engine struct {
	name    string
	prepare func(b *bench) (*exec.Cmd, error)
}

// bench is one run.
type bench struct {
	root string // the checkout
	data string // the template, the payload and the programs that render them
	dir  string // the run's own folder
}

// measure is what an engine printed and how long it took, in µs.
type measure struct {
	text string
	best float64
}

func run(out io.Writer) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gatewright-templates-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{root: root, data: filepath.Join(root, "golden/bench/templates/testdata"), dir: dir}
	fmt.Fprintln(out, "The photos template over 10 elements, JSON parsing included; the best of", rounds, "short rounds:")
	var ours measure
	for i, e := range []engine{{"gatewright", (*bench).compiled}, {"Velocity 1.7", (*bench).velocity}, {"velocityjs", (*bench).velocityJS}} {
		m, err := b.measure(e)
		switch {
		case err != nil && i == 0:
			return err
		case err != nil:
			fmt.Fprintf(out, "  %-14s left out: %v\n", e.name, err)
			continue
		case i == 0:
			ours = m
			fmt.Fprintf(out, "  %-14s %7.2f µs\n", e.name, m.best)
			continue
		case m.text != ours.text:
			return fmt.Errorf("%s printed %q, gatewright %q", e.name, m.text, ours.text)
		}
		fmt.Fprintf(out, "  %-14s %7.2f µs   %.1f × gatewright\n", e.name, m.best, m.best/ours.best)
	}
	return nil
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/gatewright/gatewright").Output()
	if err != nil {
		return "", fmt.Errorf("go list -m: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// measure runs an engine's program: it prints what it rendered, in base64, and the ns of a rendering in each round.
func (b *bench) measure(e engine) (measure, error) {
	cmd, err := e.prepare(b)
	if err != nil {
		return measure{}, err
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	printed, err := cmd.Output()
	if err != nil {
		return measure{}, fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	lines := bufio.NewScanner(bytes.NewReader(printed))
	lines.Buffer(nil, 1<<20)
	lines.Scan()
	text, err := base64.StdEncoding.DecodeString(lines.Text())
	if err != nil {
		return measure{}, err
	}
	var times []float64
	for lines.Scan() {
		ns, err := strconv.ParseFloat(lines.Text(), 64)
		if err != nil {
			return measure{}, err
		}
		times = append(times, ns/1000)
	}
	if len(times) == 0 {
		return measure{}, errors.New("it measured nothing")
	}
	return measure{string(text), slices.Min(times)}, nil
}

func (b *bench) template() string { return filepath.Join(b.data, "photos.vtl") }
func (b *bench) payload() string  { return filepath.Join(b.data, "photos.json") }

// compiled builds the template's function with a program that calls it.
func (b *bench) compiled() (*exec.Cmd, error) {
	text, err := os.ReadFile(b.template())
	if err != nil {
		return nil, err
	}
	harness, err := os.ReadFile(filepath.Join(b.data, "harness.go.txt"))
	if err != nil {
		return nil, err
	}
	files, err := compile(string(text))
	if err != nil {
		return nil, err
	}
	files["harness.go"] = harness
	replace := map[string]string{}
	for name, text := range files {
		path := filepath.Join(b.dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return nil, err
		}
		replace[filepath.Join(b.root, "golden/bench/templates/photos", name)] = path
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	list := filepath.Join(b.dir, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		return nil, err
	}
	binary := filepath.Join(b.dir, "photos")
	build := exec.Command("go", "build", "-overlay", list, "-o", binary, "./golden/bench/templates/photos")
	build.Dir = b.root
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w: %s", err, out)
	}
	return exec.Command(binary, b.payload(), strconv.Itoa(rounds)), nil
}

// compile makes a package with the template as the function render.
func compile(text string) (map[string][]byte, error) {
	nodes, problem := parser.Parse(text)
	if problem != nil {
		return nil, problem
	}
	var paths []plan.Spec
	body := template.Lower(nodes, template.Options{Text: text, KnownContext: func(string) bool { return false }, PathName: func(path string) (string, bool) {
		if _, err := value.CompilePath(path); err != nil {
			return "", false
		}
		name := "path" + strconv.Itoa(len(paths))
		paths = append(paths, plan.Spec{Name: name, Value: plan.VTLMustPath.Call(plan.String(path))})
		return name, true
	}})
	render := plan.Func{Name: "render", Doc: "render is the template.", Body: body, Params: []plan.Field{{Name: "r", Type: plan.Deref{X: plan.VTLRenderer}}}}
	program := plan.Program{Package: "main", Files: []plan.File{{Name: "render_gw.go", Decls: []plan.Decl{plan.Var{Specs: paths}, render}}}}
	printed, err := emit.Program(&program)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, f := range printed {
		files[f.Name] = f.Text
	}
	return files, nil
}

// velocity compiles the programs in Java, with the $input of the conformance tests.
func (b *bench) velocity() (*exec.Cmd, error) {
	path := b.dir
	for _, jar := range []string{"velocity", "commons-collections3", "commons-lang", "json-path", "json-smart", "accessors-smart", "asm", "slf4j-api", "slf4j-nop"} {
		file := filepath.Join("/usr/share/java", jar+".jar")
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("%w (packages velocity, libjsonpath-java, libjson-smart-java)", err)
		}
		path += ":" + file
	}
	javac := exec.Command("javac", "-encoding", "UTF-8", "-cp", path, "-d", b.dir,
		filepath.Join(b.root, "golden/conformance/testdata/Oracle.java"), filepath.Join(b.data, "Photos.java"))
	if out, err := javac.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("javac: %w: %s", err, bytes.TrimSpace(out))
	}
	return exec.Command("java", "-cp", path, "Photos", b.template(), b.payload(), strconv.Itoa(rounds)), nil
}

// velocityJSVersion is the release of the npm package that is measured.
const velocityJSVersion = "2.0.6"

// velocityJS fetches the npm package into the user's cache once.
func (b *bench) velocityJS() (*exec.Cmd, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(cache, "gatewright-bench", "velocityjs-"+velocityJSVersion)
	if _, err := os.Stat(filepath.Join(folder, "node_modules/velocityjs")); err != nil {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
		npm := exec.Command("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, "velocityjs@"+velocityJSVersion)
		if out, err := npm.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("npm install: %w: %s", err, bytes.TrimSpace(out))
		}
	}
	cmd := exec.Command("node", filepath.Join(b.data, "photos.js"), b.template(), b.payload(), strconv.Itoa(rounds))
	cmd.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(folder, "node_modules"))
	return cmd, nil
}
