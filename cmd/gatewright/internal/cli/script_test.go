package cli

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// checkout is the root of the module, seen from this directory.
const checkout = "../../../.."

var update = flag.Bool("update", false, "rewrite the files that scripts compare with")

// TestMain lets scripts run the command, and the programs of helpers_test.go, as processes of their own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"gatewright": func() { os.Exit(Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		"ask":        askMain,
		"curl":       curlMain,
		"exits":      exitsMain,
		"backend":    backendMain,
	})
}

// TestScripts runs golden/cli. With -update, the files that `cmp` compares with are rewritten.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(checkout, "golden", "cli"),
		Setup:               setUp,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready":         readyCmd,
			"stamp":         stampCmd,
			"take-over":     takeOverCmd,
			"told":          toldCmd,
			"gateway-flags": gatewayFlagsCmd,
		},
	})
}

// setUp gives a script the caches of this machine, so that it does not fetch and compile everything again.
func setUp(env *testscript.Env) error {
	root, err := filepath.Abs(checkout)
	if err != nil {
		return err
	}
	out, err := exec.Command("go", "env", "-json", "GOCACHE", "GOMODCACHE", "GOFLAGS", "GOPROXY").Output()
	if err != nil {
		return goError([]string{"env"}, err)
	}
	var caches map[string]string
	if err := json.Unmarshal(out, &caches); err != nil {
		return err
	}
	for name, value := range caches {
		env.Setenv(name, value)
	}
	env.Setenv("GOTOOLCHAIN", "local")
	env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
	env.Setenv("ROOT", root)
	commands, _, _ := strings.Cut(env.Getenv("PATH"), string(os.PathListSeparator))
	env.Setenv("COMMANDS", commands) // a PATH with nothing but this package's own programs
	return nil
}

// scriptPatience is how long a script waits for something to happen: on a machine whose caches are empty, that a gateway
// and all that it needs is compiled.
const scriptPatience = 4 * time.Minute

// readyCmd is `ready FILE VAR`: it waits until a gateway has written FILE, and puts its address into VAR.
func readyCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: ready FILE VAR")
	}
	file := ts.MkAbs(args[0])
	var said struct{ Listen string }
	until(ts, "no gateway is ready", func() bool {
		text, err := os.ReadFile(file)
		return err == nil && json.Unmarshal(text, &said) == nil && said.Listen != ""
	})
	ts.Setenv(args[1], said.Listen)
}

// until looks again and again until done says so.
func until(ts *testscript.TestScript, otherwise string, done func() bool) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(scriptPatience)
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s after %v", otherwise, scriptPatience)
		}
	}
}

// stampCmd is `stamp FILE…`: it gives files a time long ago, so that a script sees which are written again; and
// `! stamp FILE…`: it fails unless every file still has that time.
func stampCmd(ts *testscript.TestScript, neg bool, args []string) {
	long := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, name := range args {
		file := ts.MkAbs(name)
		if !neg {
			ts.Check(os.Chtimes(file, long, long))
			continue
		}
		info, err := os.Stat(file)
		ts.Check(err)
		if !info.ModTime().Equal(long) {
			ts.Fatalf("%s was written", name)
		}
	}
}

// toldCmd is `told FILE TEXT`: it waits until FILE holds TEXT.
func toldCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: told FILE TEXT")
	}
	file := ts.MkAbs(args[0])
	until(ts, args[0]+" does not say "+args[1], func() bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(text), args[1])
	})
}

// takeOverCmd is `take-over URL OLD NEW FILE TEXT`: it asks URL without a pause, puts TEXT into FILE after the first
// answer, and ends when the answer holds NEW. Every answer must hold OLD or NEW: none may be lost on the way.
func takeOverCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: take-over URL OLD NEW FILE TEXT")
	}
	url, old, renewed := args[0], args[1], args[2]
	file, text := ts.MkAbs(args[3]), ts.ReadFile(args[4])
	answers := 0
	until(ts, "no answer with "+renewed, func() bool {
		answer, err := get(url)
		if err != nil {
			ts.Fatalf("after %d answers: %v", answers, err)
		}
		if answers++; answers == 1 {
			if !strings.Contains(answer, old) {
				ts.Fatalf("first answer: %s", answer)
			}
			ts.Check(os.WriteFile(file, []byte(text), 0o644))
		}
		if !strings.Contains(answer, old) && !strings.Contains(answer, renewed) {
			ts.Fatalf("after %d answers: %s", answers, answer)
		}
		return strings.Contains(answer, renewed)
	})
	ts.Logf("%d answers, none lost", answers)
}

// listedFlag is a flag in a gateway's help.
var listedFlag = regexp.MustCompile(`(?m)^  --([a-z-]+)`)

// gatewayFlagsCmd is `gateway-flags FILE PART…`: it fails unless the help of a gateway with these parts, in FILE, lists the
// flags that run hands on.
func gatewayFlagsCmd(ts *testscript.TestScript, neg bool, args []string) {
	var listed, known []string
	for _, match := range listedFlag.FindAllStringSubmatch(ts.ReadFile(args[0]), -1) {
		if name := match[1]; name != "help" && name != "version" {
			listed = append(listed, name)
		}
	}
	for _, f := range gatewayFlags() {
		if f.part == "" || slices.Contains(args[1:], f.part) {
			known = append(known, f.name)
		}
	}
	slices.Sort(listed)
	slices.Sort(known)
	if !slices.Equal(listed, known) {
		ts.Fatalf("a gateway has the flags\n%v\nrun hands on\n%v", listed, known)
	}
}
