package diag

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gatewright/gatewright/gen/source"
)

// TextOptions says how WriteText writes.
type TextOptions struct {
	Color bool // with the escape sequences of terminals
}

// WriteText writes the findings for people: each with its source line, and a summary at the end. It writes nothing when
// there are none.
func WriteText(w io.Writer, list *List, options TextOptions) error {
	shown, cut := list.Sorted()
	if len(shown) == 0 {
		return nil
	}
	t := textWriter{color: options.Color}
	for _, d := range shown {
		t.finding(d)
	}
	t.summary(list, shown, cut)
	_, err := io.WriteString(w, t.text.String())
	return err
}

// The colours of terminals.
const (
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	blue   = "\x1b[1;34m"
	bold   = "\x1b[1m"
	reset  = "\x1b[0m"
)

// maxColumns is how much of a source line is shown; a longer one is cut around the mistake.
const maxColumns = 110

type textWriter struct {
	text  strings.Builder
	color bool

	// The source line that was shown last: the findings of a document without line breaks are all about the same one.
	file   *source.File
	number int
	line   string
}

// lineOf returns the first line of a span.
func (t *textWriter) lineOf(span source.Span) string {
	if span.File != t.file || span.Line != t.number {
		t.file, t.number, t.line = span.File, span.Line, span.File.Line(span.Line)
	}
	return t.line
}

func (t *textWriter) paint(color, text string) string {
	if !t.color {
		return text
	}
	return color + text + reset
}

func (t *textWriter) finding(d Diagnostic) {
	color := red
	if d.Severity == Warning {
		color = yellow
	}
	if d.Span.Valid() {
		t.text.WriteString(t.paint(bold, printable(d.Span.String())+":") + " ")
	}
	fmt.Fprintf(&t.text, "%s: %s\n", t.paint(color, fmt.Sprintf("%s[%s]", d.Severity, d.Code)), t.paint(bold, printable(d.Message)))
	if !d.Secret {
		t.source(d.Span, color)
	}
	t.note("cause", d.Cause)
	t.note("help", d.Help)
	if d.Allowed {
		if info, ok := Explain(d.Code); ok {
			t.note("allowed", asNote(info.Allowed))
		}
	}
	for _, related := range d.Related {
		t.note(related.Span.String(), related.Message)
		t.source(related.Span, blue)
	}
	t.text.WriteByte('\n')
}

// asNote turns a sentence of an explanation into a note: lower case, no full stop.
func asNote(sentence string) string {
	first, size := utf8.DecodeRuneInString(sentence)
	return string(unicode.ToLower(first)) + strings.TrimSuffix(sentence[size:], ".")
}

func (t *textWriter) note(label, text string) {
	if text != "" {
		fmt.Fprintf(&t.text, "  %s %s\n", t.paint(blue, "= "+printable(label)+":"), printable(text))
	}
}

// source writes the first line of a span with its stretch underlined.
func (t *textWriter) source(span source.Span, color string) {
	if !span.Valid() {
		return
	}
	line := excerptOf(t.lineOf(span), span)
	number := strconv.Itoa(span.Line)
	fmt.Fprintf(&t.text, "  %s %s\n", t.paint(blue, number+" |"), line.text)
	fmt.Fprintf(&t.text, "  %s %s%s\n", t.paint(blue, strings.Repeat(" ", len(number))+" |"),
		strings.Repeat(" ", line.before), t.paint(color, strings.Repeat("^", line.under)))
}

func (t *textWriter) summary(list *List, shown []Diagnostic, cut int) {
	var counts []string
	if n := list.Errors(); n > 0 {
		counts = append(counts, plural(n, "error"))
	}
	if n := list.Warnings(); n > 0 {
		counts = append(counts, plural(n, "warning"))
	}
	t.text.WriteString(t.paint(bold, strings.Join(counts, ", ")))
	if cut > 0 {
		fmt.Fprintf(&t.text, " (%d not shown)", cut)
	}
	code := shown[0].Code
	for _, d := range shown {
		if d.Severity == Error {
			code = d.Code
			break
		}
	}
	fmt.Fprintf(&t.text, "; more about a code: gatewright explain %s\n", code)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// excerpt is a source line as a terminal shows it.
type excerpt struct {
	text          string
	before, under int // columns left of the underlined stretch, and of it
}

// cell is one character of a source line and the columns it takes.
type cell struct {
	text  string
	width int
}

func excerptOf(line string, span source.Span) excerpt {
	runes, from, to := window(line, span)
	var e excerpt
	var text strings.Builder
	column := 0
	for i, r := range runes {
		c := cellOf(r, column)
		text.WriteString(c.text)
		column += c.width
		switch {
		case i < from:
			e.before += c.width
		case i < to:
			e.under += c.width
		}
	}
	e.text = strings.TrimRight(text.String(), " ")
	e.under = max(e.under, 1)
	return e
}

// window returns the characters of a span's first line, and where among them the span begins and ends. A long line is
// cut to a stretch that shows the span, or its beginning. Lines may be megabytes long, so that nothing here looks
// behind the stretch.
func window(line string, span source.Span) (runes []rune, from, to int) {
	const context = 30 // characters shown left of the span
	from, to = max(span.Col-1, 0), span.EndCol-1
	if span.EndLine > span.Line {
		to = len(line)
	}
	start := 0
	if utf8.RuneCountInString(line[:min(len(line), utf8.UTFMax*maxColumns)]) > maxColumns {
		start = max(0, from-context)
	}
	rest := line[runeOffset(line, start):]
	for len(runes) < maxColumns && rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		runes = append(runes, r)
		rest = rest[size:]
	}
	if start > 0 && len(runes) > 0 {
		runes[0] = '…'
	}
	if rest != "" {
		runes[len(runes)-1] = '…'
	}
	from = min(from-start, len(runes))
	return runes, from, min(max(to-start, from), len(runes))
}

// runeOffset returns where in s the n-th character begins, or the end of s.
func runeOffset(s string, n int) int {
	for offset := range s {
		if n == 0 {
			return offset
		}
		n--
	}
	return len(s)
}

// cellOf returns how a character is shown that starts at a column. What would move the cursor or turn the
// direction of text is shown as a replacement character.
func cellOf(r rune, column int) cell {
	const tab = 4
	switch {
	case r == '\t':
		width := tab - column%tab
		return cell{strings.Repeat(" ", width), width}
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
		return cell{string(r), 0}
	case !unicode.IsPrint(r) && r != ' ':
		return cell{"\uFFFD", 1}
	case isWide(r):
		return cell{string(r), 2}
	default:
		return cell{string(r), 1}
	}
}

// isWide reports whether terminals give a character two columns (Unicode's East Asian Width, W and F).
func isWide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115F || // Hangul Jamo
		0x2E80 <= r && r <= 0x303E || 0x3041 <= r && r <= 0x33FF || 0x3400 <= r && r <= 0x4DBF || // CJK, kana
		0x4E00 <= r && r <= 0x9FFF || 0xA000 <= r && r <= 0xA4CF || 0xA960 <= r && r <= 0xA97F ||
		0xAC00 <= r && r <= 0xD7A3 || 0xF900 <= r && r <= 0xFAFF || 0xFE30 <= r && r <= 0xFE6F ||
		0xFF01 <= r && r <= 0xFF60 || 0xFFE0 <= r && r <= 0xFFE6 ||
		0x1F300 <= r && r <= 0x1F64F || 0x1F680 <= r && r <= 0x1F6FF || 0x1F900 <= r && r <= 0x1FAFF || // emoji
		0x20000 <= r && r <= 0x3FFFD)
}

// printable writes what would move a terminal's cursor or turn the direction of text as an escape sequence of Go.
func printable(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}
