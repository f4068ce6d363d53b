package parser

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/templates/ast"
)

// reference parses $name and what follows it (2.1). p.pos is at a $ for which referenceOpens holds.
func (p *parser) reference() *ast.Reference {
	start := p.pos
	p.enter(start)
	defer func() { p.depth-- }()
	ref := &ast.Reference{}
	p.pos++
	if p.peek(0) == '!' {
		ref.Quiet = true
		p.pos++
	}
	if p.peek(0) == '{' {
		ref.Formal = true
		p.pos++
	}
	ref.Name = p.name()
	if ref.Name == "true" || ref.Name == "false" {
		p.fail(start, p.pos, "$"+ref.Name+" is no reference", "write "+ref.Name+" without $, or another name")
	}
	ref.Parts = p.parts()
	if ref.Formal {
		if p.peek(0) != '}' {
			p.fail(start, min(p.pos+1, len(p.text)), "${ without }", "close the reference with } right after the name; to print ${ write $ and { apart")
		}
		p.pos++
	}
	ref.Source = p.text[start:p.pos]
	ref.Span = p.span(start, p.pos)
	return ref
}

// name reads an identifier.
func (p *parser) name() string {
	start := p.pos
	for isName(p.peek(0)) {
		p.pos++
	}
	return p.text[start:p.pos]
}

// parts reads the properties, methods and indexes that follow a name.
func (p *parser) parts() []ast.Part {
	var parts []ast.Part
	for {
		switch {
		case p.peek(0) == '[':
			parts = append(parts, p.index())
		case p.peek(0) == '.' && isLetter(p.peek(1)):
			parts = append(parts, p.member())
		default:
			return parts
		}
	}
}

// index reads [value].
func (p *parser) index() ast.Part {
	start := p.pos
	p.pos++
	p.skipSpace()
	value := p.argument()
	switch value.(type) {
	case ast.String, ast.Interpolated, ast.Integer, ast.Bool, *ast.Reference:
	default:
		p.fail(start, p.pos, "an index is one string, whole number or reference", "to print [ after a value write ${name}[")
	}
	p.skipSpace()
	if p.peek(0) != ']' {
		p.fail(start, min(p.pos+1, len(p.text)), "[ after a reference starts an index, which must end with ]", "an index is one value; to print [ after a value write ${name}[")
	}
	p.pos++
	return ast.Index{Span: p.span(start, p.pos), Value: value}
}

// member reads .name or .name(args).
func (p *parser) member() ast.Part {
	start := p.pos
	p.pos++
	name := p.name()
	if name == "true" || name == "false" {
		p.fail(start, p.pos, "a property cannot be called "+name, "write ['"+name+"']")
	}
	if p.peek(0) != '(' {
		return ast.Property{Span: p.span(start, p.pos), Name: name}
	}
	p.pos++
	method := ast.Method{Name: name}
	if p.peek(0) == ')' {
		p.pos++
		method.Span = p.span(start, p.pos)
		return method
	}
	for {
		p.skipSpace()
		method.Args = append(method.Args, p.argument())
		p.skipSpace()
		switch p.peek(0) {
		case ',':
			p.pos++
			continue
		case ')':
			p.pos++
			method.Span = p.span(start, p.pos)
			return method
		}
		p.fail(start, min(p.pos+1, len(p.text)), "the arguments of "+name+" must be single values separated by commas", "compute with #set first: an argument has no operators")
	}
}

// expression parses an expression of #set and #if (4), blanks around it included.
func (p *parser) expression() ast.Expr {
	return p.binary(0)
}

// operators lists the binary operators by rising strength.
var operators = [...][]struct {
	text string
	op   ast.Op
}{
	{{"||", ast.Or}, {"or", ast.Or}},
	{{"&&", ast.And}, {"and", ast.And}},
	{{"==", ast.Equal}, {"!=", ast.NotEqual}, {"eq", ast.Equal}, {"ne", ast.NotEqual}},
	{{"<=", ast.LessOrEqual}, {">=", ast.GreaterOrEqual}, {"<", ast.Less}, {">", ast.Greater},
		{"lt", ast.Less}, {"le", ast.LessOrEqual}, {"gt", ast.Greater}, {"ge", ast.GreaterOrEqual}},
	{{"+", ast.Plus}, {"-", ast.Minus}},
	{{"*", ast.Times}, {"/", ast.Divide}, {"%", ast.Modulo}},
}

// binary parses the operators of a level and all stronger ones.
func (p *parser) binary(level int) ast.Expr {
	if level == len(operators) {
		return p.unary()
	}
	start := p.pos
	x := p.binary(level + 1)
	for {
		op, ok := p.operator(level)
		if !ok {
			return x
		}
		y := p.binary(level + 1)
		x = ast.Binary{Span: ast.Span{Start: min(p.offset(start), x.At().Start), End: p.offset(p.pos)}, Op: op, X: x, Y: y}
	}
}

// operator reads an operator of the level.
func (p *parser) operator(level int) (ast.Op, bool) {
	p.skipSpace()
	for _, o := range operators[level] {
		if !p.has(o.text) {
			continue
		}
		next := p.peek(len(o.text))
		switch {
		case isLetter(o.text[0]) && isWord(next):
			continue
		case o.text == "-" && (isDigit(next) || next == '.' && isDigit(p.peek(2))):
			return 0, false // the minus belongs to a number
		case o.text == "==" && next == '=':
			return 0, false
		}
		p.pos += len(o.text)
		return o.op, true
	}
	return 0, false
}

// unary parses ! and not.
func (p *parser) unary() ast.Expr {
	p.skipSpace()
	start := p.pos
	switch {
	case p.peek(0) == '!':
		p.pos++
	case p.has("not") && !isWord(p.peek(3)):
		p.pos += 3
	default:
		return p.primary()
	}
	p.enter(start)
	defer func() { p.depth-- }()
	x := p.unary()
	return ast.Not{Span: p.span(start, p.pos), X: x}
}

// primary parses a value or a parenthesised expression.
func (p *parser) primary() ast.Expr {
	start := p.pos
	if p.peek(0) != '(' {
		value := p.argument()
		if word, ok := value.(ast.Bareword); ok {
			p.fail(start, p.pos, "unexpected word "+word.Name, "a text needs quotes; there is no null, and true and false are written in lower case")
		}
		return value
	}
	p.enter(start)
	defer func() { p.depth-- }()
	p.pos++
	x := p.expression()
	p.skipSpace()
	if p.peek(0) != ')' {
		p.fail(start, min(p.pos+1, len(p.text)), "( without )", p.minusHelp())
	}
	p.pos++
	return x
}

// argument parses a single value.
func (p *parser) argument() ast.Expr {
	start := p.pos
	switch c := p.peek(0); {
	case c == '\'':
		return p.quoted()
	case c == '"':
		return p.interpolated()
	case c == '$' && p.referenceOpens():
		return p.reference()
	case c == '[':
		return p.list()
	case c == '{':
		return p.mapping()
	case isDigit(c), c == '-' && (isDigit(p.peek(1)) || p.peek(1) == '.' && isDigit(p.peek(2))), c == '.' && isDigit(p.peek(1)):
		return p.number()
	case isNameStart(c):
		word := p.name()
		if word == "true" || word == "false" {
			return ast.Bool{Span: p.span(start, p.pos), Value: word == "true"}
		}
		return ast.Bareword{Span: p.span(start, p.pos), Name: word}
	case p.pos >= len(p.text):
		p.fail(start, start, "the template ends where a value is needed", "")
	}
	help := "there is no unary minus: write 0 - $n"
	if p.peek(0) != '-' && p.peek(0) != '+' {
		help = "a value is a string, a number, true, false, a list, a map or a reference"
	}
	p.fail(start, start+1, "a value is needed here", help)
	return nil
}

// quoted parses '…', in which only ” means something.
func (p *parser) quoted() ast.Expr {
	start := p.pos
	body := p.quotedBody('\'')
	return ast.String{Span: p.span(start, p.pos), Value: strings.ReplaceAll(body, "''", "'")}
}

// quotedBody returns the text up to the closing quote, a doubled quote being part of it.
func (p *parser) quotedBody(quote byte) string {
	start := p.pos
	p.pos++
	from := p.pos
	for p.pos < len(p.text) {
		if p.text[p.pos] != quote {
			p.pos++
			continue
		}
		if p.peek(1) == quote {
			p.pos += 2
			continue
		}
		p.pos++
		return p.text[from : p.pos-1]
	}
	p.fail(start, start+1, "a string that does not end", "close it with "+string(quote)+"; a backslash escapes nothing, double the quote instead")
	return ""
}

// interpolated parses "…": a template of its own when it holds anything to replace.
func (p *parser) interpolated() ast.Expr {
	start := p.pos
	p.enter(start)
	defer func() { p.depth-- }()
	body := p.quotedBody('"')
	span := p.span(start, p.pos)
	inner := &parser{text: body, depth: p.depth, base: p.offset(start + 1)}
	if p.offsets != nil || strings.Contains(body, `""`) || strings.Contains(body, `\u`) {
		inner.text, inner.offsets = p.decode(body, start+1)
	}
	if !strings.ContainsAny(inner.text, "$#") {
		return ast.String{Span: span, Value: inner.text}
	}
	nodes, problem := inner.run()
	if problem != nil {
		panic(problem)
	}
	if len(nodes) == 0 {
		return ast.String{Span: span}
	}
	if text, ok := nodes[0].(ast.Text); ok && len(nodes) == 1 { // "$.name" has nothing to replace
		return ast.String{Span: span, Value: text.Value}
	}
	return ast.Interpolated{Span: span, Body: nodes}
}

// decode replaces "" and \uXXXX in a string's body and says where each byte of the result stood.
func (p *parser) decode(body string, at int) (string, []int) {
	var b strings.Builder
	offsets := make([]int, 0, len(body)+1)
	for i := 0; i < len(body); {
		n, s := 1, body[i:i+1]
		switch {
		case strings.HasPrefix(body[i:], `""`):
			n = 2
		case strings.HasPrefix(body[i:], `\u`) && len(body) >= i+6:
			if code, err := strconv.ParseUint(body[i+2:i+6], 16, 16); err == nil {
				n, s = 6, string(rune(code))
			}
		}
		for range len(s) {
			offsets = append(offsets, p.offset(at+i))
		}
		b.WriteString(s)
		i += n
	}
	return b.String(), append(offsets, p.offset(at+len(body)))
}

// number parses an integer or a float.
func (p *parser) number() ast.Expr {
	start := p.pos
	if p.peek(0) == '-' {
		p.pos++
	}
	p.digits()
	float := false
	if p.peek(0) == '.' && p.peek(1) != '.' {
		float = true
		p.pos++
		p.digits()
	}
	if c := p.peek(0); c == 'e' || c == 'E' {
		n := 1
		if p.peek(n) == '+' || p.peek(n) == '-' {
			n++
		}
		if isDigit(p.peek(n)) {
			float = true
			p.pos += n
			p.digits()
		}
	}
	text, span := p.text[start:p.pos], p.span(start, p.pos)
	if float {
		f, _ := strconv.ParseFloat(text, 64) // out of range gives an infinity, as in Java
		return ast.Float{Span: span, Value: f}
	}
	n, _ := new(big.Int).SetString(text, 10)
	return ast.Integer{Span: span, Value: n}
}

func (p *parser) digits() {
	for isDigit(p.peek(0)) {
		p.pos++
	}
}

// list parses [a, b] and [a..b].
func (p *parser) list() ast.Expr {
	start := p.pos
	p.enter(start)
	defer func() { p.depth-- }()
	p.pos++
	if p.peek(0) == ']' {
		p.pos++
		return ast.List{Span: p.span(start, p.pos)}
	}
	var items []ast.Expr
	for {
		p.skipSpace()
		items = append(items, p.argument())
		p.skipSpace()
		switch {
		case p.has("..") && len(items) == 1:
			return p.rangeEnd(start, items[0])
		case p.peek(0) == ',':
			p.pos++
			continue
		case p.peek(0) == ']':
			p.pos++
			return ast.List{Span: p.span(start, p.pos), Items: items}
		}
		p.fail(start, min(p.pos+1, len(p.text)), "a list holds single values separated by commas", "compute with #set first: an element has no operators")
	}
}

// rangeEnd parses ..b] of a range.
func (p *parser) rangeEnd(start int, from ast.Expr) ast.Expr {
	p.pos += 2
	p.skipSpace()
	to := p.argument()
	p.skipSpace()
	if p.peek(0) != ']' || !bound(from) || !bound(to) {
		p.fail(start, min(p.pos+1, len(p.text)), "a range runs between two whole numbers or references", "write [1..5] or [$from..$to]")
	}
	p.pos++
	return ast.Range{Span: p.span(start, p.pos), From: from, To: to}
}

// bound reports whether e may bound a range.
func bound(e ast.Expr) bool {
	switch e.(type) {
	case ast.Integer, *ast.Reference:
		return true
	}
	return false
}

// mapping parses {k: v}.
func (p *parser) mapping() ast.Expr {
	start := p.pos
	p.enter(start)
	defer func() { p.depth-- }()
	p.pos++
	p.skipSpace()
	m := ast.Map{}
	if p.peek(0) == '}' {
		p.pos++
		m.Span = p.span(start, p.pos)
		return m
	}
	for {
		p.skipSpace()
		key := p.argument()
		if word, ok := key.(ast.Bareword); ok {
			panic(&Problem{Span: word.Span, Message: "a map's key needs quotes", Help: "write '" + word.Name + "'"})
		}
		p.skipSpace()
		if p.peek(0) != ':' {
			p.fail(start, min(p.pos+1, len(p.text)), "a map needs : after its key", "write {'key': value}")
		}
		p.pos++
		p.skipSpace()
		m.Keys = append(m.Keys, key)
		m.Values = append(m.Values, p.argument())
		p.skipSpace()
		switch p.peek(0) {
		case ',':
			p.pos++
			continue
		case '}':
			p.pos++
			m.Span = p.span(start, p.pos)
			return m
		}
		p.fail(start, min(p.pos+1, len(p.text)), "a map holds single values separated by commas", "compute with #set first: a value has no operators")
	}
}
