package emit

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// docWidth is where the lines of a comment are broken.
const docWidth = 118

// comment makes comment lines of text, which may come from the document: each begins with "// " and holds no character
// that ends a line or changes how a reader sees it. An empty text gives no lines.
func comment(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	var lines []string
	blank := false
	for paragraph := range strings.SplitSeq(text, "\n") {
		paragraph = line(paragraph)
		if paragraph == "" {
			blank = len(lines) > 0
			continue
		}
		if blank {
			lines = append(lines, "//")
			blank = false
		}
		for _, l := range wrap(paragraph) {
			lines = append(lines, commentLine(l))
		}
	}
	return lines
}

// commentLine is one line of a comment. What the go command would take for a build constraint is defused: printing
// a file carries constraints to its beginning, from wherever they stand.
func commentLine(text string) string {
	if strings.HasPrefix(text, "+build") {
		text = "plus" + strings.TrimPrefix(text, "+")
	}
	return "// " + text
}

// line is text on one line, without characters that are not printed, such as bidirectional marks.
func line(text string) string {
	printable := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(printable), " ")
}

// wrap breaks a line at spaces.
func wrap(text string) []string {
	var lines []string
	var current strings.Builder
	for word := range strings.FieldsSeq(text) {
		if current.Len() > 0 && current.Len()+1+len(word)+len("// ") > docWidth {
			lines = append(lines, current.String())
			current.Reset()
		}
		if current.Len() > 0 {
			current.WriteByte(' ')
		}
		current.WriteString(word)
	}
	return append(lines, current.String())
}
