package source

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Part is a stretch of a text and what is put in its place.
type Part struct {
	At, Length int
	With       string
}

// Edit returns s with parts replaced, which are in order and do not overlap. Sub goes on giving places in the file:
// what was put in stands where the replaced text does.
func (s String) Edit(parts ...Part) String {
	if len(parts) == 0 {
		return s
	}
	edits := slices.Clone(s.edits)
	var b strings.Builder
	done := 0
	for _, p := range parts {
		b.WriteString(s.Value[done:p.At])
		edits = append(edits, edit{at: b.Len(), before: p.Length, after: len(p.With)})
		b.WriteString(p.With)
		done = p.At + p.Length
	}
	b.WriteString(s.Value[done:])
	s.Value, s.edits = b.String(), edits
	return s
}

// Computed reports whether the text is one that Compute made a value of: nothing is left to be filled in.
func (s String) Computed() bool { return s.computed }

// Computed reports whether the value is one that Compute made.
func (n Node) Computed() bool {
	_, ok := n.computed()
	return ok
}

func (n Node) computed() (String, bool) {
	if n.File == nil || n.File.computed == nil {
		return String{}, false
	}
	text, ok := n.File.computed[n.resolved()]
	return text, ok
}

// Compute makes a value of a text that the file does not hold as it is: what a placeholder or a function of another
// language means. It is a text whose place is that of s; as a number or truth value it counts where one is asked for.
// It must not be called while others read the file.
func (f *File) Compute(s String) Node {
	s.computed = true
	y := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s.Value, Line: s.Span.Line, Column: s.Span.Col}
	if f.computed == nil {
		f.computed = make(map[*yaml.Node]String)
	}
	f.computed[y] = s
	return Node{File: f, YAML: y}
}

// retyped is a computed text as a number or truth value where it reads like one.
func (n Node) retyped() Node {
	if n.Kind() != Text || !n.Computed() {
		return n
	}
	typed := yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: n.resolved().Value}
	if _, err := strconv.ParseInt(typed.Value, 10, 64); err == nil {
		typed.Tag = "!!int"
	} else if _, err := strconv.ParseFloat(typed.Value, 64); err == nil {
		typed.Tag = "!!float"
	} else if typed.Value == "true" || typed.Value == "false" {
		typed.Tag = "!!bool"
	}
	return Node{File: n.File, YAML: &typed, key: n.key}
}

// Changed forgets what was worked out about the file's maps. Who changes the file's tree calls it before others read it.
func (f *File) Changed() {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	f.cache.tables, f.cache.node = nil, nil
}
