package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
)

// nameHelp says which names parameters may have (rest.md 4.1).
const nameHelp = "a name is made of letters, digits and the characters . _ $ and -"

// expression is the text of one mapping expression while it is read.
type expression struct{ text string }

func (e *expression) problem(code diag.Code, offset, length int, message, help string) *Problem {
	return &Problem{Code: code, Offset: offset, Length: length, Message: message, Help: help}
}

// ParseRequest reads the source of a request mapping (rest.md 4.1).
func ParseRequest(text string) (Source, *Problem) {
	e := &expression{text}
	if source, p, ok := e.anywhere(always); ok {
		return source, p
	}
	switch {
	case e.has("method.request."):
		return e.request(true)
	case e.has("integration.response."):
		return nil, e.problem(diag.WrongSide, 0, len("integration.response"), "a request mapping cannot read the backend's response",
			"read the client's request: method.request.…")
	}
	return nil, e.unknown("method.request.header.NAME", "method.request")
}

// ParseResponse reads the source of a response mapping (rest.md 4.1).
func ParseResponse(text string) (Source, *Problem) {
	e := &expression{text}
	if source, p, ok := e.anywhere(always); ok {
		return source, p
	}
	switch {
	case e.has("integration.response."):
		return e.response()
	case e.has("method.request."):
		return nil, e.problem(diag.WrongSide, 0, len("method.request"), "a response mapping cannot read the client's request",
			"read the backend's response: integration.response.…")
	}
	return nil, e.unknown("integration.response.header.NAME", "integration.response")
}

// ParseGatewayResponse reads the source of a header of a gateway response (rest.md 1.5).
func ParseGatewayResponse(text string) (Source, *Problem) {
	e := &expression{text}
	if source, p, ok := e.anywhere(onError); ok {
		return source, p
	}
	switch {
	case e.has("method.request."):
		return e.request(false)
	case e.has("integration.response."):
		return nil, e.problem(diag.WrongSide, 0, len("integration.response"), "a gateway response has no backend's response to read", "")
	}
	return nil, e.unknown("method.request.header.NAME", "method.request")
}

func (e *expression) has(prefix string) bool { return strings.HasPrefix(e.text, prefix) }

// anywhere reads the sources that every kind of mapping has; ok is false when the text is none of them.
func (e *expression) anywhere(place availability) (source Source, p *Problem, ok bool) {
	switch {
	case e.has("'"):
		source, p = e.literal()
	case e.has("context."):
		source, p = e.context(e.text[len("context."):], len("context."), place)
	case e.has("stageVariables."):
		source, p = e.stageVariable(e.text[len("stageVariables."):], len("stageVariables."))
	default:
		return nil, nil, false
	}
	if p != nil {
		source = nil
	}
	return source, p, true
}

// literal reads a text in single quotes. Quotes inside it are part of the text, as in 'default-src 'self”.
func (e *expression) literal() (Source, *Problem) {
	if len(e.text) < 2 || !strings.HasSuffix(e.text, "'") {
		if last := strings.LastIndexByte(e.text, '\''); last > 0 {
			return nil, e.problem(diag.UnclosedLiteral, last+1, len(e.text)-last-1, "text after the closing quote of a literal",
				"a mapping is one literal or one reference; they cannot be joined")
		}
		return nil, e.problem(diag.UnclosedLiteral, 0, len(e.text), "literal without its closing quote", "end the literal with a single quote")
	}
	return Literal{Text: e.text[1 : len(e.text)-1]}, nil
}

// stageVariable reads the name after "stageVariables.".
func (e *expression) stageVariable(name string, at int) (Source, *Problem) {
	if !isVariable(name) {
		return nil, e.problem(diag.BadMappedName, at, len(name), fmt.Sprintf("%q is no name of a stage variable", name),
			"a name is made of letters, digits and _")
	}
	return StageVariable{Name: name}, nil
}

// request reads what follows "method.request."; whole says whether bodies and several values can be had.
func (e *expression) request(whole bool) (Source, *Problem) {
	at := len("method.request.")
	position, name, named := strings.Cut(e.text[at:], ".")
	if whole {
		if path, at, ok := e.body(at); ok {
			return wrapBody(e, path, at, func(p JSONPath) Source { return RequestBody{Path: p} })
		}
	}
	source := RequestParameter{Name: name}
	words := []string{"path", "querystring", "header"}
	if whole {
		words = append(words, "multivaluequerystring", "multivalueheader", "body")
	}
	switch position {
	case "path":
		source.In = Path
	case "querystring":
		source.In = Query
	case "header":
		source.In = Header
	case "multivaluequerystring":
		source.In, source.Multi = Query, true
	case "multivalueheader":
		source.In, source.Multi = Header, true
	}
	if source.In == 0 || !slices.Contains(words, position) {
		return nil, e.badPosition(at, position, "method.request", words)
	}
	if p := e.name(at+len(position), name, named); p != nil {
		return nil, p
	}
	return source, nil
}

// response reads what follows "integration.response.".
func (e *expression) response() (Source, *Problem) {
	at := len("integration.response.")
	position, name, named := strings.Cut(e.text[at:], ".")
	if path, at, ok := e.body(at); ok {
		return wrapBody(e, path, at, func(p JSONPath) Source { return ResponseBody{Path: p} })
	}
	if position != "header" && position != "multivalueheader" {
		return nil, e.badPosition(at, position, "integration.response", []string{"header", "multivalueheader", "body"})
	}
	if p := e.name(at+len(position), name, named); p != nil {
		return nil, p
	}
	return ResponseHeader{Name: name, Multi: position == "multivalueheader"}, nil
}

// body returns the JSON path after "body" and where it starts; ok is false when there is no "body" at offset at.
func (e *expression) body(at int) (path string, start int, ok bool) {
	rest, ok := strings.CutPrefix(e.text[at:], "body")
	at += len("body")
	switch {
	case !ok:
		return "", 0, false
	case rest == "", rest[0] == '[', strings.HasPrefix(rest, ".."):
		return rest, at, true
	case rest == ".":
		return ".", at, true
	case rest[0] == '.':
		return rest[1:], at + 1, true
	default:
		return "", 0, false
	}
}

func wrapBody(e *expression, text string, at int, wrap func(JSONPath) Source) (Source, *Problem) {
	if text == "" {
		return wrap(""), nil
	}
	path, p := parseJSONPath(text)
	if p != nil {
		p.Offset += at
		return nil, p
	}
	return wrap(path), nil
}

// name checks the name after a position; dot is where the dot before it is, or should be.
func (e *expression) name(dot int, name string, named bool) *Problem {
	switch {
	case !named || name == "":
		return e.problem(diag.BadExpression, 0, len(e.text), fmt.Sprintf("%s names nothing", e.text), "add a dot and the name of what is meant")
	case !isName(name):
		return e.badName(dot+1, name)
	default:
		return nil
	}
}

func (e *expression) badName(at int, name string) *Problem {
	return e.problem(diag.BadMappedName, at, len(name), fmt.Sprintf("%q is no name of a parameter", name), nameHelp)
}

func (e *expression) badPosition(at int, position, prefix string, words []string) *Problem {
	help := fmt.Sprintf("after %s comes one of %s", prefix, strings.Join(words, ", "))
	if near := diag.Nearest(position, words); near != "" {
		help = fmt.Sprintf("did you mean %s?", near)
	}
	return e.problem(diag.BadExpression, at, len(position), fmt.Sprintf("%q is no part of %s", position, prefix), help)
}

// unknown describes a text that starts like no expression.
func (e *expression) unknown(such, side string) *Problem {
	trimmed := strings.TrimSpace(e.text)
	switch {
	case trimmed == "":
		return e.problem(diag.BadExpression, 0, len(e.text), "empty mapping expression", fmt.Sprintf("write one such as %s", such))
	case trimmed != e.text && (strings.ContainsAny(trimmed[:1], "'mics")):
		return e.problem(diag.BadExpression, 0, len(e.text), "space around a mapping expression", "take the space away")
	case strings.HasPrefix(trimmed, "$"):
		return e.problem(diag.BadExpression, 0, len(e.text), fmt.Sprintf("%q is no mapping expression", e.text),
			fmt.Sprintf("mappings have no $ variables; write one such as %s", such))
	}
	words := []string{side, "context", "stageVariables"}
	head, _, dotted := strings.Cut(e.text, ".")
	if second, _, more := strings.Cut(e.text[min(len(head)+1, len(e.text)):], "."); more && strings.Contains(side, ".") {
		if near := diag.Nearest(head+"."+second, words); near != "" {
			return e.problem(diag.BadExpression, 0, len(head)+1+len(second), fmt.Sprintf("%q is no mapping expression", e.text), fmt.Sprintf("did you mean %s?", near))
		}
	}
	if near := diag.Nearest(head, words); dotted && near != "" {
		return e.problem(diag.BadExpression, 0, len(head), fmt.Sprintf("%q is no mapping expression", e.text), fmt.Sprintf("did you mean %s?", near))
	}
	return e.problem(diag.BadExpression, 0, len(e.text), fmt.Sprintf("%q is no mapping expression", e.text),
		fmt.Sprintf("a literal stands in single quotes: '%s'; a reference is one such as %s", e.text, such))
}
