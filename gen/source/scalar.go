package source

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Span returns where the value stands: a scalar from its first to its last character, quotes included; a list or map
// the first character of it.
func (n Node) Span() Span {
	if n.resolved() == nil {
		return Span{}
	}
	if n.resolved().Kind != yaml.ScalarNode {
		return n.Start()
	}
	if text, ok := n.computed(); ok {
		return text.Span
	}
	t := n.token()
	return n.File.SpanAt(t.start, t.end)
}

// textSpan returns where a scalar's text stands: the Span without quotes and block indicators. An empty text gives the
// whole Span.
func (n Node) textSpan() Span {
	t := n.token()
	if !t.exact || len(t.pieces) == 0 {
		return n.File.SpanAt(t.start, t.end)
	}
	last := t.pieces[len(t.pieces)-1]
	return n.File.SpanAt(t.pieces[0].source, last.source+last.length)
}

// Start is the span of the value's first character; that of a tag (!Sub) where one stands before the value.
func (n Node) Start() Span {
	y := n.YAML
	if y.Kind == yaml.AliasNode && y.Alias != nil && y.Alias.Line > 0 {
		y = n.resolved()
	}
	return Span{File: n.File, Line: y.Line, Col: y.Column, EndLine: y.Line, EndCol: y.Column + 1}
}

// Slice returns where the bytes from..to of a scalar's text stand in the file: through quotes, escapes, folded lines
// and the indentation of block scalars. It returns the whole scalar's span when the offsets are not inside the text.
func (n Node) Slice(from, to int) Span {
	y := n.resolved()
	if y == nil {
		return Span{}
	}
	if y.Kind != yaml.ScalarNode || from < 0 || to < from || to > len(y.Value) {
		return n.Span()
	}
	if text, ok := n.computed(); ok {
		return text.Sub(from, to-from)
	}
	t := n.token()
	if !t.exact {
		return n.File.SpanAt(t.start, t.end)
	}
	start, end := t.offset(from, false), t.offset(to, true)
	if from == to {
		start = t.offset(from, from == len(y.Value))
		end = start
	}
	return n.File.SpanAt(start, max(start, end))
}

// piece is a stretch of a scalar's text and of the file that says it. Where both are equally long they are equal.
type piece struct {
	text, size     int // offset and length in the text
	source, length int // offset and length in the file
}

// token is a scalar as it stands in the file.
type token struct {
	start, end int
	pieces     []piece
	exact      bool // the pieces cover the whole text
}

// offset returns the place in the file of a byte of the text. With after it is the place behind the byte before.
func (t token) offset(at int, after bool) int {
	if after && at > 0 {
		p := t.find(at - 1)
		if p.size == p.length {
			return p.source + at - p.text
		}
		return p.source + p.length
	}
	if len(t.pieces) == 0 {
		return min(t.start+1, t.end)
	}
	p := t.find(at)
	if p.size == p.length {
		return p.source + at - p.text
	}
	return p.source
}

// find returns the piece that holds a byte of the text.
func (t token) find(at int) piece {
	lo, hi := 0, len(t.pieces)-1
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if t.pieces[mid].text <= at {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return t.pieces[lo]
}

// scan reads the scalar again from the file. Where that does not give the text that the parser gave, the token is
// only its first character, and not exact.
func (n Node) scan() token {
	y := n.resolved()
	s := scanner{data: n.File.Data, json: n.File.json, text: y.Value}
	s.at = n.File.offset(y.Line, y.Column)
	s.properties()
	start := s.at
	var ok bool
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		ok = s.double()
	case y.Style&yaml.SingleQuotedStyle != 0:
		ok = s.single()
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		ok = s.block()
	default:
		ok = s.plain()
	}
	if !ok || s.done != len(s.text) {
		end := start
		if start < len(s.data) {
			_, width := utf8.DecodeRune(s.data[start:])
			end += width
		}
		return token{start: start, end: end}
	}
	return token{start: start, end: s.at, pieces: s.pieces, exact: true}
}

// scanner reads one scalar of the file beside the text that it is known to mean.
type scanner struct {
	data   []byte
	json   bool
	text   string
	at     int // in data
	done   int // in text
	pieces []piece
}

// more reports whether data goes on, and with what byte.
func (s *scanner) more() (byte, bool) {
	if s.at >= len(s.data) {
		return 0, false
	}
	return s.data[s.at], true
}

func (s *scanner) isBreak() int {
	if s.at >= len(s.data) {
		return 0
	}
	return lineBreak(s.data[s.at:], s.json)
}

// properties skips a tag and an anchor before the scalar, and the white space and comments behind them.
func (s *scanner) properties() {
	for c, ok := s.more(); ok && (c == '!' || c == '&'); c, ok = s.more() {
		for c, ok = s.more(); ok && c != ' ' && c != '\t' && s.isBreak() == 0; c, ok = s.more() {
			s.at++
		}
		s.gap()
	}
}

// gap skips blanks, line breaks and comments.
func (s *scanner) gap() {
	for c, ok := s.more(); ok; c, ok = s.more() {
		switch n := s.isBreak(); {
		case n > 0:
			s.at += n
		case c == ' ' || c == '\t':
			s.at++
		case c == '#':
			for s.at < len(s.data) && s.isBreak() == 0 {
				s.at++
			}
		default:
			return
		}
	}
}

// same takes n bytes of data that stand in the text as they are.
func (s *scanner) same(n int) bool {
	if !strings.HasPrefix(s.text[s.done:], string(s.data[s.at:s.at+n])) {
		return false
	}
	if last := len(s.pieces) - 1; last >= 0 {
		if p := &s.pieces[last]; p.size == p.length && p.source+p.length == s.at && p.text+p.size == s.done {
			p.size, p.length = p.size+n, p.length+n
			s.at, s.done = s.at+n, s.done+n
			return true
		}
	}
	return s.means(s.text[s.done:s.done+n], n)
}

// means takes n bytes of data that stand for decoded.
func (s *scanner) means(decoded string, n int) bool {
	if !strings.HasPrefix(s.text[s.done:], decoded) {
		return false
	}
	if decoded != "" {
		s.pieces = append(s.pieces, piece{text: s.done, size: len(decoded), source: s.at, length: n})
	}
	s.at, s.done = s.at+n, s.done+len(decoded)
	return true
}

// run takes bytes that mean themselves up to a blank, a line break or a byte of stops. It looks no further than one byte
// beyond the text: in JSON on one line nothing else ends a run, and each would reach to the end of the file.
func (s *scanner) run(stops string) (taken bool, ok bool) {
	n := 0
	for end := min(len(s.data), s.at+len(s.text)-s.done+1); s.at+n < end; {
		c := s.data[s.at+n]
		if c == ' ' || c == '\t' || strings.IndexByte(stops, c) >= 0 || lineBreak(s.data[s.at+n:], s.json) > 0 {
			break
		}
		n++
	}
	if n == 0 {
		return false, true
	}
	return true, s.same(n)
}

// fold reads blanks, and the line breaks among them if any: one break means a space, n of them n-1 line feeds.
func (s *scanner) fold() bool {
	start := s.at
	for c, ok := s.more(); ok && (c == ' ' || c == '\t'); c, ok = s.more() {
		s.at++
	}
	if s.isBreak() == 0 {
		n := s.at - start
		s.at = start
		return s.same(n)
	}
	first, more := s.breaks()
	n := s.at - start
	s.at = start
	if more == "" && first == "\n" {
		return s.means(" ", n)
	}
	if first == "\n" {
		first = ""
	}
	return s.means(first+more, n)
}

// breaks skips line breaks and the blanks around them; it returns the first break and the others as YAML reads them.
func (s *scanner) breaks() (first, more string) {
	for {
		n := s.isBreak()
		if n == 0 {
			return first, more
		}
		text := normalBreak(s.data[s.at : s.at+n])
		if first == "" {
			first = text
		} else {
			more += text
		}
		s.at += n
		for c, ok := s.more(); ok && (c == ' ' || c == '\t'); c, ok = s.more() {
			s.at++
		}
	}
}

// normalBreak returns what a line break means inside a scalar.
func normalBreak(b []byte) string {
	if b[0] == 0xE2 {
		return string(b)
	}
	return "\n"
}

// plain reads a scalar without quotes.
func (s *scanner) plain() bool {
	for s.done < len(s.text) {
		taken, ok := s.run("")
		if !ok && taken {
			return s.partial()
		}
		if s.done >= len(s.text) {
			return true
		}
		if !taken {
			if s.at >= len(s.data) || !s.fold() {
				return false
			}
		}
	}
	return true
}

// partial takes the bytes that are left of the text, which ends before the run does: `a: [x,y]`.
func (s *scanner) partial() bool {
	left := s.text[s.done:]
	if s.at+len(left) > len(s.data) {
		return false
	}
	return s.same(len(left))
}

// single reads a scalar in single quotes.
func (s *scanner) single() bool {
	if c, ok := s.more(); !ok || c != '\'' {
		return false
	}
	s.at++
	for {
		taken, ok := s.run("'")
		c, more := s.more()
		switch {
		case !ok || !more:
			return false
		case taken:
		case c != '\'':
			if !s.fold() {
				return false
			}
		case s.at+1 < len(s.data) && s.data[s.at+1] == '\'':
			if !s.means("'", 2) {
				return false
			}
		default:
			s.at++
			return true
		}
	}
}

// double reads a scalar in double quotes, of YAML or JSON.
func (s *scanner) double() bool {
	if c, ok := s.more(); !ok || c != '"' {
		return false
	}
	s.at++
	for {
		taken, ok := s.run(`"\`)
		c, more := s.more()
		switch {
		case !ok || !more:
			return false
		case taken:
		case c == '"':
			s.at++
			return true
		case c == '\\':
			if !s.escape() {
				return false
			}
		default:
			if !s.fold() {
				return false
			}
		}
	}
}
