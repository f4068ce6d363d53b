package mapping

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
)

// Component is a part of a URL.
type Component uint8

// The components, in their order.
const (
	Authority Component = iota + 1
	URLPath
	URLQuery
)

// URIPart is a piece of a uri, within one component.
type URIPart struct {
	In     Component
	Kind   PartKind
	Text   string // the text, or the name
	Offset int    // in bytes, within the uri
	Length int
}

// PartKind says what a URIPart is.
type PartKind uint8

// The kinds.
const (
	PlainText     PartKind = iota + 1
	Placeholder            // {name}: filled by integration.request.path.name
	StageVarValue          // ${stageVariables.name}: taken as it is
)

// URI is the uri of an integration, cut at the borders of its components. A stage variable may hold such borders
// itself; it belongs to the component it starts in.
type URI struct {
	// Scheme is what stands before ://, in lower case; "" when the uri has none, and then all of it is path and query.
	Scheme string
	// Parts are authority, path (its slash included) and query (without the question mark), in their order.
	Parts []URIPart
	// HasQuery reports whether there is a question mark.
	HasQuery bool
}

// Component returns the parts of one component.
func (u *URI) Component(c Component) []URIPart {
	var parts []URIPart
	for _, part := range u.Parts {
		if part.In == c {
			parts = append(parts, part)
		}
	}
	return parts
}

// Placeholders returns the places that integration.request.path mappings fill.
func (u *URI) Placeholders() []URIPart {
	var parts []URIPart
	for _, part := range u.Parts {
		if part.Kind == Placeholder {
			parts = append(parts, part)
		}
	}
	return parts
}

// uriParser reads a uri from left to right.
type uriParser struct {
	text  string
	at    int
	start int // of the literal text that is being read
	in    Component
	uri   URI
}

// ParseURI reads the uri of an integration (rest.md 1.6): ${stageVariables.name} is a stage variable, any other ${…}
// is text, {name} is a placeholder.
func ParseURI(text string) (*URI, *Problem) {
	p := &uriParser{text: text, in: URLPath}
	if scheme, _, ok := strings.Cut(text, "://"); ok && isScheme(scheme) {
		p.uri.Scheme = strings.ToLower(scheme)
		p.at = len(scheme) + len("://")
		p.start, p.in = p.at, Authority
	}
	for p.at < len(text) {
		if problem := p.next(); problem != nil {
			return nil, problem
		}
	}
	p.flush()
	return &p.uri, nil
}

func isScheme(s string) bool {
	return s != "" && consists(s, func(c byte) bool { return isWord(c) && c != '_' || c == '+' || c == '-' || c == '.' })
}

// next reads one character, or one reference.
func (p *uriParser) next() *Problem {
	switch c := p.text[p.at]; {
	case c == '$' && strings.HasPrefix(p.text[p.at:], "${"):
		return p.dollar()
	case c == '{':
		return p.placeholder()
	case c == '}':
		return p.fail(p.at, 1, "a closing brace without its opening one", "write a literal brace as %7D")
	case c == '#':
		return p.fail(p.at, len(p.text)-p.at, "a fragment is never sent to a backend", "write a literal # as %23")
	case c <= ' ' || c == 0x7f:
		return p.fail(p.at, 1, "a uri has neither spaces nor control characters", "write a space as %20")
	case c == '/' && p.in == Authority:
		p.flush()
		p.in = URLPath
	case c == '?' && p.in != URLQuery:
		p.flush()
		p.in, p.uri.HasQuery = URLQuery, true
		p.start++ // the question mark is no part of the query
	}
	p.at++
	return nil
}

func (p *uriParser) fail(at, length int, message, help string) *Problem {
	return &Problem{Code: diag.BadURIText, Offset: at, Length: length, Message: message, Help: help}
}

// flush ends the literal text that is being read.
func (p *uriParser) flush() {
	if p.start < p.at {
		p.uri.Parts = append(p.uri.Parts, URIPart{In: p.in, Kind: PlainText, Text: p.text[p.start:p.at], Offset: p.start, Length: p.at - p.start})
	}
	p.start = p.at
}

// reference adds a part that is no text and goes on behind it.
func (p *uriParser) reference(kind PartKind, name string, length int) {
	p.flush()
	p.uri.Parts = append(p.uri.Parts, URIPart{In: p.in, Kind: kind, Text: name, Offset: p.at, Length: length})
	p.at += length
	p.start = p.at
}

// dollar reads ${…}.
func (p *uriParser) dollar() *Problem {
	rest := p.text[p.at:]
	end := strings.IndexByte(rest, '}')
	if end < 0 {
		return p.fail(p.at, len(rest), "the brace is never closed", "")
	}
	name, ok := strings.CutPrefix(rest[2:end], "stageVariables.")
	switch {
	case !ok:
		p.at += end + 1 // text
	case !isVariable(name):
		e := expression{p.text}
		_, problem := e.stageVariable(name, p.at+len("${stageVariables."))
		return problem
	default:
		p.reference(StageVarValue, name, end+1)
	}
	return nil
}

// placeholder reads {name}.
func (p *uriParser) placeholder() *Problem {
	rest := p.text[p.at:]
	end := strings.IndexByte(rest, '}')
	if end < 0 {
		return p.fail(p.at, len(rest), "the brace is never closed", "")
	}
	name := rest[1:end]
	switch {
	case name == "":
		return p.fail(p.at, end+1, "empty braces", "write the name of a mapped path parameter between them")
	case strings.HasSuffix(name, "+") && isName(name[:len(name)-1]):
		return &Problem{Code: diag.BadMappedName, Offset: p.at + 1, Length: len(name),
			Message: fmt.Sprintf("%q is no name of a parameter", name),
			Help:    fmt.Sprintf("the plus sign stands in the path alone; write {%s}", name[:len(name)-1])}
	case !isName(name):
		e := expression{p.text}
		return e.badName(p.at+1, name)
	}
	p.reference(Placeholder, name, end+1)
	return nil
}
