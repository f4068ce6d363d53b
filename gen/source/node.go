package source

import (
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Node is a value of a document: a YAML node, aliases followed, and the file it stands in.
// The zero Node is an absent value; its accessors answer as for an empty one.
type Node struct {
	File *File
	YAML *yaml.Node

	key *yaml.Node // the key that the value stands under, for Key
}

// Key returns the key that the value was reached by; the zero String for the root, an item of a list and a Node that
// was made by hand.
func (n Node) Key() String {
	if n.key == nil {
		return String{}
	}
	return Node{File: n.File, YAML: n.key}.literal()
}

// Kind is what a value is.
type Kind uint8

// The kinds of values. A value with a tag of its own (!Sub) has the kind of what follows the tag; Tag tells them apart.
const (
	Missing Kind = iota
	Null
	Boolean
	Integer
	Float
	Text
	List
	Map
)

// String returns the kind's name as messages write it.
func (k Kind) String() string {
	return [...]string{"nothing", "null", "true or false", "a whole number", "a number", "a text", "a list", "a map"}[k]
}

// KeyIdentity is a key for maps of entries: equal for two Nodes that were reached by the same key of the same map.
func (n Node) KeyIdentity() any { return n.key }

// IsZero reports whether the value is absent.
func (n Node) IsZero() bool { return n.YAML == nil }

// resolved follows aliases. Parse refuses cycles of them.
func (n Node) resolved() *yaml.Node {
	y := n.YAML
	for y != nil && y.Kind == yaml.AliasNode {
		y = y.Alias
	}
	return y
}

// Same reports whether n and other are the same place of a document, aliases followed.
func (n Node) Same(other Node) bool { return n.File == other.File && n.resolved() == other.resolved() }

// Identity is a key for maps of nodes: equal for two Nodes that are the Same.
func (n Node) Identity() any { return n.resolved() }

// Kind returns what the value is.
func (n Node) Kind() Kind {
	y := n.resolved()
	if y == nil {
		return Missing
	}
	switch y.Kind {
	case yaml.MappingNode:
		return Map
	case yaml.SequenceNode:
		return List
	}
	switch y.Tag {
	case "!!null":
		return Null
	case "!!bool":
		return Boolean
	case "!!int":
		return Integer
	case "!!float":
		return Float
	}
	return Text
}

// Tag returns the tag that the document gives the value, such as !Sub; "" when it gives none of its own.
func (n Node) Tag() string {
	y := n.resolved()
	if y == nil || strings.HasPrefix(y.Tag, "!!") || y.Tag == "!" {
		return ""
	}
	return y.Tag
}

// Pair is one entry of a map.
type Pair struct {
	Key   String
	Value Node
}

// Pairs returns the entries of a map in document order. Merge keys (<<) are carried out: what they bring stands behind
// the map's own entries, and never replaces one. Of a key that stands twice (Parse reports it) the first counts. It returns nothing for other kinds, and leaves keys out that are
// lists or maps (Parse reports those).
func (n Node) Pairs() []Pair {
	y := n.resolved()
	if y == nil || y.Kind != yaml.MappingNode {
		return nil
	}
	pairs := make([]Pair, 0, len(y.Content)/2)
	merged := false
	for i := 0; i+1 < len(y.Content); i += 2 {
		if isMerge(y.Content[i]) {
			merged = true
			continue
		}
		if key := (Node{File: n.File, YAML: y.Content[i]}); key.resolved().Kind == yaml.ScalarNode {
			pairs = append(pairs, Pair{Key: key.literal(), Value: n.child(i)})
		}
	}
	if merged {
		pairs = n.merge(pairs)
	}
	if n.File.twice {
		pairs = firstOnes(pairs)
	}
	return pairs
}

// child returns the value of the entry whose key is at index i of the map's content.
func (n Node) child(i int) Node {
	content := n.resolved().Content
	return Node{File: n.File, YAML: content[i+1], key: content[i]}
}

// firstOnes leaves out entries whose key stood before.
func firstOnes(pairs []Pair) []Pair {
	seen := make(map[string]bool, len(pairs))
	return slices.DeleteFunc(pairs, func(p Pair) bool {
		again := seen[p.Key.Value]
		seen[p.Key.Value] = true
		return again
	})
}

// literal returns a scalar as it is written, whatever it looks like: keys such as 200 and null are texts.
func (n Node) literal() String {
	if text, ok := n.computed(); ok {
		return text
	}
	return String{Value: n.resolved().Value, Span: n.textSpan(), node: n}
}

// merge adds what the merge keys of n bring.
func (n Node) merge(pairs []Pair) []Pair {
	have := make(map[string]bool, len(pairs))
	for _, p := range pairs {
		have[p.Key.Value] = true
	}
	y := n.resolved()
	for i := 0; i+1 < len(y.Content); i += 2 {
		if !isMerge(y.Content[i]) {
			continue
		}
		from := n.child(i)
		sources := from.Items()
		if from.Kind() == Map {
			sources = []Node{from}
		}
		for _, source := range sources {
			for _, p := range source.Pairs() {
				if !have[p.Key.Value] {
					have[p.Key.Value] = true
					pairs = append(pairs, p)
				}
			}
		}
	}
	return pairs
}

// isMerge reports whether key is YAML's merge key.
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && (key.Tag == "!!merge" || key.Tag == "") && key.Style&quoted == 0
}

const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// Lookup returns the entry of a map with the given key.
func (n Node) Lookup(key string) (Pair, bool) {
	value := n.Get(key)
	if value.IsZero() {
		return Pair{}, false
	}
	return Pair{Key: value.Key(), Value: value}, true
}

// Get returns the value of a key of a map; the zero Node when it is not there.
func (n Node) Get(key string) Node {
	y := n.resolved()
	if y == nil || y.Kind != yaml.MappingNode {
		return Node{}
	}
	at, merges := position(n.File, y, key)
	if at >= 0 {
		return n.child(at)
	}
	if merges {
		for _, p := range n.merge(nil) {
			if p.Key.Value == key {
				return p.Value
			}
		}
	}
	return Node{}
}

// position returns where a key stands in a map's content, -1 for nowhere, and whether the map has merge keys.
func position(f *File, y *yaml.Node, key string) (at int, merges bool) {
	if len(y.Content) >= 2*largeMap {
		t := f.table(y)
		if at, ok := t.at[key]; ok {
			return at, t.merges
		}
		return -1, t.merges
	}
	for i := 0; i+1 < len(y.Content); i += 2 {
		if isMerge(y.Content[i]) {
			merges = true
			continue
		}
		if k := (Node{File: f, YAML: y.Content[i]}).resolved(); k.Kind == yaml.ScalarNode && k.Value == key {
			return i, merges
		}
	}
	return -1, merges
}

// Entries yields the entries of a map without working out where their keys stand; the value's Key does that.
func (n Node) Entries() iter.Seq2[string, Node] {
	return func(yield func(string, Node) bool) {
		y := n.resolved()
		if y == nil || y.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(y.Content); i += 2 {
			if isMerge(y.Content[i]) {
				for _, p := range n.Pairs() {
					if !yield(p.Key.Value, p.Value) {
						return
					}
				}
				return
			}
		}
		for i := 0; i+1 < len(y.Content); i += 2 {
			key := Node{File: n.File, YAML: y.Content[i]}
			if k := key.resolved(); k.Kind == yaml.ScalarNode && !yield(k.Value, n.child(i)) {
				return
			}
		}
	}
}

// Walk calls visit for every entry of every map below n, once for each place in the file: it does not follow aliases.
func (n Node) Walk(visit func(key string, value Node)) {
	y := n.YAML
	if y == nil || y.Kind == yaml.AliasNode {
		return
	}
	for i, child := range y.Content {
		if y.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			visit(y.Content[i-1].Value, Node{File: n.File, YAML: child, key: y.Content[i-1]})
		}
		Node{File: n.File, YAML: child}.Walk(visit)
	}
}

// Items returns the items of a list; nothing for other kinds.
func (n Node) Items() []Node {
	y := n.resolved()
	if y == nil || y.Kind != yaml.SequenceNode {
		return nil
	}
	items := make([]Node, len(y.Content))
	for i, item := range y.Content {
		items[i] = Node{File: n.File, YAML: item}
	}
	return items
}

// Text returns the value as a text; false when it is something else.
func (n Node) Text() (String, bool) {
	if n.Kind() != Text {
		return String{}, false
	}
	return n.literal(), true
}

// Scalar returns a text, number or truth value as it is written; false when the value is none of them.
func (n Node) Scalar() (String, bool) {
	switch n.Kind() {
	case Text, Integer, Float, Boolean:
		return n.literal(), true
	}
	return String{}, false
}

// Int returns the value as a whole number; false when it is something else. A float without a fraction (1e3) is one.
func (n Node) Int() (Int, bool) {
	span := n.Span()
	n = n.retyped()
	y := n.resolved()
	switch n.Kind() {
	case Integer:
		v, err := strconv.ParseInt(strings.ReplaceAll(y.Value, "_", ""), 0, 64)
		if err != nil { // YAML allows leading zeros
			v, err = strconv.ParseInt(strings.ReplaceAll(y.Value, "_", ""), 10, 64)
		}
		return Int{Value: v, Span: span}, err == nil
	case Float:
		v, err := strconv.ParseFloat(y.Value, 64)
		if err != nil || v != math.Trunc(v) || math.Abs(v) > 1<<53 {
			return Int{}, false
		}
		return Int{Value: int64(v), Span: span}, true
	}
	return Int{}, false
}

// Bool returns the value as a truth value; false when it is something else.
func (n Node) Bool() (Bool, bool) {
	span := n.Span()
	n = n.retyped()
	if n.Kind() != Boolean {
		return Bool{}, false
	}
	return Bool{Value: strings.EqualFold(n.resolved().Value, "true"), Span: span}, true
}
