package source

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// escape reads an escape inside double quotes.
func (s *scanner) escape() bool {
	if s.json {
		decoded, n := jsonEscape(string(s.data[s.at:min(s.at+12, len(s.data))]))
		return n > 0 && s.means(decoded, n)
	}
	if s.at+1 >= len(s.data) {
		return false
	}
	s.at++
	if s.isBreak() > 0 { // an escaped line break joins two lines; empty lines behind it stay
		start := s.at - 1
		_, more := s.breaks()
		n := s.at - start
		s.at = start
		return s.means(more, n)
	}
	s.at--
	decoded, n := yamlEscape(string(s.data[s.at:min(s.at+12, len(s.data))]))
	return n > 0 && s.means(decoded, n)
}

// yamlEscape decodes the escape that text starts with and returns its length; 0 when it is none.
func yamlEscape(text string) (string, int) {
	const letters = "0abt\tnvfre \"'/\\N_LP"
	if at := strings.IndexByte(letters, text[1]); at >= 0 {
		decoded := [...]string{"\x00", "\a", "\b", "\t", "\t", "\n", "\v", "\f", "\r", "\x1b", " ", "\"", "'", "/", "\\",
			"\u0085", "\u00a0", "\u2028", "\u2029"}
		return decoded[at], 2
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[text[1]]
	if digits == 0 || len(text) < 2+digits {
		return "", 0
	}
	v, err := strconv.ParseUint(text[2:2+digits], 16, 32)
	if err != nil || v > utf8.MaxRune {
		return "", 0
	}
	return string(rune(v)), 2 + digits
}

// block reads a literal or folded block scalar. Which of the two it is shows in the text: lineEnd tries what a line's
// end may mean.
func (s *scanner) block() bool {
	if c, ok := s.more(); !ok || c != '|' && c != '>' {
		return false
	}
	for s.at < len(s.data) && s.isBreak() == 0 { // indicators and a comment
		s.at++
	}
	s.at += s.isBreak()
	return s.lines(s.blockIndent())
}

// blockIndent returns the indentation of the block's text. The text says it: the first line of it that is not empty
// follows so many blanks.
func (s *scanner) blockIndent() int {
	lead := 0
	for lead < len(s.text) && s.text[lead] == '\n' {
		lead++
	}
	at := s.at
	for at < len(s.data) {
		start := at
		for at < len(s.data) && s.data[at] == ' ' {
			at++
		}
		if at < len(s.data) && lineBreak(s.data[at:], false) == 0 {
			own := 0 // spaces that belong to the text
			for lead+own < len(s.text) && s.text[lead+own] == ' ' {
				own++
			}
			return max(0, at-start-own)
		}
		if at < len(s.data) {
			at += lineBreak(s.data[at:], false)
		}
	}
	return 0
}

// lines reads the lines of a block scalar until the text is complete.
func (s *scanner) lines(indent int) bool {
	for s.done < len(s.text) {
		for i := 0; i < indent; i++ {
			if c, ok := s.more(); ok && c == ' ' {
				s.at++
			}
		}
		line := s.at
		for s.at < len(s.data) && s.isBreak() == 0 {
			s.at++
		}
		n := s.at - line
		s.at = line
		n = min(n, len(s.text)-s.done)
		if n > 0 && !s.same(n) {
			return false
		}
		if s.done == len(s.text) {
			return true
		}
		if !s.lineEnd() {
			return false
		}
	}
	return true
}

// lineEnd reads the end of a block scalar's line, which means itself, a space or nothing.
func (s *scanner) lineEnd() bool {
	n := s.isBreak()
	if n == 0 { // the file ends without a line break, and the text has one
		return s.at >= len(s.data) && s.means("\n", 0)
	}
	for _, meaning := range []string{normalBreak(s.data[s.at : s.at+n]), " ", ""} {
		if meaning == " " && s.text[s.done] != ' ' {
			continue
		}
		if s.means(meaning, n) {
			return true
		}
	}
	return false
}
