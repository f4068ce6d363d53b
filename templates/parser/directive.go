package parser

import (
	"strings"

	"github.com/gatewright/gatewright/templates/ast"
)

// known are the directives' names; evaluate is none for API Gateway (1.3).
func known(name string) bool {
	switch name {
	case "if", "elseif", "else", "end", "set", "foreach", "include", "parse", "macro", "literal", "break", "define", "stop":
		return true
	}
	return false
}

// hash parses what starts with #, k backslashes standing before it.
func (p *parser) hash(k int) (ending, bool) {
	start := p.pos
	switch {
	case p.has("##") && p.state == inModifier && !p.has("###"):
		p.plainComment()
		return ending{}, false
	case p.has("##"):
		p.write(start-k, strings.Repeat(`\`, k))
		if p.state != inText {
			p.leave()
		}
		p.lineComment()
		return ending{}, false
	case p.has("#*"):
		p.write(start-k, strings.Repeat(`\`, k))
		p.blockComment()
		return ending{}, false
	case p.has("#[["):
		p.write(start-k, strings.Repeat(`\`, k))
		p.raw()
		return ending{}, false
	}
	name, end := p.directiveName()
	if p.state != inText && !p.setOpens() {
		p.leave()
	}
	if name == "" {
		p.plainHash(start - k)
		return ending{}, false
	}
	if !known(name) || name == "set" && !p.setOpens() {
		if name == "set" && k%2 == 1 {
			p.write(start-k, strings.Repeat(`\`, k/2))
			k = 0
		}
		p.unknown(start-k, name, end)
		return ending{}, false
	}
	if k%2 == 1 {
		p.pos = end
		p.write(start-k, strings.Repeat(`\`, k/2)+p.text[start:end])
		p.fresh = true
		return ending{}, false
	}
	kept := k / 2
	if name == "set" {
		kept = k
	}
	p.write(start-k, strings.Repeat(`\`, kept))
	return p.directive(name, start, end)
}

// lineComment skips ## to the end of the line, the newline included.
func (p *parser) lineComment() {
	n := strings.IndexAny(p.text[p.pos:], "\r\n")
	if n < 0 {
		p.pos = len(p.text)
		return
	}
	p.pos += n
	p.pos += newline(p.text[p.pos:])
	p.fresh = true
}

// blockComment skips #* … *#; unclosed it runs to the end.
func (p *parser) blockComment() {
	n := strings.Index(p.text[p.pos+2:], "*#")
	if n < 0 {
		p.pos = len(p.text)
		return
	}
	p.pos += 2 + n + 2
	p.fresh = true
}

// raw copies the inside of #[[ … ]]#.
func (p *parser) raw() {
	start := p.pos
	n := strings.Index(p.text[p.pos+3:], "]]#")
	if n < 0 {
		p.fail(start, start+3, "#[[ without ]]#", "close it with ]]#")
	}
	p.pos += 3 + n + 3
	p.write(start, p.text[start+3:p.pos-3])
	p.fresh = true
}

// directiveName returns the word after #, braces left out, and where it ends; "" when there is none.
func (p *parser) directiveName() (string, int) {
	i := p.pos + 1
	braced := i < len(p.text) && p.text[i] == '{'
	if braced {
		i++
	}
	start := i
	if i < len(p.text) && (isNameStart(p.text[i]) || p.text[i] == '@') {
		for i < len(p.text) && isWord(p.text[i]) {
			i++
		}
	}
	if i == start || braced && (i >= len(p.text) || p.text[i] != '}') {
		return "", 0
	}
	name := p.text[start:i]
	if braced {
		i++
	}
	return name, i
}

// plainHash prints a # that starts nothing (2.2). start is where its backslashes begin.
func (p *parser) plainHash(start int) {
	p.pos++
	if p.template && p.pos == len(p.text) {
		p.fail(p.pos-1, p.pos, "a template cannot end with #", "end the template with a newline")
	}
	switch {
	case p.peek(0) == '\\': // the lexer takes one backslash together with the #
		p.pos++
	case p.swallowedBySet():
		p.write(start, p.text[start:p.pos-1])
		return
	default:
		p.hashNumber()
	}
	p.write(start, p.text[start:p.pos])
	p.fresh = true
}

// hashNumber skips the number behind a plain #, which is a token of its own.
func (p *parser) hashNumber() {
	at := 0
	if p.peek(0) == '-' {
		at++
	}
	if isDigit(p.peek(at)) || p.peek(at) == '.' && isDigit(p.peek(at+1)) {
		p.number()
	}
}

// swallowedBySet reports whether blanks and a #set follow: a lone $ or # before them is lost, as the blanks are.
func (p *parser) swallowedBySet() bool {
	at := p.pos
	defer func() { p.pos = at }()
	for p.peek(0) == ' ' || p.peek(0) == '\t' {
		p.pos++
	}
	p.fresh = true
	return p.setOpens()
}

// unknown prints a name that is no directive, with its arguments when a parenthesis follows. start is where its backslashes begin.
func (p *parser) unknown(start int, name string, end int) {
	p.pos = end
	if name != "set" {
		i := end
		for i < len(p.text) && isSpace(p.text[i]) {
			i++
		}
		if i < len(p.text) && p.text[i] == '(' {
			p.pos = i + 1
			p.callArguments(start, name)
			if strings.HasPrefix(name, "@") { // a macro call with a body: printed from source as well
				_, end := p.block(blockOther)
				p.needEnd(end, "#"+name, start)
			}
			p.pos += newline(p.text[p.pos:])
		}
	}
	p.write(start, p.text[start:p.pos])
	p.fresh = true
}

// callArguments checks the arguments of an unknown directive, up to and with the closing parenthesis.
func (p *parser) callArguments(start int, name string) {
	for {
		for isSpace(p.peek(0)) || p.peek(0) == ',' {
			p.pos++
		}
		if p.peek(0) == ')' {
			p.pos++
			return
		}
		if p.pos >= len(p.text) {
			p.fail(start, p.pos, "#"+name+"( without )", "close the parenthesis, or write something between # and the word")
		}
		p.argument()
	}
}

// setOpens reports whether #set or #{set} at p.pos is followed by spaces and a parenthesis.
func (p *parser) setOpens() bool {
	rest, ok := strings.CutPrefix(p.text[p.pos:], "#set")
	if !ok {
		rest, ok = strings.CutPrefix(p.text[p.pos:], "#{set}")
	}
	return ok && strings.HasPrefix(strings.TrimLeft(rest, " "), "(")
}

// directive parses a known directive; end is where its name ends.
func (p *parser) directive(name string, start, end int) (ending, bool) {
	switch name {
	case "set":
		p.set()
		return ending{}, false
	case "end", "else":
		p.pos = end
		p.skipNewline()
		p.fresh = true
		if name == "end" {
			return ending{endEnd, start}, true
		}
		return ending{endElse, start}, true
	case "elseif":
		p.pos = end
		return ending{endElseIf, start}, true
	}
	p.pos = end
	switch name {
	case "if":
		p.ifs(start)
	case "foreach":
		p.foreach(start)
	case "define":
		p.define(start)
	case "macro":
		p.macro(start)
	case "literal":
		p.literal(start)
	case "break":
		p.breaks(start)
	case "stop":
		p.stop(start)
	default:
		p.fail(start, end, "#"+name+" has nothing to load in API Gateway", "write the text itself")
	}
	p.fresh = true
	return ending{}, false
}

// set parses #set( ref = expr ).
func (p *parser) set() {
	start := p.pos
	p.pos += strings.IndexByte(p.text[p.pos:], '(') + 1
	p.skipSpace()
	if p.peek(0) != '$' || !p.referenceOpens() {
		p.fail(start, p.pos+1, "#set needs a reference on the left", "write #set($name = value)")
	}
	target := p.reference()
	p.skipSpace()
	if p.peek(0) != '=' || p.peek(1) == '=' {
		p.fail(start, p.pos+1, "#set needs = after the reference", "write #set($name = value)")
	}
	p.pos++
	value := p.expression()
	p.closeParen("#set", start)
	p.add(ast.Set{Span: p.span(start, p.pos), Target: target, Value: value})
	p.skipNewline()
	p.fresh = true
}

// openParen skips blanks and the parenthesis that a directive needs.
func (p *parser) openParen(name string, start int) {
	p.skipSpace()
	if p.peek(0) != '(' {
		p.fail(start, min(p.pos+1, len(p.text)), name+" needs ( after it", "to print the word itself write \\"+name)
	}
	p.pos++
}

// closeParen skips blanks and the parenthesis that ends a directive's arguments.
func (p *parser) closeParen(name string, start int) {
	p.skipSpace()
	if p.pos >= len(p.text) {
		p.fail(start, p.pos, name+"( without )", "close the parenthesis")
	}
	if p.peek(0) != ')' {
		p.fail(p.pos, p.pos+1, "unexpected text in "+name, p.minusHelp())
	}
	p.pos++
}

// minusHelp explains the commonest surprise: a minus that touches a digit belongs to the number.
func (p *parser) minusHelp() string {
	if p.peek(0) == '-' && isDigit(p.peek(1)) {
		return "a minus that touches a digit belongs to the number: put a blank between - and the digit"
	}
	return "only one expression may stand here"
}

// ifs parses #if and its branches.
func (p *parser) ifs(start int) {
	node := ast.If{}
	branchStart := start
	name := "#if"
	for {
		p.openParen(name, branchStart)
		cond := p.expression()
		p.closeParen(name, branchStart)
		branch := ast.Branch{Span: p.span(branchStart, p.pos), Cond: cond}
		p.skipNewline()
		p.fresh = true
		body, end := p.block(blockIf)
		branch.Body = body
		node.Branches = append(node.Branches, branch)
		switch end.kind {
		case endElseIf:
			branchStart, name = end.start, "#elseif"
			continue
		case endElse:
			node.HasElse = true
			node.ElseSpan = p.span(end.start, p.pos)
			node.Else, end = p.block(blockElse)
		}
		p.needEnd(end, "#if", start)
		node.Span = p.span(start, p.pos)
		p.add(node)
		return
	}
}

// needEnd fails when a block ran to the end of the text.
func (p *parser) needEnd(end ending, name string, start int) {
	if end.kind != endEnd {
		p.fail(start, start+len(name), name+" without #end", "add #end; a word that touches it, as in #endx, hides it: write #{end}x")
	}
}

// loopVariable parses the $name of #foreach and #define.
func (p *parser) loopVariable(name string, start int) string {
	p.skipSpace()
	if p.peek(0) != '$' || !p.referenceOpens() {
		p.fail(start, p.pos+1, name+" needs a $variable", "")
	}
	ref := p.reference()
	if len(ref.Parts) > 0 || ref.Formal || ref.Quiet {
		panic(&Problem{Span: ref.Span, Message: name + " needs a plain $variable", Help: "write $" + ref.Name})
	}
	return ref.Name
}

// foreach parses #foreach( $v in expr ).
func (p *parser) foreach(start int) {
	p.openParen("#foreach", start)
	name := p.loopVariable("#foreach", start)
	p.skipSpace()
	if !p.has("in") || isWord(p.peek(2)) {
		p.fail(p.pos, min(p.pos+1, len(p.text)), "#foreach needs the word in after its variable", "write #foreach($item in $list)")
	}
	p.pos += 2
	p.skipSpace()
	source := p.primary()
	p.closeParen("#foreach", start)
	node := ast.Foreach{Span: p.span(start, p.pos), Var: name, Source: source}
	p.skipNewline()
	p.fresh = true
	var end ending
	node.Body, end = p.block(blockOther)
	p.needEnd(end, "#foreach", start)
	p.add(node)
}

// define parses #define($b).
func (p *parser) define(start int) {
	p.openParen("#define", start)
	name := p.loopVariable("#define", start)
	p.closeParen("#define", start)
	node := ast.Define{Span: p.span(start, p.pos), Var: name}
	p.skipNewline()
	p.fresh = true
	var end ending
	node.Body, end = p.block(blockOther)
	p.needEnd(end, "#define", start)
	p.add(node)
}

// macro parses #macro and drops it: API Gateway defines nothing and prints nothing (1.2).
func (p *parser) macro(start int) {
	p.openParen("#macro", start)
	p.callArguments(start, "macro")
	p.skipNewline()
	p.fresh = true
	_, end := p.block(blockOther)
	p.needEnd(end, "#macro", start)
}

// literal parses #literal() … #end, which prints its source.
func (p *parser) literal(start int) {
	p.openParen("#literal", start)
	p.closeParen("#literal", start)
	p.skipNewline()
	from := p.pos
	p.fresh = true
	_, end := p.block(blockOther)
	p.needEnd(end, "#literal", start)
	p.write(start, p.text[from:end.start])
}

// breaks parses #break and #break($foreach.parent).
func (p *parser) breaks(start int) {
	node := ast.Break{}
	if p.peek(0) == '(' {
		p.pos++
		p.skipSpace()
		if p.peek(0) != '$' || !p.referenceOpens() {
			p.fail(start, p.pos, "#break takes the $foreach of a loop", "write #break or #break($foreach.parent)")
		}
		node.Scope = p.reference()
		p.closeParen("#break", start)
	}
	node.Span = p.span(start, p.pos)
	p.add(node)
}

// stop parses #stop; what stands in its parentheses is not used.
func (p *parser) stop(start int) {
	if p.peek(0) == '(' {
		p.pos++
		p.callArguments(start, "stop")
	}
	p.add(ast.Stop{Span: p.span(start, p.pos)})
}
