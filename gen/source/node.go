package source

import "go.yaml.in/yaml/v4"

// Node is a value of a document: a YAML node, aliases followed, and the file it stands in.
// The zero Node is an absent value; its accessors answer as for an empty one.
type Node struct {
	File *File
	YAML *yaml.Node
}

// IsZero reports whether the value is absent.
func (n Node) IsZero() bool { return n.YAML == nil }
