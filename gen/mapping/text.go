package mapping

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
)

// textParser reads the template of a gateway response.
type textParser struct {
	text     string
	at       int
	start    int // of the literal text that is being read
	parts    []Source
	problems []*Problem
}

// maxProblems is how many problems of one text are told: who has that many mends the first ones first.
const maxProblems = 20

// longestVariable is longer than the name of any context variable.
const longestVariable = 100

// ParseText reads the template of a gateway response, which is plain substitution (rest.md 1.5): $context.NAME,
// $stageVariables.NAME and method.request.{header,querystring,path}.NAME (with or without a dollar sign) become their
// values, all other text is sent as it stands. It returns what it understood along with what it did not.
func ParseText(text string) ([]Source, []*Problem) {
	p := &textParser{text: text}
	for p.at < len(text) && len(p.problems) < maxProblems {
		p.next()
	}
	p.flush()
	return p.parts, p.problems
}

// flush ends the literal text that is being read.
func (p *textParser) flush() {
	if p.start < p.at {
		p.parts = append(p.parts, Literal{Text: p.text[p.start:p.at]})
	}
	p.start = p.at
}

func (p *textParser) next() {
	rest := p.text[p.at:]
	switch rest[0] {
	case '$':
		switch {
		case strings.HasPrefix(rest, "$context."):
			p.context()
			return
		case strings.HasPrefix(rest, "$stageVariables."):
			p.stageVariable()
			return
		case strings.HasPrefix(rest, "$method.request."):
			p.parameter(1)
			return
		}
	case 'm':
		if strings.HasPrefix(rest, "method.request.") && !p.insideWord() {
			p.parameter(0)
			return
		}
	}
	p.at++
}

// insideWord reports whether the character before continues a name into the one that is next.
func (p *textParser) insideWord() bool {
	return p.at > 0 && (isWord(p.text[p.at-1]) || p.text[p.at-1] == '.' || p.text[p.at-1] == '-')
}

// take replaces the next length bytes by a source.
func (p *textParser) take(source Source, length int) {
	p.flush()
	p.parts = append(p.parts, source)
	p.at += length
	p.start = p.at
}

// skip leaves the next length bytes as text and says what is wrong with them.
func (p *textParser) skip(length int, problem *Problem) {
	p.problems = append(p.problems, problem)
	p.at += length
}

// context reads $context.NAME. The name ends where no variable of that name goes on, so that a full stop may follow.
func (p *textParser) context() {
	prefix := len("$context.")
	name := dottedPrefix(p.text[p.at+prefix:])
	if key, ok := strings.CutPrefix(name, "authorizer."); ok {
		p.take(AuthorizerVariable{Key: key}, prefix+len(name))
		return
	}
	table := contextVariables()
	for candidate := name[:min(len(name), longestVariable)]; candidate != ""; candidate = candidate[:max(strings.LastIndexByte(candidate, '.'), 0)] {
		if where := table[candidate]; where == always || where == onError {
			p.take(Context{Variable: candidate}, prefix+len(candidate))
			return
		}
	}
	e := expression{p.text}
	_, problem := e.context(name, p.at+prefix, onError)
	if problem.Code == diag.UnknownContext {
		problem.Code = diag.BadTemplateReference
	}
	p.skip(prefix+len(name), problem)
}

func (p *textParser) stageVariable() {
	prefix := len("$stageVariables.")
	name := wordPrefix(p.text[p.at+prefix:], isWord)
	if name == "" {
		p.skip(prefix, &Problem{Code: diag.BadTemplateReference, Offset: p.at, Length: prefix, Message: "$stageVariables names nothing",
			Help: "add the name of a stage variable"})
		return
	}
	p.take(StageVariable{Name: name}, prefix+len(name))
}

// parameter reads method.request.POSITION.NAME behind dollar bytes.
func (p *textParser) parameter(dollar int) {
	prefix := dollar + len("method.request.")
	rest := p.text[p.at+prefix:]
	for _, in := range []In{Header, Query, Path} {
		after, ok := strings.CutPrefix(rest, in.String()+".")
		if !ok {
			continue
		}
		name := wordPrefix(after, func(c byte) bool { return isWord(c) || c == '-' || c == '$' })
		if name == "" {
			break
		}
		p.take(RequestParameter{In: in, Name: name}, prefix+len(in.String())+1+len(name))
		return
	}
	word := wordPrefix(rest, isWord)
	p.skip(prefix+len(word), &Problem{Code: diag.BadTemplateReference, Offset: p.at, Length: prefix + len(word),
		Message: fmt.Sprintf("%q has no value in a gateway response", p.text[p.at:p.at+prefix+len(word)]),
		Help:    "write method.request.header.NAME, method.request.querystring.NAME or method.request.path.NAME"})
}

// dottedPrefix returns the names and dots that s starts with; it does not end in a dot.
func dottedPrefix(s string) string {
	name := wordPrefix(s, func(c byte) bool { return isWord(c) || c == '-' || c == '.' })
	for {
		if i := strings.Index(name, ".."); i >= 0 {
			name = name[:i]
		}
		if !strings.HasSuffix(name, ".") {
			return name
		}
		name = strings.TrimSuffix(name, ".")
	}
}

// wordPrefix returns what s starts with of characters that ok accepts.
func wordPrefix(s string, ok func(byte) bool) string {
	for i := range len(s) {
		if !ok(s[i]) {
			return s[:i]
		}
	}
	return s
}
