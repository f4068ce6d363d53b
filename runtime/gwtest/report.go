package gwtest

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/runtime/gwtest/fixture"
)

// Colours of what is printed on a terminal.
const (
	red   = "\x1b[31m"
	green = "\x1b[32m"
	bold  = "\x1b[1m"
	plain = "\x1b[0m"
)

// text tells what is wrong with the case: what was wanted after -, what came after +.
func (o *outcome) text(file *fixture.File, color bool) string {
	var b strings.Builder
	paint := func(code, text string) string {
		if !color {
			return text
		}
		return code + text + plain
	}
	fmt.Fprintf(&b, "%s %s:%d:%d: %s\n", paint(red+bold, "FAIL"), file.Path, o.c.At.Line, o.c.At.Col, paint(bold, o.c.Name))
	if o.err != nil {
		fmt.Fprintf(&b, "  %s\n", o.err.Error())
	}
	if o.err == nil && !o.c.Expect.Given() {
		fmt.Fprintf(&b, "  the case expects nothing; have what comes out written into it by an update\n")
	}
	for _, d := range o.differences {
		fmt.Fprintf(&b, "  %s (line %d)\n", d.Part, d.At.Line)
		for _, line := range diff(d.Want, d.Got) {
			switch line[0] {
			case '-':
				line = paint(red, line)
			case '+':
				line = paint(green, line)
			}
			fmt.Fprintf(&b, "    %s\n", line)
		}
	}
	for line := range strings.Lines(o.log) {
		fmt.Fprintf(&b, "  the gateway says: %s\n", strings.TrimSpace(line))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

const (
	around   = 3         // lines shown around a change
	maxTable = 1_000_000 // of pairs of lines that are compared
)

// diff compares texts line by line. Lines begin with "- ", "+ " or two spaces; what is left out is "…".
func diff(want, got string) []string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	if len(a)*len(b) > maxTable {
		return append(prefixed("- ", head(a)), prefixed("+ ", head(b))...)
	}
	return shorten(edits(a, b, common(a, b)))
}

// head is the beginning of a text that is too long to be compared.
func head(lines []string) []string {
	const most = 50
	if len(lines) <= most {
		return lines
	}
	return append(lines[:most:most], fmt.Sprintf("… (%d more lines)", len(lines)-most))
}

func prefixed(prefix string, lines []string) []string {
	all := make([]string, len(lines))
	for i, line := range lines {
		all[i] = prefix + line
	}
	return all
}

// common is how many lines two texts have in common from each pair of lines on.
func common(a, b []string) [][]int {
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

// edits are all lines, marked.
func edits(a, b []string, table [][]int) []string {
	var all []string
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			all = append(all, "  "+a[i])
			i++
			j++
		case i < len(a) && (j == len(b) || table[i+1][j] >= table[i][j+1]):
			all = append(all, "- "+a[i])
			i++
		default:
			all = append(all, "+ "+b[j])
			j++
		}
	}
	return all
}

// shorten leaves out lines that are far from a change.
func shorten(lines []string) []string {
	near := make([]bool, len(lines))
	for i, line := range lines {
		if line[0] == ' ' {
			continue
		}
		for k := max(0, i-around); k <= min(len(lines)-1, i+around); k++ {
			near[k] = true
		}
	}
	var all []string
	for i, line := range lines {
		switch {
		case near[i]:
			all = append(all, line)
		case i == 0 || near[i-1]:
			all = append(all, "…")
		}
	}
	return all
}
