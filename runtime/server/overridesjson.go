package server

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/gatewright/gatewright/runtime/value"
)

// jsonNode reads JSON as the nodes that the YAML package would make of it, without their lines: that package takes the square of
// a JSON text's length, minutes for a million API keys. ok is false for all that is no JSON, for JSON that readers differ on, and
// for fractions, whose text a stage variable would have to keep; the YAML package reads those, and says what is wrong with them.
func jsonNode(text string) (node *yaml.Node, ok bool) {
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") || !utf8.ValidString(text) || strings.IndexByte(text, 0x7f) >= 0 {
		return nil, false
	}
	var doc value.Document
	v, strict, err := doc.Read(text)
	if err != nil || !strict || doc.Repeated() {
		return nil, false
	}
	return nodeOf(v)
}

// nodeOf is the node of a value, which may alias it.
func nodeOf(v value.Value) (node *yaml.Node, ok bool) {
	if m, ok := v.AsMap(); ok {
		node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: make([]*yaml.Node, 0, 2*len(m.Entries))}
		for i := range m.Entries {
			name, _ := m.Entries[i].Key.AsString()
			child, ok := nodeOf(m.Entries[i].Value)
			if !ok {
				return nil, false
			}
			node.Content = append(node.Content, scalar("!!str", name), child)
		}
		return node, true
	}
	if list, ok := v.AsList(); ok {
		node := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: make([]*yaml.Node, len(list.Elements))}
		for i, e := range list.Elements {
			if node.Content[i], ok = nodeOf(e); !ok {
				return nil, false
			}
		}
		return node, true
	}
	return scalarOf(v)
}

// scalarOf is the node of a value that holds no others.
func scalarOf(v value.Value) (node *yaml.Node, ok bool) {
	if v.IsNull() {
		return scalar("!!null", "null"), true
	}
	if text, ok := v.AsString(); ok {
		return scalar("!!str", text), true
	}
	if truth, ok := v.AsBool(); ok {
		return scalar("!!bool", strconv.FormatBool(truth)), true
	}
	if n, ok := v.AsInt(); ok {
		return scalar("!!int", strconv.FormatInt(n, 10)), true
	}
	return nil, false
}

func scalar(tag, text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}
}
