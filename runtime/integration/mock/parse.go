package mock

// maxDepth bounds how deep values may be nested.
const maxDepth = 128

// parser reads JSON leniently: names need no quotes, texts may stand in single ones, a comma may be the last thing in
// an object or array. Only the outermost object's statusCode is of interest; the rest is checked for its shape.
type parser struct {
	b  []byte
	at int

	status int
	found  bool
}

// parse returns the integer member statusCode of the object that b is. Of several the last counts, as in Amazon's maps.
func parse(b []byte) (status int, ok bool) {
	p := parser{b: b}
	p.space()
	if !p.object(0) {
		return 0, false
	}
	p.space()
	return p.status, p.found && p.at == len(b)
}

// space skips white space.
func (p *parser) space() {
	for p.at < len(p.b) {
		switch p.b[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

// take takes c if it comes next.
func (p *parser) take(c byte) bool {
	if p.at < len(p.b) && p.b[p.at] == c {
		p.at++
		return true
	}
	return false
}

// object reads an object.
func (p *parser) object(depth int) bool {
	if depth == maxDepth || !p.take('{') {
		return false
	}
	for {
		p.space()
		if p.take('}') {
			return true
		}
		isStatus, ok := p.name()
		if !ok {
			return false
		}
		p.space()
		if !p.take(':') {
			return false
		}
		p.space()
		if isStatus && depth == 0 {
			ok = p.statusCode()
		} else {
			ok = p.value(depth + 1)
		}
		if !ok || !p.separator('}') {
			return false
		}
	}
}

// separator takes the comma behind a member, or stands before end.
func (p *parser) separator(end byte) bool {
	p.space()
	return p.take(',') || p.at < len(p.b) && p.b[p.at] == end
}

// name reads a member's name and reports whether it is statusCode.
func (p *parser) name() (isStatus, ok bool) {
	start := p.at
	if p.at < len(p.b) && (p.b[p.at] == '"' || p.b[p.at] == '\'') {
		if !p.quoted() {
			return false, false
		}
		return string(p.b[start+1:p.at-1]) == "statusCode", true
	}
	for p.at < len(p.b) && bare(p.b[p.at]) {
		p.at++
	}
	return string(p.b[start:p.at]) == "statusCode", p.at > start
}

// statusCode reads the value of statusCode: an integer, or something else that makes the status unknown.
func (p *parser) statusCode() bool {
	start := p.at
	if !p.value(1) {
		return false
	}
	p.status, p.found = integer(p.b[start:p.at])
	return true
}

// integer reads up to six digits.
func integer(b []byte) (n int, ok bool) {
	if len(b) == 0 || len(b) > 6 || len(b) > 1 && b[0] == '0' {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// value reads any value.
func (p *parser) value(depth int) bool {
	if p.at == len(p.b) {
		return false
	}
	switch p.b[p.at] {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"', '\'':
		return p.quoted()
	}
	start := p.at
	for p.at < len(p.b) && bare(p.b[p.at]) {
		p.at++
	}
	return p.at > start
}

// array reads an array.
func (p *parser) array(depth int) bool {
	if depth == maxDepth || !p.take('[') {
		return false
	}
	for {
		p.space()
		if p.take(']') {
			return true
		}
		if !p.value(depth+1) || !p.separator(']') {
			return false
		}
	}
}

// quoted reads a text in quotes of either kind.
func (p *parser) quoted() bool {
	quote := p.b[p.at]
	for p.at++; p.at < len(p.b); p.at++ {
		switch p.b[p.at] {
		case quote:
			p.at++
			return true
		case '\\':
			p.at++
		}
	}
	return false
}

// bare reports whether c may stand in a name or word without quotes: letters, digits, and what numbers have.
func bare(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	case c == '_', c == '$', c == '-', c == '+', c == '.':
		return true
	}
	return c >= 0x80
}
