// Package parser turns the text of a mapping template into its tree, by the rules of Velocity 1.7 as API Gateway
// runs it (mapping-templates.md 2 to 4). It must not evaluate anything, nor know what a variable holds.
package parser

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/templates/ast"
)

// Bounds that keep a hostile template from costing more than its size.
const (
	maxDepth = 200 // blocks, strings and expressions inside each other
)

// Problem is why a template does not parse.
type Problem struct {
	ast.Span
	Message string
	Help    string
}

// Error returns the message.
func (p *Problem) Error() string { return p.Message }

// Parse returns the template's tree, or the first problem.
func Parse(text string) (nodes []ast.Node, problem *Problem) {
	p := &parser{text: text, template: true}
	return p.run()
}

// parser reads one text: a template, or the inside of a double-quoted string.
type parser struct {
	text     string
	pos      int
	template bool  // a whole template, not the inside of a string
	offsets  []int // for a string: where each byte of text stands in the template; nil: as it is
	base     int   // for a string without escapes: where it starts
	depth    int

	nodes *[]ast.Node
	// fresh is set where the lexer starts a new token, so that blanks before #set belong to it (3.5 rule 3).
	fresh bool
	// state and unended are the lexer's: what it takes the next characters for, and how many properties are not ended.
	state   lexState
	unended int
	word    int // where the word begins that the text ends in
}

// run parses everything and turns the parser's own panics into a problem.
func (p *parser) run() (nodes []ast.Node, problem *Problem) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Problem:
			nodes, problem = nil, r
		default:
			panic(r)
		}
	}()
	p.fresh = true
	p.word = len(strings.TrimRightFunc(p.text, func(r rune) bool { return r < utf8.RuneSelf && isName(byte(r)) && r != '-' }))
	nodes, end := p.block(blockTop)
	if end.kind != endOfText {
		p.fail(end.start, p.pos, fmt.Sprintf("#%s without a directive that it belongs to", end.name()), "remove it, or escape it as \\#"+end.name())
	}
	return nodes, nil
}

// fail stops with a problem at text[start:end].
func (p *parser) fail(start, end int, message, help string) {
	panic(&Problem{Span: p.span(start, end), Message: message, Help: help})
}

// span maps a stretch of p.text to the template.
func (p *parser) span(start, end int) ast.Span {
	return ast.Span{Start: p.offset(start), End: p.offset(end)}
}

// offset maps a position of p.text to the template.
func (p *parser) offset(i int) int {
	if p.offsets == nil {
		return p.base + i
	}
	if i < len(p.offsets) {
		return p.offsets[i]
	}
	return p.offsets[len(p.offsets)-1] + 1
}

// enter counts a level of nesting; leave with p.depth--.
func (p *parser) enter(start int) {
	p.depth++
	if p.depth > maxDepth {
		p.fail(start, p.pos, fmt.Sprintf("more than %d levels of nesting", maxDepth), "")
	}
}

// peek returns the byte at p.pos+i, or 0.
func (p *parser) peek(i int) byte {
	if p.pos+i < len(p.text) {
		return p.text[p.pos+i]
	}
	return 0
}

// has reports whether the text goes on with s.
func (p *parser) has(s string) bool { return strings.HasPrefix(p.text[p.pos:], s) }

// write appends text to the current block; joinText makes one run of neighbours.
func (p *parser) write(start int, s string) {
	if s != "" {
		p.add(ast.Text{Span: p.span(start, p.pos), Value: s})
	}
}

// joinText makes one node of texts that stand next to each other.
func joinText(nodes []ast.Node) []ast.Node {
	joined := nodes[:0]
	for i := 0; i < len(nodes); {
		first, ok := nodes[i].(ast.Text)
		if !ok {
			joined = append(joined, nodes[i])
			i++
			continue
		}
		var b strings.Builder
		for ; i < len(nodes); i++ {
			t, ok := nodes[i].(ast.Text)
			if !ok {
				break
			}
			b.WriteString(t.Value)
			first.End = t.End
		}
		first.Value = b.String()
		joined = append(joined, first)
	}
	return joined
}

// add appends a node to the current block.
func (p *parser) add(n ast.Node) { *p.nodes = append(*p.nodes, n) }

// skipNewline drops blanks and one newline after a directive; blanks alone stay (3.5 rule 1).
func (p *parser) skipNewline() {
	i := p.pos
	for i < len(p.text) && (p.text[i] == ' ' || p.text[i] == '\t') {
		i++
	}
	if n := newline(p.text[i:]); n > 0 {
		p.pos = i + n
	}
}

// newline returns the length of the newline that s starts with.
func newline(s string) int {
	switch {
	case strings.HasPrefix(s, "\r\n"):
		return 2
	case s != "" && (s[0] == '\n' || s[0] == '\r'):
		return 1
	}
	return 0
}

// skipSpace skips blanks and newlines.
func (p *parser) skipSpace() {
	for p.pos < len(p.text) && isSpace(p.text[p.pos]) {
		p.pos++
	}
}

func isSpace(c byte) bool     { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isLetter(c byte) bool    { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool     { return '0' <= c && c <= '9' }
func isNameStart(c byte) bool { return isLetter(c) || c == '_' }
func isName(c byte) bool      { return isNameStart(c) || isDigit(c) || c == '-' }
func isWord(c byte) bool      { return isNameStart(c) || isDigit(c) || c == '@' }
