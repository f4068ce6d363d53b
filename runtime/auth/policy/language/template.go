package language

import (
	"fmt"
	"strings"
)

// PartKind is what a part of a template is.
type PartKind uint8

// The kinds of parts.
const (
	// Literal is text that stands for itself.
	Literal PartKind = iota
	// AnyText is *, where wildcards count.
	AnyText
	// AnyOne is ?, where wildcards count.
	AnyOne
	// Variable is ${key} or ${key, 'default'}.
	Variable
)

// Part is a part of a text with policy variables.
type Part struct {
	Kind    PartKind
	Text    string // of a Literal; the default of a Variable
	Key     Key    // of a Variable
	Default bool   // a Variable has a default
}

// Problem is what is wrong inside a text.
type Problem struct {
	Offset, Length int // in bytes
	Message        string
	// Key is the name of the variable when it is not one that requests can have, and Standing says why not.
	Key      string
	Standing Standing
}

// Error implements error.
func (p *Problem) Error() string { return p.Message }

// maxVariables bounds what a text can grow to.
const maxVariables = 16

// HasVariable reports whether a text of a policy of the version 2012-10-17 is more than its characters.
func HasVariable(text string) bool { return strings.Contains(text, "${") }

// ParseTemplate takes a text with policy variables apart. ${*}, ${?} and ${$} are the characters themselves.
func ParseTemplate(text string) ([]Part, *Problem) {
	t := template{}
	for at := 0; at < len(text); {
		if !strings.HasPrefix(text[at:], "${") {
			t.character(text[at])
			at++
			continue
		}
		end := strings.IndexByte(text[at:], '}')
		if end < 0 {
			return nil, &Problem{Offset: at, Length: len(text) - at, Message: "a policy variable is not closed"}
		}
		if problem := t.variable(text[at+2:at+end], at+2); problem != nil {
			return nil, problem
		}
		at += end + 1
	}
	t.flush()
	return t.parts, nil
}

// template gathers the parts of a text.
type template struct {
	parts     []Part
	literal   []byte
	variables int
}

func (t *template) flush() {
	if len(t.literal) > 0 {
		t.parts = append(t.parts, Part{Kind: Literal, Text: string(t.literal)})
		t.literal = t.literal[:0]
	}
}

func (t *template) character(b byte) {
	switch b {
	case '*':
		t.flush()
		t.parts = append(t.parts, Part{Kind: AnyText, Text: "*"})
	case '?':
		t.flush()
		t.parts = append(t.parts, Part{Kind: AnyOne, Text: "?"})
	default:
		t.literal = append(t.literal, b)
	}
}

// variable adds what stands between the braces, which begins at offset.
func (t *template) variable(inside string, offset int) *Problem {
	if inside == "*" || inside == "?" || inside == "$" {
		t.literal = append(t.literal, inside...)
		return nil
	}
	t.flush()
	part, problem := parseVariable(inside, offset)
	if problem != nil {
		return problem
	}
	if t.variables++; t.variables > maxVariables {
		return &Problem{Offset: offset, Length: len(inside), Message: fmt.Sprintf("more than %d policy variables in one text", maxVariables)}
	}
	t.parts = append(t.parts, part)
	return nil
}

// parseVariable reads what stands between the braces, which begins at offset.
func parseVariable(inside string, offset int) (Part, *Problem) {
	name, rest, hasDefault := strings.Cut(inside, ",")
	part := Part{Kind: Variable, Default: hasDefault}
	if hasDefault {
		quoted := strings.TrimLeft(rest, " ")
		if len(quoted) < 2 || quoted[0] != '\'' || quoted[len(quoted)-1] != '\'' {
			return Part{}, &Problem{Offset: offset, Length: len(inside), Message: "the default of a policy variable stands in single quotes: ${key, 'default'}"}
		}
		part.Text = quoted[1 : len(quoted)-1]
	}
	key, standing := FindKey(name)
	if part.Key = key; key != NoKey || standing == Never && hasDefault {
		return part, nil
	}
	return Part{}, &Problem{Offset: offset, Length: len(name), Key: name, Standing: standing, Message: fmt.Sprintf("no request has the policy variable %q", name)}
}
