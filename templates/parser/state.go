package parser

import "github.com/gatewright/gatewright/templates/ast"

// lexState is what Velocity's lexer takes the next characters for. It is left in a reference by whatever does not end
// one: a #set, a comment and raw text among them.
type lexState uint8

const (
	inText      lexState = iota
	inReference          // behind a variable, an index or a call
	inModifier           // behind a property: ( opens a call, and ## is no comment
)

// leave ends the innermost reference. A property that another reference touches is not ended by it: it comes back.
func (p *parser) leave() {
	if p.unended == 0 {
		p.state = inText
		return
	}
	p.unended--
	p.state = inModifier
}

// openReference enters a reference at a $.
func (p *parser) openReference() {
	switch p.state {
	case inReference:
		p.leave()
		p.openReference()
		return
	case inModifier:
		p.unended++
	}
	p.state = inReference
}

// afterReference prints what the lexer takes for a token of its own behind a reference: a word, a brace or a dot. After
// it blanks before #set are dropped. It reports whether there was one; other text ends the reference.
func (p *parser) afterReference() bool {
	for p.state != inText {
		start := p.pos
		switch c := p.peek(0); {
		case isNameStart(c):
			p.runt()
			p.fresh = true
			return true
		case c == '{' && p.braced("{"):
			return true
		case c == '{':
			p.pos++
		case c == '}':
			p.pos++
			p.leave()
		case c == '.' && isLetter(p.peek(1)):
			p.pos++
			p.state = inModifier
		case c == '[', c == '(' && p.state == inModifier && p.pos+1 < p.word:
			p.fail(start, start+1, string(c)+" is taken for a part of the reference before it, which nothing has ended", "write the reference as ${name}, or text between it and "+string(c))
		case c == '$', c == '#':
			return false
		case c == '\\' && p.escapesDollar():
			return false
		default:
			p.leave()
			continue
		}
		p.write(start, p.text[start:p.pos])
		p.fresh = true
		return true
	}
	return false
}

// runt prints a word behind a reference. Velocity takes it for a reference without $: what follows it is read as
// properties, indexes and calls, and lost.
func (p *parser) runt() {
	start := p.pos
	p.noTruth()
	p.write(start, p.text[start:p.pos])
	p.behind(p.parts())
}

// noTruth reads a word that must be neither true nor false.
func (p *parser) noTruth() {
	start := p.pos
	if word := p.name(); word == "true" || word == "false" {
		p.fail(start, p.pos, word+" is taken for a part of the reference before it, which nothing has ended", "write the reference as ${name}")
	}
}

// braced reads a { behind a reference in which another reference or a word stands: Velocity takes it all for a reference
// without $, of which it prints the brace and nothing else; nothing at all when $ stands before the brace. It reports
// whether there was one.
func (p *parser) braced(printed string) bool {
	start := p.pos
	p.pos++
	switch {
	case isNameStart(p.peek(0)):
	case (p.peek(0) == '$' || p.peek(0) == '\\') && p.dollarName() > 0:
		p.pos += p.dollarName()
		p.openReference()
	default:
		p.pos = start
		return false
	}
	p.write(start, printed)
	p.noTruth()
	p.parts()
	if p.peek(0) != '}' {
		p.fail(start, p.pos, "{ behind a reference is taken for a part of it, and lacks its }", "write the reference as ${name}")
	}
	p.pos++
	p.leave()
	p.fresh = true
	return true
}

// dollarName returns how many backslashes, $ and ! stand before a name at p.pos; 0 when no name follows.
func (p *parser) dollarName() int {
	i := 0
	for p.peek(i) == '\\' {
		i++
	}
	if p.peek(i) != '$' {
		return 0
	}
	if i++; p.peek(i) == '!' {
		i++
	}
	if !isNameStart(p.peek(i)) {
		return 0
	}
	return i
}

// behind enters the state that the parts of a reference leave the lexer in.
func (p *parser) behind(parts []ast.Part) {
	for _, part := range parts {
		switch part.(type) {
		case ast.Property:
			p.state = inModifier
		case ast.Method:
			p.state = inReference
		}
	}
}

// escapesDollar reports whether a $ follows the backslashes at p.pos.
func (p *parser) escapesDollar() bool {
	i := 0
	for p.peek(i) == '\\' {
		i++
	}
	return p.peek(i) == '$'
}
