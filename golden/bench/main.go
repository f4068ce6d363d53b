// Command bench measures generated gateways beside their peers, in one run on one machine: CPU time per request,
// with guards
// before it too, memory per idle connection, time to the first answer, generation and build of a large API, and its router. It prints
// what it measured and says in one line why it left a part out. It is a tool for `make bench`, not part of the product.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

// options are the command line.
type options struct {
	parts       string
	only        string
	command     string
	quick       bool
	keep        bool
	rounds      int
	seconds     int
	connections int
	idle        int
	core        int
	loadCore    int
}

// bench is one run: where it works and what it has built so far.
type bench struct {
	options
	ctx      context.Context
	out      io.Writer
	root     string // the checkout
	dir      string // the run's own folder
	tool     string // the command, once it is built
	children []*child
}

// part is one selectable part of the benchmark.
type part struct {
	name string
	run  func(*bench) error
}

// parts lists the parts in the order they run.
func parts() []part {
	return []part{
		{"load", (*bench).load},
		{"callers", (*bench).callers},
		{"limits", (*bench).limits},
		{"idle", (*bench).idleConnections},
		{"start", (*bench).firstAnswer},
		{"generate", (*bench).generation},
		{"router", (*bench).routing},
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == peerCommand {
		if err := servePeer(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures the chosen parts and prints what they give.
func run(args []string, out io.Writer) error {
	opts, err := parseOptions(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root, err := checkout()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gatewright-bench-")
	if err != nil {
		return err
	}
	if !opts.keep {
		defer os.RemoveAll(dir)
	}
	b := &bench{options: opts, ctx: ctx, out: out, root: root, dir: dir, tool: opts.command}
	defer b.stopAll()
	return b.runParts()
}

// parseOptions reads the flags and checks them against each other.
func parseOptions(args []string) (options, error) {
	var o options
	names := make([]string, 0, len(parts()))
	for _, p := range parts() {
		names = append(names, p.name)
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.parts, "parts", strings.Join(names, ","), "the `parts` to run, of: "+strings.Join(names, ", "))
	flags.StringVar(&o.only, "only", "", "load, idle and start: only candidates whose name contains this `text` (and nginx)")
	flags.StringVar(&o.command, "command", "", "use this gatewright `program` instead of building the checkout's")
	flags.BoolVar(&o.quick, "quick", false, "a smoke run: one short round of everything; its numbers mean nothing")
	flags.BoolVar(&o.keep, "keep", false, "keep the run's temporary folder")
	flags.IntVar(&o.rounds, "rounds", 5, "rounds over all candidates")
	flags.IntVar(&o.seconds, "seconds", 3, "seconds of load per candidate and round")
	flags.IntVar(&o.connections, "connections", 64, "connections of the load generator")
	flags.IntVar(&o.idle, "idle-connections", 10000, "idle keep-alive connections to hold")
	flags.IntVar(&o.core, "core", 0, "the core of the process under test")
	flags.IntVar(&o.loadCore, "load-core", 1, "the core of the backend and the load generator")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.quick {
		o.rounds, o.seconds, o.idle = 1, 1, 200
	}
	for name := range strings.SplitSeq(o.parts, ",") {
		if !strings.Contains(","+strings.Join(names, ",")+",", ","+name+",") {
			return o, fmt.Errorf("there is no part %q; the parts are %s", name, strings.Join(names, ", "))
		}
	}
	if o.rounds < 1 || o.seconds < 1 || o.connections < 1 || o.idle < 1 {
		return o, errors.New("rounds, seconds and connections start at 1")
	}
	return o, nil
}

// runParts runs what was chosen. A part that cannot run says why and the others go on; a part that fails makes the run fail.
func (b *bench) runParts() error {
	b.printMachine()
	var failed []string
	for _, p := range parts() {
		if !strings.Contains(","+b.parts+",", ","+p.name+",") {
			continue
		}
		err := p.run(b)
		b.stopAll()
		if b.ctx.Err() != nil {
			return errors.New("interrupted")
		}
		var skip skipError
		switch {
		case errors.As(err, &skip):
			b.printf("\n%s: skipped: %s\n", p.name, skip)
		case err != nil:
			b.printf("\n%s: failed: %v\n", p.name, err)
			failed = append(failed, p.name)
		}
	}
	if b.keep {
		b.printf("\nkept %s\n", b.dir)
	}
	if failed != nil {
		return fmt.Errorf("failed: %s", strings.Join(failed, ", "))
	}
	return nil
}

// skipError is the reason for leaving something out.
type skipError string

func (e skipError) Error() string { return string(e) }

// leftOut says why a candidate takes no part, and gives the error back unless it is a reason to skip.
func (b *bench) leftOut(c candidate, err error) error {
	var skip skipError
	if errors.As(err, &skip) {
		b.printf("  %-24s skipped: %s\n", c.name, skip)
		return nil
	}
	b.printf("  %-24s failed\n", c.name)
	return fmt.Errorf("%s: %w", c.name, err)
}

func (b *bench) printf(format string, args ...any) { fmt.Fprintf(b.out, format, args...) }

// checkout finds the root of this module from the working directory.
func checkout() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.Contains(string(text), "module "+modulePath+"\n") {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("run it inside the checkout of " + modulePath)
		}
		dir = up
	}
}
