package mapping

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
)

// JSONPath is the way from a JSON text's root to values in it; nil is the root itself.
type JSONPath []Step

// Step is one step of a JSONPath: Key, Index, Slice, Wildcard or Deep.
type Step interface{ step() }

// Key is a member of an object.
type Key struct{ Name string }

// Index is an element of an array, counted from its end when negative.
type Index struct{ N int }

// Slice is a stretch of an array, [From:To]; a nil end is open, a negative one counts from the array's end.
type Slice struct{ From, To *int }

// Wildcard is every member or element.
type Wildcard struct{}

// Deep is ..: the next step is taken from the value and from every value inside it.
type Deep struct{}

func (Key) step()      {}
func (Index) step()    {}
func (Slice) step()    {}
func (Wildcard) step() {}
func (Deep) step()     {}

// maxSteps bounds a path: no document needs more, and evaluation costs grow with each.
const maxSteps = 64

// pathParser reads a JSON path.
type pathParser struct {
	text string
	at   int
	path JSONPath
}

// parseJSONPath reads a path whose leading "$." may be absent (rest.md 4.1).
func parseJSONPath(text string) (JSONPath, *Problem) {
	p := &pathParser{text: text}
	bare := true // no dot is needed before the first name
	if rest := strings.TrimPrefix(text, "$"); rest != text && (rest == "" || rest[0] == '.' || rest[0] == '[') {
		p.at, bare = 1, false
		if rest == "" {
			return JSONPath{}, nil
		}
	}
	for p.at < len(text) {
		if problem := p.step(bare); problem != nil {
			return nil, problem
		}
		bare = false
		if len(p.path) > maxSteps {
			return nil, p.fail(diag.BadJSONPath, 0, len(text), fmt.Sprintf("JSON path has more than %d steps", maxSteps), "")
		}
	}
	return p.path, nil
}

func (p *pathParser) fail(code diag.Code, from, to int, message, help string) *Problem {
	return &Problem{Code: code, Offset: from, Length: to - from, Message: message, Help: help}
}

// step reads one step.
func (p *pathParser) step(bare bool) *Problem {
	switch rest := p.text[p.at:]; {
	case strings.HasPrefix(rest, ".."):
		p.at += 2
		p.path = append(p.path, Deep{})
		if p.at < len(p.text) && p.text[p.at] == '[' {
			return p.bracket()
		}
		return p.name(p.at - 2)
	case rest[0] == '.':
		p.at++
		if p.at < len(p.text) && p.text[p.at] == '[' {
			return p.bracket()
		}
		return p.name(p.at - 1)
	case rest[0] == '[':
		return p.bracket()
	case bare:
		return p.name(p.at)
	default:
		return p.fail(diag.BadJSONPath, p.at, p.at+1, "a JSON path's steps have a dot between them", "")
	}
}

// name reads the name after a dot, or *; from is where the step began.
func (p *pathParser) name(from int) *Problem {
	start := p.at
	end := strings.IndexAny(p.text[start:], ".[ ()")
	if end < 0 {
		end = len(p.text) - start
	}
	name := p.text[start : start+end]
	p.at += end
	switch {
	case p.at < len(p.text) && p.text[p.at] == '(':
		return p.fail(diag.JSONPathNotYet, start, len(p.text), "functions in JSON paths are not supported yet", "")
	case p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == ')'):
		return p.fail(diag.BadJSONPath, p.at, p.at+1, fmt.Sprintf("%q cannot stand in a JSON path here", p.text[p.at]), "write a name with such characters as ['name']")
	case name == "":
		return p.fail(diag.BadJSONPath, from, min(max(p.at, from+1), len(p.text)), "a name is missing in the JSON path", "write a name, [0] or * after the dot")
	case name == "*":
		p.path = append(p.path, Wildcard{})
	default:
		p.path = append(p.path, Key{Name: name})
	}
	return nil
}

// bracket reads a step in brackets.
func (p *pathParser) bracket() *Problem {
	open := p.at
	p.at++
	p.blanks()
	if p.at >= len(p.text) {
		return p.unclosed(open)
	}
	switch c := p.text[p.at]; c {
	case '?':
		return p.fail(diag.JSONPathNotYet, open, len(p.text), "filters in JSON paths are not supported yet", "")
	case '(':
		return p.fail(diag.JSONPathNotYet, open, len(p.text), "computed steps in JSON paths are not supported yet", "")
	case '*':
		p.at++
		p.path = append(p.path, Wildcard{})
	case '\'', '"':
		name, problem := p.quoted(c)
		if problem != nil {
			return problem
		}
		p.path = append(p.path, Key{Name: name})
	default:
		step, problem := p.numbers(open)
		if problem != nil {
			return problem
		}
		p.path = append(p.path, step)
	}
	p.blanks()
	switch {
	case p.at >= len(p.text):
		return p.unclosed(open)
	case p.text[p.at] == ',':
		return p.fail(diag.JSONPathNotYet, open, len(p.text), "JSON paths that take several names or indexes at once are not supported yet", "")
	case p.text[p.at] != ']':
		return p.fail(diag.BadJSONPath, p.at, p.at+1, "] is missing in the JSON path", "")
	}
	p.at++
	return nil
}

func (p *pathParser) unclosed(open int) *Problem {
	return p.fail(diag.BadJSONPath, open, len(p.text), "the bracket is never closed", "")
}

func (p *pathParser) blanks() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// quoted reads a name in quotes; a backslash takes the next character as it is.
func (p *pathParser) quoted(quote byte) (string, *Problem) {
	start := p.at
	var name strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == quote:
			p.at++
			return name.String(), nil
		case c == '\\' && p.at+1 < len(p.text):
			p.at++
			name.WriteByte(p.text[p.at])
		default:
			name.WriteByte(c)
		}
	}
	return "", p.fail(diag.BadJSONPath, start, len(p.text), "the quoted name is never closed", "")
}

// numbers reads an index or a slice.
func (p *pathParser) numbers(open int) (Step, *Problem) {
	start := p.at
	from, problem := p.number()
	if problem != nil {
		return nil, problem
	}
	p.blanks()
	if p.at < len(p.text) && p.text[p.at] == ':' {
		p.at++
		p.blanks()
		to, problem := p.number()
		if problem != nil {
			return nil, problem
		}
		if from == nil && to == nil {
			return nil, p.fail(diag.BadJSONPath, start, p.at, "a slice needs at least one end", "write [*] for all elements")
		}
		return Slice{From: from, To: to}, nil
	}
	if from == nil {
		return nil, p.fail(diag.BadJSONPath, open, min(p.at+1, len(p.text)), "neither an index nor a quoted name", "write [0], [*] or ['name']")
	}
	return Index{N: *from}, nil
}

// number reads a whole number, or nothing.
func (p *pathParser) number() (*int, *Problem) {
	start := p.at
	if p.at < len(p.text) && p.text[p.at] == '-' {
		p.at++
	}
	for p.at < len(p.text) && '0' <= p.text[p.at] && p.text[p.at] <= '9' {
		p.at++
	}
	if p.at == start {
		return nil, nil
	}
	n, err := strconv.ParseInt(p.text[start:p.at], 10, 32)
	if err != nil {
		return nil, p.fail(diag.BadJSONPath, start, p.at, fmt.Sprintf("%q is no index", p.text[start:p.at]), "")
	}
	whole := int(n)
	return &whole, nil
}
