package cli

import (
	"fmt"
	"io"
	"os"
)

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// wantsColor reports whether text for w is coloured: on a terminal, unless NO_COLOR is set (no-color.org).
func wantsColor(w io.Writer) bool { return os.Getenv("NO_COLOR") == "" && isTerminal(w) }

// progress tells on a terminal what is being done, on a line that is wiped when it is done. Elsewhere it is silent.
type progress struct{ w io.Writer }

func (c *command) progress() progress {
	if !isTerminal(c.err) {
		return progress{w: io.Discard}
	}
	return progress{w: c.err}
}

const wipeLine = "\r\x1b[K"

func (p progress) step(format string, args ...any) {
	fmt.Fprintf(p.w, wipeLine+format+" …", args...)
}

func (p progress) done() { fmt.Fprint(p.w, wipeLine) }
