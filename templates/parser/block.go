package parser

import (
	"strings"

	"github.com/gatewright/gatewright/templates/ast"
)

// blockKind is what a block of content belongs to; it decides which directives may end it.
type blockKind uint8

const (
	blockTop   blockKind = iota
	blockIf              // ends at #elseif, #else, #end
	blockElse            // ends at #end
	blockOther           // ends at #end
)

// ending is what ended a block.
type ending struct {
	kind  endKind
	start int
}

type endKind uint8

const (
	endOfText endKind = iota
	endEnd
	endElse
	endElseIf
)

func (e ending) name() string {
	switch e.kind {
	case endElse:
		return "else"
	case endElseIf:
		return "elseif"
	default:
		return "end"
	}
}

// block parses content up to the directive that ends it, which is consumed (its blanks and newline too, but not the
// condition of an #elseif).
func (p *parser) block(kind blockKind) ([]ast.Node, ending) {
	p.enter(p.pos)
	defer func() { p.depth-- }()
	outer := p.nodes
	defer func() { p.nodes = outer }()
	var nodes []ast.Node
	p.nodes = &nodes
	for {
		end, done := p.content()
		if !done {
			continue
		}
		if !p.allowed(kind, end) {
			p.fail(end.start, p.pos, "#"+end.name()+" without a directive that it belongs to", "remove it, or escape it as \\#"+end.name())
		}
		return joinText(nodes), end
	}
}

// allowed reports whether end may end a block of this kind; a block that lacks its #end is reported by whoever opened it.
func (p *parser) allowed(kind blockKind, end ending) bool {
	switch {
	case end.kind == endOfText:
		return true
	case kind == blockIf:
		return true
	case kind == blockElse, kind == blockOther:
		return end.kind == endEnd
	}
	return false
}

// content parses one piece of content: a run of text, a reference, a directive or a comment.
func (p *parser) content() (ending, bool) {
	if p.pos >= len(p.text) {
		return ending{kind: endOfText, start: p.pos}, true
	}
	if p.fresh && p.blanksBeforeSet() {
		return ending{}, false
	}
	if p.afterReference() {
		return ending{}, false
	}
	switch p.text[p.pos] {
	case '$':
		p.dollar(0)
	case '#':
		return p.hash(0)
	case '\\':
		return p.backslashes()
	default:
		start := p.pos
		n := strings.IndexAny(p.text[p.pos:], `$#\`)
		if n < 0 {
			n = len(p.text) - p.pos
		}
		p.pos += n
		p.write(start, p.text[start:p.pos])
		p.fresh = false
	}
	return ending{}, false
}

// blanksBeforeSet runs a #set whose leading blanks start a token: they belong to it and print nothing.
func (p *parser) blanksBeforeSet() bool {
	start := p.pos
	for p.peek(0) == ' ' || p.peek(0) == '\t' {
		p.pos++
	}
	if p.pos > start && p.setOpens() {
		p.set()
		return true
	}
	p.pos = start
	return false
}

// backslashes parses a run of backslashes and what it touches (2.3).
func (p *parser) backslashes() (ending, bool) {
	start := p.pos
	for p.peek(0) == '\\' {
		p.pos++
	}
	k := p.pos - start
	switch p.peek(0) {
	case '$':
		if p.referenceOpens() {
			p.dollar(k)
			return ending{}, false
		}
	case '#':
		return p.hash(k)
	}
	p.write(start, p.text[start:p.pos])
	p.fresh = true
	return ending{}, false
}

// dollar parses what starts with $, k backslashes standing before it.
func (p *parser) dollar(k int) {
	start := p.pos
	if !p.referenceOpens() {
		p.plainDollar()
		return
	}
	p.openReference()
	ref := p.reference()
	p.fresh = true
	if ref.Formal {
		p.leave()
	} else {
		p.behind(ref.Parts)
	}
	p.write(start-k, strings.Repeat(`\`, k/2))
	if k%2 == 1 {
		p.write(start, ref.Source)
		return
	}
	p.add(ast.Output{Ref: ref})
}

// plainComment prints the ## that touches a property: Velocity takes no comment to start there.
func (p *parser) plainComment() {
	start := p.pos
	p.pos += 2
	if p.template && p.pos == len(p.text) {
		p.fail(start, p.pos, "a template cannot end with #", "end the template with a newline")
	}
	p.write(start, "##")
	p.fresh = true
}

// plainDollar prints a $ that starts no reference (2.2).
func (p *parser) plainDollar() {
	start := p.pos
	for p.peek(1) == '$' { // all of a run but its last one
		p.pos++
	}
	run := p.pos - start
	if p.referenceOpens() {
		p.write(start, p.text[start:p.pos])
		p.fresh = true
		return
	}
	p.pos++
	p.fresh = true
	p.openReference()
	rest := p.text[p.pos:]
	if p.template && (rest == "" || rest == "!") {
		p.fail(start, len(p.text), "a template cannot end with $", "write $ before the last character, or end the template with a newline")
	}
	if p.swallowedBySet() {
		return
	}
	if p.has("!{") {
		p.pos++
	}
	if !p.has("{") { // else the brace may start a reference
		p.leave()
	} else if p.braced("") {
		p.write(start, p.text[start:start+run])
		return
	}
	p.write(start, p.text[start:start+run])
	start += run
	switch {
	case p.has("!$"), p.has("!["):
		p.pos++
	case p.has("!"):
		p.fail(start, p.pos+1, "$! without a name after it", "put something else between $ and !")
	}
	p.write(start, p.text[start:p.pos])
}

// referenceOpens reports whether the $ at p.pos starts a reference.
func (p *parser) referenceOpens() bool {
	i := 1
	if p.peek(i) == '!' {
		i++
	}
	if p.peek(i) == '{' {
		i++
	}
	return isNameStart(p.peek(i))
}
