package value

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// PathError is why a JSONPath does not compile. Offset counts bytes from the start of the path as given.
type PathError struct {
	Offset  int
	Message string
}

// Error returns the message and where.
func (e *PathError) Error() string {
	return fmt.Sprintf("JSONPath at %d: %s", e.Offset, e.Message)
}

// CompilePath compiles a JSONPath. A path without $ gets "$." put in front; white space around it is cut off.
func CompilePath(text string) (*Path, error) {
	p := pathParser{text: text, end: len(strings.TrimRight(text, " \t\r\n"))}
	p.pos = len(text) - len(strings.TrimLeft(text, " \t\r\n"))
	if p.pos >= p.end {
		return nil, &PathError{0, "the path is empty"}
	}
	path, err := p.path('$')
	if err != nil {
		return nil, err
	}
	if p.pos < p.end {
		return nil, p.fail("unexpected text in the path")
	}
	return path, nil
}

// MustPath is CompilePath for paths that are known to be right.
func MustPath(text string) *Path {
	p, err := CompilePath(text)
	if err != nil {
		panic(err)
	}
	return p
}

// Definite reports whether the path gives one value at most, rather than a list of matches.
func (p *Path) Definite() bool { return p.definite }

// pathParser reads a path. Filters nest paths, so depth is bounded.
type pathParser struct {
	text  string
	pos   int
	end   int
	depth int
}

const maxPathDepth = 32

func (p *pathParser) fail(message string) error { return &PathError{p.pos, message} }

// at returns the character i after the position, or 0.
func (p *pathParser) at(i int) byte {
	if p.pos+i < p.end {
		return p.text[p.pos+i]
	}
	return 0
}

// blank skips blanks inside brackets.
func (p *pathParser) blank() {
	for p.at(0) == ' ' || p.at(0) == '\t' {
		p.pos++
	}
}

// path reads a path that starts with root, $ or @; a $ may be left out.
func (p *pathParser) path(root byte) (*Path, error) {
	if p.depth++; p.depth > maxPathDepth {
		return nil, p.fail("the path nests too deeply")
	}
	defer func() { p.depth-- }()
	path := &Path{fromRoot: p.at(0) == '$'}
	if p.at(0) == root || p.at(0) == '$' || p.at(0) == '@' {
		p.pos++
	} else if root == '$' && p.at(0) == '.' {
		// "$." comes before it, which makes a scan, as .. does.
		if p.at(1) == '.' {
			p.pos++
		}
		path.add(step{kind: stepScan})
		if p.pos++; p.at(0) != '[' {
			if err := p.dotted(path); err != nil {
				return nil, err
			}
		}
	} else if root == '$' && p.at(0) != '[' {
		if err := p.dotted(path); err != nil {
			return nil, err
		}
	}
	for {
		switch p.at(0) {
		case '.':
			p.pos++
			if p.at(0) == '.' {
				p.pos++
				path.add(step{kind: stepScan})
				if p.at(0) == '[' {
					continue
				}
			}
			if err := p.dotted(path); err != nil {
				return nil, err
			}
		case '[':
			if err := p.bracket(path); err != nil {
				return nil, err
			}
		default:
			if n := len(path.steps); n > 0 && path.steps[n-1].kind == stepScan {
				return nil, p.fail("nothing follows ..")
			}
			path.finish()
			return path, nil
		}
	}
}

func (p *Path) add(s step) { p.steps = append(p.steps, s) }

// finish notes which steps are definite, and which names may be absent: those that are not the last step, where the
// step before them or any after is not definite.
func (p *Path) finish() {
	p.definite = true
	for i := len(p.steps) - 1; i >= 0; i-- {
		s := &p.steps[i]
		p.definite = p.definite && s.definite()
		s.skips = i+1 < len(p.steps) && (!p.definite || i > 0 && !p.steps[i-1].definite())
	}
}

// dotted reads a name or * after a dot.
func (p *pathParser) dotted(path *Path) error {
	if p.at(0) == '*' {
		p.pos++
		path.add(step{kind: stepWildcard})
		return nil
	}
	start := p.pos
	stops := ".[ \t"
	if p.depth > 1 { // in a filter
		stops = ".[ ()=!<>&|,]\t"
	}
	for p.pos < p.end && !strings.ContainsRune(stops, rune(p.text[p.pos])) {
		p.pos++
	}
	if p.pos == start {
		return p.fail("a name is missing")
	}
	if strings.HasSuffix(p.text[start:p.pos], "()") {
		p.pos -= len("()")
	}
	if p.at(0) == '(' {
		return p.fail("functions do not exist in the JSONPath of API Gateway: use .size() on the result")
	}
	path.add(step{kind: stepName, name: p.text[start:p.pos]})
	return nil
}

// bracket reads […].
func (p *pathParser) bracket(path *Path) error {
	p.pos++
	p.blank()
	var err error
	switch c := p.at(0); {
	case c == '\'' || c == '"':
		err = p.names(path)
	case c == '*':
		p.pos++
		path.add(step{kind: stepWildcard})
	case c == '?':
		err = p.filterStep(path)
	default:
		err = p.numbers(path)
	}
	if err != nil {
		return err
	}
	p.blank()
	if p.at(0) != ']' {
		return p.fail("] is missing")
	}
	p.pos++
	return nil
}

// names reads 'a','b'.
func (p *pathParser) names(path *Path) error {
	var names []string
	for {
		p.blank()
		name, err := p.quoted()
		if err != nil {
			return err
		}
		names = append(names, name)
		p.blank()
		if p.at(0) != ',' {
			break
		}
		p.pos++
	}
	if len(names) == 1 {
		path.add(step{kind: stepName, name: names[0]})
	} else {
		path.add(step{kind: stepNames, names: names})
	}
	return nil
}

// quoted reads a text in quotes; a backslash takes the next character as it is.
func (p *pathParser) quoted() (string, error) {
	quote := p.at(0)
	if quote != '\'' && quote != '"' {
		return "", p.fail("a quoted text is missing")
	}
	p.pos++
	var b strings.Builder
	for p.pos < p.end && p.text[p.pos] != quote {
		if p.text[p.pos] == '\\' && p.pos+1 < p.end {
			p.pos++
		}
		b.WriteByte(p.text[p.pos])
		p.pos++
	}
	if p.pos >= p.end {
		return "", p.fail("a quoted text does not end")
	}
	p.pos++
	return b.String(), nil
}

// numbers reads indexes or a slice.
func (p *pathParser) numbers(path *Path) error {
	first, has, err := p.integer()
	if err != nil {
		return err
	}
	p.blank()
	if p.at(0) == ':' {
		p.pos++
		p.blank()
		to, hasTo, err := p.integer()
		if err != nil {
			return err
		}
		if !has && !hasTo {
			return p.fail("a slice needs a number")
		}
		path.add(step{kind: stepSlice, from: first, hasFrom: has, to: to, hasTo: hasTo})
		return nil
	}
	if !has {
		return p.fail("an index, a quoted name, * or ?(…) must stand in brackets")
	}
	indexes := []int{first}
	for p.at(0) == ',' {
		p.pos++
		p.blank()
		n, has, err := p.integer()
		if err != nil || !has {
			return p.fail("a number is missing")
		}
		indexes = append(indexes, n)
		p.blank()
	}
	kind := stepIndex
	if len(indexes) > 1 {
		kind = stepIndexes
	}
	path.add(step{kind: kind, indexes: indexes})
	return nil
}

// integer reads a whole number if there is one.
func (p *pathParser) integer() (n int, has bool, err error) {
	start := p.pos
	if p.at(0) == '-' {
		p.pos++
	}
	for '0' <= p.at(0) && p.at(0) <= '9' {
		p.pos++
	}
	if p.pos == start {
		return 0, false, nil
	}
	if n, err = strconv.Atoi(p.text[start:p.pos]); err != nil {
		return 0, false, p.fail("not a number that an index can be")
	}
	return n, true, nil
}

// filterStep reads ?(…).
func (p *pathParser) filterStep(path *Path) error {
	p.pos++
	p.blank()
	if p.at(0) != '(' {
		return p.fail("? needs a parenthesis")
	}
	p.pos++
	f, err := p.or()
	if err != nil {
		return err
	}
	p.blank()
	if p.at(0) != ')' {
		return p.fail(") is missing")
	}
	p.pos++
	path.add(step{kind: stepFilter, filter: f})
	return nil
}

// or reads alternatives.
func (p *pathParser) or() (*filter, error) { return p.joined("||", p.and) }

// and reads conditions that must all hold.
func (p *pathParser) and() (*filter, error) { return p.joined("&&", p.not) }

// joined reads operands with op between them.
func (p *pathParser) joined(op string, operand func() (*filter, error)) (*filter, error) {
	left, err := operand()
	if err != nil {
		return nil, err
	}
	for {
		p.blank()
		if !strings.HasPrefix(p.text[p.pos:p.end], op) {
			return left, nil
		}
		p.pos += len(op)
		right, err := operand()
		if err != nil {
			return nil, err
		}
		left = &filter{op: op, left: left, right: right}
	}
}

// not reads a condition, a negated one or one in parentheses.
func (p *pathParser) not() (*filter, error) {
	if p.depth++; p.depth > maxPathDepth {
		return nil, p.fail("the path nests too deeply")
	}
	defer func() { p.depth-- }()
	p.blank()
	switch {
	case p.at(0) == '!' && p.at(1) != '=':
		p.pos++
		f, err := p.not()
		if err != nil {
			return nil, err
		}
		return &filter{op: "!", left: f}, nil
	case p.at(0) == '(':
		p.pos++
		f, err := p.or()
		if err != nil {
			return nil, err
		}
		p.blank()
		if p.at(0) != ')' {
			return nil, p.fail(") is missing")
		}
		p.pos++
		return f, nil
	}
	return p.comparison()
}

// comparison reads @.path, or @.path op literal.
func (p *pathParser) comparison() (*filter, error) {
	if p.at(0) != '@' && p.at(0) != '$' {
		return nil, p.fail("a condition starts with @")
	}
	path, err := p.definitePath()
	if err != nil {
		return nil, err
	}
	p.blank()
	for _, op := range []string{"==", "!=", "<=", ">=", "=~", "<", ">"} {
		if !strings.HasPrefix(p.text[p.pos:p.end], op) {
			continue
		}
		p.pos += len(op)
		p.blank()
		f := &filter{op: op, path: path}
		if op == "=~" {
			return f, p.regexp(f)
		}
		f.operand, err = p.operand()
		return f, err
	}
	return &filter{op: "exists", path: path}, nil
}

// regexp reads /pattern/ and its flag i; the whole text must match.
func (p *pathParser) regexp(f *filter) error {
	if p.at(0) != '/' {
		return p.fail("=~ needs /pattern/")
	}
	end := p.pos + 1
	for end < p.end && p.text[end] != '/' {
		if p.text[end] == '\\' {
			end++
		}
		end++
	}
	if end >= p.end {
		return p.fail("the pattern does not end")
	}
	pattern, flags := p.text[p.pos+1:end], ""
	re := end + 1
	if re < p.end && p.text[re] == 'i' {
		flags = "(?i)"
		re++
	}
	compiled, err := regexp.Compile(flags + `\A(?:` + pattern + `)\z`)
	if err != nil {
		return p.fail("the pattern is not understood")
	}
	f.pattern, p.pos = compiled, re
	return nil
}

// definitePath reads a path of a filter, which must give one value at most.
func (p *pathParser) definitePath() (*Path, error) {
	start := p.pos
	path, err := p.path('@')
	if err == nil && !path.definite {
		p.pos = start
		return nil, p.fail("a path in a filter must give one value: no *, .., slice or filter")
	}
	return path, err
}

// operand reads a path, text, number, true, false or null.
func (p *pathParser) operand() (operand, error) {
	switch p.at(0) {
	case '\'', '"':
		s, err := p.quoted()
		return operand{text: s}, err
	case '@', '$':
		path, err := p.definitePath()
		return operand{path: path}, err
	}
	start := p.pos
	for p.pos < p.end && !strings.ContainsRune(" )&|", rune(p.text[p.pos])) {
		p.pos++
	}
	word := p.text[start:p.pos]
	o := operand{text: word}
	if n, err := strconv.ParseInt(word, 10, 32); err == nil {
		o.number = Int(n)
		return o, nil
	}
	if _, ok := ParseDecimal(word); ok || word == "true" || word == "false" || word == "null" {
		return o, nil
	}
	p.pos = start
	return operand{}, p.fail("a comparison needs a path, a quoted text, a number, true, false or null on its right")
}
