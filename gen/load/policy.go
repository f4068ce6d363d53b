package load

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/gatewright/gatewright/gen/source"
)

// policy returns an IAM policy that is there, or nil. What is left to be filled in, it fills in in place, as nothing else
// reads a policy's texts; what cannot be is reported. Policy variables stay.
func (l *loader) policy(n source.Node) *source.Node {
	p := node(n)
	if p != nil && !l.intrinsic(n) {
		f := policyFiller{loader: l, seen: map[*yaml.Node]bool{}}
		f.fill(n)
		n.File.Changed()
	}
	return p
}

// policyFiller fills one policy.
type policyFiller struct {
	*loader
	seen map[*yaml.Node]bool // aliases lead to the same place many times
}

// fill fills everything below n.
func (f *policyFiller) fill(n source.Node) {
	y := n.YAML
	for y.Kind == yaml.AliasNode {
		y = y.Alias
	}
	if f.seen[y] {
		return
	}
	f.seen[y] = true
	step := 1
	if y.Kind == yaml.MappingNode {
		step = 2
	}
	for i := step - 1; i < len(y.Content); i += step {
		child := source.Node{File: n.File, YAML: y.Content[i]}
		if f.intrinsic(child) {
			continue
		}
		if filled, ok := f.text(child); ok {
			y.Content[i] = filled.YAML
			continue
		}
		f.fill(child)
	}
}

// text is a text with its placeholders filled in; false where there are none.
func (f *policyFiller) text(n source.Node) (source.Node, bool) {
	text, ok := n.Text()
	if !ok || n.Tag() != "" || n.Computed() || !strings.Contains(text.Value, "${") {
		return source.Node{}, false
	}
	filled := f.files.env.PolicyPlaceholders(text)
	if filled.Value == text.Value {
		return source.Node{}, false
	}
	return n.File.Compute(filled), true
}
