package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/runtime/gwtest/fixture"
)

// testTotal is what came of all files.
type testTotal struct {
	passed, failed, updated int
	branches                []fixture.Branch
	broken                  bool // a document's cases could not be run
}

// add tells what came of one document's files.
func (t *testTotal) add(r *testRun, result *fixture.Result) {
	for _, file := range result.Files {
		fmt.Fprint(r.out, file.Text)
		t.passed += file.Passed
		t.failed += file.Failed
		t.updated += file.Updated
		if file.Updated > 0 {
			fmt.Fprintf(r.out, "updated %s: %s\n", file.Path, count(file.Updated, "case"))
		}
		if ran := file.Passed + file.Failed + file.Updated; file.Failed == 0 && ran > 0 {
			fmt.Fprintf(r.out, "ok %s: %s\n", file.Path, count(ran, "case"))
		}
	}
	t.branches = append(t.branches, result.Branches...)
}

// tell tells the total, and fails unless all is well.
func (t *testTotal) tell(r *testRun) error {
	ran := t.passed + t.failed + t.updated
	if ran == 0 && !t.broken {
		return fmt.Errorf("no case has a name that --run %q matches", r.task.Run)
	}
	if r.coverage {
		t.cover(r)
	}
	if t.failed > 0 {
		fmt.Fprintf(r.out, "%s, %d failed; - is what a fixture wants, + is what came out\n", count(ran, "case"), t.failed)
	}
	if t.failed > 0 || t.broken {
		return exitCode(exitFindings)
	}
	return nil
}

// cover lists the branches that no case reached.
func (t *testTotal) cover(r *testRun) {
	if len(t.branches) == 0 {
		fmt.Fprintln(r.out, "coverage: the templates have no branches")
		return
	}
	reached := 0
	var missed strings.Builder
	slices.SortStableFunc(t.branches, inDocument)
	for _, b := range t.branches {
		if b.Reached {
			reached++
			continue
		}
		fmt.Fprintf(&missed, "  %s: no case reaches this %s\n", b.Where, b.What)
	}
	fmt.Fprintf(r.out, "coverage: %.1f%% of the templates' branches (%d of %d)\n%s",
		100*float64(reached)/float64(len(t.branches)), reached, len(t.branches), missed.String())
}

// inDocument compares the places of branches.
func inDocument(a, b fixture.Branch) int {
	fileA, lineA, colA := place(a.Where)
	fileB, lineB, colB := place(b.Where)
	return cmp.Or(cmp.Compare(fileA, fileB), lineA-lineB, colA-colB)
}

// place takes file:line:col apart.
func place(where string) (file string, line, col int) {
	parts := strings.Split(where, ":")
	if len(parts) < 3 {
		return where, 0, 0
	}
	col, _ = strconv.Atoi(parts[len(parts)-1]) // they are numbers that we have written
	line, _ = strconv.Atoi(parts[len(parts)-2])
	return strings.Join(parts[:len(parts)-2], ":"), line, col
}
