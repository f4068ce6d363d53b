// Package cfn fills in what a document leaves to be filled in when it is deployed: CloudFormation's functions (Ref,
// Fn::Sub, !GetAtt …), from what the user gives and what the template around the document says, and finds
// the document in a template. It must not know what a document means, reads no file, no environment and no network.
//
// Functions are evaluated in place, in the tree of the file, before anything reads it. One that cannot be evaluated
// stays where it is, with the reason; whoever wants the value reports it. So what nobody reads need not be resolved.
package cfn

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// maxText is how long a text may grow. Without a bound, a few lines of nested joins stand for gigabytes.
const maxText = 1 << 20

// maxTotal is how long all computed texts together may be.
const maxTotal = 32 << 20

// Env is where values come from, and what became of them.
type Env struct {
	given     map[string]*given
	pseudo    map[string]string
	standIns  bool
	templates []source.Node

	found      *diag.List
	problems   map[any][]diag.Diagnostic // why functions were not evaluated, by their nodes
	conditions map[string]*condition
	stand      map[string]*standIn
	total      int // bytes of computed texts
}

// NewEnv returns an Env without values. With standIns, what has no value gets a visible stand-in and a warning. What is wrong with values is added to found.
func NewEnv(standIns bool, found *diag.List) *Env {
	return &Env{
		standIns: standIns, found: found, given: make(map[string]*given), pseudo: make(map[string]string),
		problems: make(map[any][]diag.Diagnostic), conditions: make(map[string]*condition), stand: make(map[string]*standIn),
	}
}

// SetPseudo gives a pseudo parameter such as AWS::Region its value. What the user gives for it wins.
func (e *Env) SetPseudo(name, value string) { e.pseudo[name] = value }

// AddTemplate makes a template's parameters, mappings, conditions and resources known.
func (e *Env) AddTemplate(root source.Node) { e.templates = append(e.templates, root) }

// section returns an entry of a section of the templates.
func (e *Env) section(section, name string) source.Node {
	for _, t := range e.templates {
		if n := t.Get(section).Get(name); !n.IsZero() {
			return n
		}
	}
	return source.Node{}
}

// Problems returns why a function was not evaluated; nothing for other values.
func (e *Env) Problems(n source.Node) []diag.Diagnostic { return e.problems[n.Identity()] }

// evaluate evaluates a function with its argument. at is where its values stand.
type evaluate func(v *evaluation, argument source.Node, at source.Span) outcome

// evaluator returns what evaluates a function, by its long name; nil for one that is not evaluated.
func evaluator(name string) evaluate {
	switch name {
	case "Ref":
		return (*evaluation).ref
	case "Fn::GetAtt":
		return (*evaluation).getAtt
	case "Fn::Sub":
		return (*evaluation).sub
	case "Fn::Join":
		return (*evaluation).join
	case "Fn::If":
		return (*evaluation).choose
	case "Fn::Select":
		return (*evaluation).pick
	case "Fn::Split":
		return (*evaluation).split
	case "Fn::ImportValue":
		return (*evaluation).importValue
	case "Fn::FindInMap":
		return (*evaluation).findInMap
	case "Fn::Base64":
		return (*evaluation).base64
	case "Fn::Length":
		return (*evaluation).length
	}
	return nil
}

// Function returns the long name of the function that n is, and its argument; "" for other values. Tags that CloudFormation does
// not know are functions of their own name.
func Function(n source.Node) (name string, argument source.Node) {
	if tag := n.Tag(); len(tag) > 1 && tag[0] == '!' {
		name = tag[1:]
		if name != "Ref" && name != "Condition" {
			name = "Fn::" + name
		}
		return name, bare(n)
	}
	if n.Kind() != source.Map {
		return "", source.Node{}
	}
	count := 0
	for key, value := range n.Entries() {
		if strings.HasPrefix(key, "Fn::") {
			return key, value
		}
		if count++; count > 1 { // {Ref: …, other: …} is a map that happens to have such a key
			name = ""
			continue
		}
		if (key == "Ref" || key == "Condition") && value.Kind() == source.Text {
			name, argument = key, value
		}
	}
	return name, argument
}

// spelled is a function's name as it stands in the document, and where.
func spelled(n source.Node, name string, argument source.Node) (string, source.Span) {
	if tag := n.Tag(); tag != "" {
		at := n.Start()
		at.EndCol = at.Col + utf8.RuneCountInString(tag)
		return tag, at
	}
	return name, argument.Key().Span
}

// place is where a function's value stands: its argument where that is a text, else its name.
func place(n source.Node, name string, argument source.Node) source.Span {
	if text, ok := written(argument); ok && text.Value != "" {
		return text.Span
	}
	_, at := spelled(n, name, argument)
	return at
}

// MayHold reports quickly whether a file may hold functions. It may be wrong in saying so.
func MayHold(f *source.File) bool {
	text := f.Data
	if bytes.Contains(text, []byte("Fn::")) || bytes.Contains(text, []byte(`"Ref"`)) {
		return true
	}
	if f.JSON() {
		return false
	}
	if bytes.Contains(text, []byte("Ref:")) {
		return true
	}
	for {
		at := bytes.IndexByte(text, '!')
		if at < 0 || at+1 >= len(text) {
			return false
		}
		if (at == 0 || strings.IndexByte(" \t\n\r[,{:", text[at-1]) >= 0) && 'A' <= text[at+1] && text[at+1] <= 'Z' {
			return true
		}
		text = text[at+1:]
	}
}

// Fill evaluates the functions below root and returns what stands in its place then.
func (e *Env) Fill(root source.Node) source.Node {
	if root.IsZero() {
		return root
	}
	v := &evaluation{Env: e, file: root.File, done: make(map[*yaml.Node]outcome)}
	out := v.value(root)
	root.File.Changed()
	if out.gone || out.problems != nil {
		return root
	}
	return out.node
}

// outcome is what became of a value.
type outcome struct {
	node     source.Node
	gone     bool              // AWS::NoValue: the entry is to be taken away
	problems []diag.Diagnostic // why the function could not be evaluated
}

// failed is the outcome of a function that cannot be evaluated.
func failed(problems ...diag.Diagnostic) outcome { return outcome{problems: problems} }

// problem makes a reason.
func problem(code diag.Code, at source.Span, help, format string, args ...any) diag.Diagnostic {
	return diag.Diagnostic{Code: code, Span: at, Message: fmt.Sprintf(format, args...), Help: help}
}

// evaluation evaluates the functions of one file.
type evaluation struct {
	*Env
	file *source.File
	done map[*yaml.Node]outcome // of values that aliases stand for
}

// value evaluates n and all below it. Lists and maps change in place.
func (v *evaluation) value(n source.Node) outcome {
	y, _ := n.Identity().(*yaml.Node)
	if y == nil {
		return outcome{node: n}
	}
	if y.Anchor != "" {
		if out, ok := v.done[y]; ok {
			return out
		}
	}
	out := outcome{node: n}
	name, argument := Function(n)
	switch {
	case name != "" && name != "Condition":
		out = v.function(n, name, argument)
	case y.Kind == yaml.SequenceNode || y.Kind == yaml.MappingNode:
		v.inside(y)
	default:
		return out
	}
	if y.Anchor != "" {
		v.done[y] = out
	}
	return out
}

// inside evaluates the values of a list or map.
func (v *evaluation) inside(y *yaml.Node) {
	kept := y.Content[:0]
	for i := 0; i < len(y.Content); i++ {
		var key *yaml.Node
		if y.Kind == yaml.MappingNode {
			key = y.Content[i]
			i++
		}
		child := source.Node{File: v.file, YAML: y.Content[i]}
		out := v.value(child)
		if out.gone {
			continue
		}
		if key != nil {
			kept = append(kept, key)
		}
		if out.problems == nil && !out.node.Same(child) {
			child = out.node
		}
		kept = append(kept, child.YAML)
	}
	y.Content = kept
}

// function evaluates a function, or remembers why it cannot be.
func (v *evaluation) function(n source.Node, name string, argument source.Node) outcome {
	spelling, at := spelled(n, name, argument)
	var out outcome
	evaluate := evaluator(name)
	switch {
	case evaluate != nil:
		out = evaluate(v, argument, place(n, name, argument))
	case name == "Fn::Transform":
		v.problems[n.Identity()] = []diag.Diagnostic{problem(diag.Unresolved, at, "AWS::Include can be the whole document of an API; elsewhere use $ref",
			"the CloudFormation function %s is not evaluated here", spelling)}
		return outcome{node: n} // who reads files may carry it out
	default:
		out = failed(problem(diag.Unresolved, at, "write the value itself", "the CloudFormation function %s is not evaluated", spelling))
	}
	if out.problems == nil {
		return out
	}
	out.problems = out.problems[:min(len(out.problems), maxPlaceholders)]
	for i := range out.problems {
		if !out.problems[i].Span.Valid() {
			out.problems[i].Span = at
		}
	}
	if v.standIns && evaluate == nil {
		return v.text(v.standInFor(name, out.problems[0]), at)
	}
	v.problems[n.Identity()] = out.problems
	return out
}

// bare is a value without its tag.
func bare(n source.Node) source.Node {
	if n.Tag() == "" {
		return n
	}
	y := *n.Identity().(*yaml.Node)
	y.Tag = map[yaml.Kind]string{yaml.ScalarNode: "!!str", yaml.SequenceNode: "!!seq", yaml.MappingNode: "!!map"}[y.Kind]
	return source.Node{File: n.File, YAML: &y}
}

// written is a text, number or truth value as it stands in the document; false for lists, maps and functions.
func written(n source.Node) (source.String, bool) {
	if n.Tag() != "" {
		return source.String{}, false
	}
	return n.Scalar()
}

// text makes the outcome of a computed text.
func (v *evaluation) text(text string, at source.Span) outcome {
	return v.string(source.String{Value: text, Span: at})
}

func (v *evaluation) string(s source.String) outcome {
	v.total += len(s.Value)
	if len(s.Value) > maxText || v.total > maxTotal {
		return failed(problem(diag.BadFunction, s.Span, "", "the text becomes larger than %d MiB", min(maxText, maxTotal)>>20))
	}
	return outcome{node: v.file.Compute(s)}
}
