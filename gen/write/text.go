package write

import (
	"bytes"
	"fmt"
	"strings"
)

// context is how many equal lines stand around a difference.
const contextLines = 3

// Text returns the change as a unified diff.
func (c Change) Text() string {
	var b strings.Builder
	from, to := c.Name, c.Name
	if c.Kind == Added {
		from = "/dev/null"
	}
	if c.Kind == Removed {
		to = "/dev/null"
	}
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", from, to)
	old, new := split(c.Old), split(c.New)
	for _, h := range hunks(edits(old, new)) {
		h.write(&b)
	}
	return b.String()
}

func split(text []byte) []string {
	if len(text) == 0 {
		return nil
	}
	return strings.Split(string(bytes.TrimSuffix(text, []byte("\n"))), "\n")
}

// edit is a line of a diff: kept (' '), removed ('-') or added ('+').
type edit struct {
	mark     byte
	line     string
	old, new int // line numbers, from 1, of the next line on each side
}

// edits turns old into new. Equal beginnings and ends are set aside; the middle is compared by the longest common
// subsequence, or replaced whole where that would take too much memory.
func edits(old, new []string) []edit {
	start := 0
	for start < len(old) && start < len(new) && old[start] == new[start] {
		start++
	}
	end := 0
	for end < len(old)-start && end < len(new)-start && old[len(old)-1-end] == new[len(new)-1-end] {
		end++
	}
	l := editList{}
	for _, line := range old[:start] {
		l.add(' ', line)
	}
	l.middle(old[start:len(old)-end], new[start:len(new)-end])
	for _, line := range old[len(old)-end:] {
		l.add(' ', line)
	}
	return l.all
}

// largestTable bounds the table of the longest common subsequence.
const largestTable = 4 << 20

type editList struct {
	all      []edit
	old, new int
}

func (l *editList) add(mark byte, line string) {
	l.all = append(l.all, edit{mark, line, l.old + 1, l.new + 1})
	if mark != '+' {
		l.old++
	}
	if mark != '-' {
		l.new++
	}
}

func (l *editList) middle(old, new []string) {
	if len(old)*len(new) > largestTable {
		for _, line := range old {
			l.add('-', line)
		}
		for _, line := range new {
			l.add('+', line)
		}
		return
	}
	table := common(old, new)
	i, j := 0, 0
	for i < len(old) || j < len(new) {
		switch {
		case i < len(old) && j < len(new) && old[i] == new[j]:
			l.add(' ', old[i])
			i, j = i+1, j+1
		case j >= len(new) || i < len(old) && table[i+1][j] >= table[i][j+1]:
			l.add('-', old[i])
			i++
		default:
			l.add('+', new[j])
			j++
		}
	}
}

// common is the table of lengths of the longest common subsequences of old[i:] and new[j:].
func common(old, new []string) [][]int32 {
	table := make([][]int32, len(old)+1)
	for i := range table {
		table[i] = make([]int32, len(new)+1)
	}
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(new) - 1; j >= 0; j-- {
			if old[i] == new[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

// hunk is a stretch of edits with the lines around it.
type hunk []edit

// hunks leaves out what is far from any difference.
func hunks(all []edit) []hunk {
	var found []hunk
	last := -1 // the last edit that is taken
	for i, e := range all {
		if e.mark == ' ' {
			continue
		}
		from := max(i-contextLines, last+1)
		if len(found) == 0 || from > last+1 {
			found = append(found, nil)
		}
		h := &found[len(found)-1]
		to := min(i+contextLines, len(all)-1)
		if from <= to {
			*h = append(*h, all[max(from, last+1):to+1]...)
			last = max(last, to)
		}
	}
	return found
}

func (h hunk) write(b *strings.Builder) {
	old, new := 0, 0
	for _, e := range h {
		if e.mark != '+' {
			old++
		}
		if e.mark != '-' {
			new++
		}
	}
	fmt.Fprintf(b, "@@ -%s +%s @@\n", place(h[0].old, old), place(h[0].new, new))
	for _, e := range h {
		fmt.Fprintf(b, "%c%s\n", e.mark, e.line)
	}
}

func place(start, count int) string {
	if count == 0 {
		start--
	}
	return fmt.Sprintf("%d,%d", start, count)
}
