package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/limit"
)

// MaxDepth is how deeply lists and maps may nest, aliases followed.
const MaxDepth = 256

// MaxExpansion is how many values aliases may stand for in all. Without a bound, ten lines of a document can stand
// for billions of values.
const MaxExpansion = 500_000

// Mistake is what is wrong with a file's text.
type Mistake uint8

// The mistakes that Parse finds.
const (
	Syntax       Mistake = iota // not JSON or YAML
	Encoding                    // not UTF-8 text
	Depth                       // nested too deeply
	Aliases                     // aliases stand for too much, or for themselves
	DuplicateKey                // a map has a key twice
	BadKey                      // a key is a list or a map
	Documents                   // more than one YAML document
)

// SyntaxError is a mistake in a file's text, and where it is.
type SyntaxError struct {
	Kind    Mistake
	Span    Span
	Message string
	Help    string // how to mend it; may be empty
	Other   Span   // the first of two equal keys
}

// Error returns the message with its position.
func (e *SyntaxError) Error() string { return e.Span.String() + ": " + e.Message }

// Parse reads the file's text as JSON or YAML. The node is zero when the text cannot be used at all; mistakes may be
// reported beside a usable node. An empty file gives a zero Node and no mistake.
func Parse(f *File) (Node, []*SyntaxError) {
	root, found := parse(f)
	f.root = root
	return root, found
}

func parse(f *File) (Node, []*SyntaxError) {
	if err := f.clean(); err != nil {
		return Node{}, []*SyntaxError{err}
	}
	trimmed := strings.TrimLeft(string(f.Data[:min(len(f.Data), 4096)]), " \t\r\n")
	named := strings.EqualFold(path.Ext(f.Path), ".json")
	if named && trimmed != "" || strings.HasPrefix(trimmed, "{") {
		f.json = true
		root, err := parseJSON(f)
		if err == nil {
			return checked(Node{File: f, YAML: root})
		}
		if named {
			return Node{}, []*SyntaxError{err}
		}
		f.json = false // a YAML flow map
		f.reindex()
	}
	root, err := parseYAML(f)
	switch {
	case root == nil && err != nil:
		return Node{}, []*SyntaxError{err}
	case root == nil:
		return Node{}, nil
	}
	node, found := checked(Node{File: f, YAML: root})
	if err != nil {
		found = append(found, err)
	}
	return node, found
}

// checked runs the checks over the whole tree.
func checked(root Node) (Node, []*SyntaxError) {
	c := checker{file: root.File}
	c.measure(root.YAML, 1)
	if c.fatal {
		return Node{}, c.found
	}
	return root, c.found
}

// parseYAML returns the root of the first document; an error beside it says that there are more.
func parseYAML(f *File) (*yaml.Node, *SyntaxError) {
	loader, err := yaml.NewLoader(bytes.NewReader(f.Data), yaml.WithV3Defaults(), yaml.WithPlugin(limit.New(limit.DepthValue(MaxDepth))))
	if err != nil {
		return nil, f.yamlError(err)
	}
	var doc, next yaml.Node
	if err := load(loader, &doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, f.yamlError(err)
	}
	root := &doc
	if doc.Kind == yaml.DocumentNode {
		if len(doc.Content) == 0 {
			return nil, nil
		}
		root = doc.Content[0]
	}
	switch err := load(loader, &next); {
	case errors.Is(err, io.EOF), err == nil && (Node{File: f, YAML: &next}).isEmpty():
		return root, nil
	case err != nil:
		return nil, f.yamlError(err)
	}
	span := Span{File: f, Line: next.Line, Col: next.Column, EndLine: next.Line, EndCol: next.Column}
	return root, &SyntaxError{Kind: Documents, Span: span, Message: "the file holds a second YAML document"}
}

// isEmpty reports whether a YAML document says nothing, as behind a last line of dashes.
func (n Node) isEmpty() bool {
	doc := n.YAML
	return doc.Kind == yaml.DocumentNode && (len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" && doc.Content[0].Value == "")
}

// load keeps a fault of the YAML library from ending the program: the text is a stranger's.
func load(loader *yaml.Loader, into *yaml.Node) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the YAML reader failed: %v", fault)
		}
	}()
	return loader.Load(into)
}

// yamlError gives an error of the YAML library its place and our words.
func (f *File) yamlError(err error) *SyntaxError {
	found := &SyntaxError{Kind: Syntax, Span: Span{File: f, Line: 1, Col: 1, EndLine: 1, EndCol: 1}, Message: err.Error()}
	var at *yaml.LoadError
	if errors.As(err, &at) {
		found.Message = strings.TrimSuffix(at.Message, ".")
		if at.ContextMsg != "" {
			found.Message += " " + at.ContextMsg
		}
		if at.Mark.Line > 0 {
			start := f.offset(at.Mark.Line, at.Mark.Column)
			found.Span = f.SpanAt(start, min(start+1, len(f.Data)))
			found.explain(f.Data[start:])
		}
	}
	if strings.Contains(err.Error(), "exceeded max depth") {
		found.Kind, found.Message = Depth, fmt.Sprintf("lists and maps nest deeper than %d levels", MaxDepth)
	}
	return found
}

// explain says the commonest mistakes in words that name them. rest is the text from the mistake on.
func (e *SyntaxError) explain(rest []byte) {
	switch {
	case strings.HasPrefix(e.Message, "found character that cannot start any token") && bytes.HasPrefix(rest, []byte("\t")):
		e.Message, e.Help = "a tab cannot indent YAML", "indent by spaces"
	case strings.HasPrefix(e.Message, "found character that cannot start any token") && len(rest) > 0:
		e.Message, e.Help = fmt.Sprintf("a value cannot start with %q", rest[0]), "put the text in quotes"
	case strings.HasPrefix(e.Message, "mapping values are not allowed"):
		e.Message, e.Help = "a key cannot stand here", "check the indentation; a text with a colon in it needs quotes"
	}
}

// checker walks a parsed tree once.
type checker struct {
	file    *File
	found   []*SyntaxError
	sizes   map[*yaml.Node]size // of anchored nodes that were measured; zero while being measured
	aliased int                 // values that aliases stand for, so far
	fatal   bool
}

// size is how large a value is with its aliases followed.
type size struct {
	values int
	depth  int
	done   bool
}

// measure returns the size of n with aliases followed, and checks keys on the way.
func (c *checker) measure(n *yaml.Node, depth int) size {
	if c.fatal {
		return size{}
	}
	if depth > MaxDepth {
		c.stop(Depth, n, fmt.Sprintf("lists and maps nest deeper than %d levels", MaxDepth))
		return size{}
	}
	if n.Kind == yaml.AliasNode {
		return c.alias(n, depth)
	}
	if n.Anchor != "" {
		if c.sizes == nil {
			c.sizes = make(map[*yaml.Node]size)
		}
		c.sizes[n] = size{}
	}
	total := size{values: 1, depth: 1}
	for _, child := range n.Content {
		s := c.measure(child, depth+1)
		total.values += s.values
		total.depth = max(total.depth, 1+s.depth)
	}
	if n.Kind == yaml.MappingNode {
		c.keys(n)
	}
	if n.Anchor != "" {
		total.done = true
		c.sizes[n] = total
	}
	return total
}

// alias accounts for what an alias stands for.
func (c *checker) alias(n *yaml.Node, depth int) size {
	s := c.sizes[n.Alias]
	c.aliased += s.values
	switch {
	case !s.done:
		c.stop(Aliases, n, fmt.Sprintf("the alias *%s stands inside the value that it stands for", n.Value))
	case depth+s.depth > MaxDepth:
		c.stop(Depth, n, fmt.Sprintf("with the alias *%s, lists and maps nest deeper than %d levels", n.Value, MaxDepth))
	case c.aliased > MaxExpansion:
		c.stop(Aliases, n, fmt.Sprintf("aliases stand for more than %d values", MaxExpansion))
	}
	return s
}

// stop records a mistake after which nothing may walk the tree.
func (c *checker) stop(kind Mistake, n *yaml.Node, message string) {
	c.fatal = true
	span := Span{File: c.file, Line: n.Line, Col: n.Column, EndLine: n.Line, EndCol: n.Column + 1}
	c.found = append(c.found, &SyntaxError{Kind: kind, Span: span, Message: message})
}

// manyKeys is where a map's keys are looked up in a table rather than compared with each other.
const manyKeys = 16

// maxMistakes is how many wrong keys are reported; a file with more is not the work of a person.
const maxMistakes = 200

// keys reports keys that stand twice or are no texts.
func (c *checker) keys(n *yaml.Node) {
	if len(c.found) > maxMistakes {
		return
	}
	var seen map[string]*yaml.Node
	if len(n.Content)/2 > manyKeys {
		seen = make(map[string]*yaml.Node, len(n.Content)/2)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.Kind != yaml.ScalarNode:
			c.found = append(c.found, &SyntaxError{Kind: BadKey, Span: Node{File: c.file, YAML: n.Content[i]}.Start(), Message: "a key must be a text"})
			continue
		case isMerge(key):
			c.merge(n.Content[i+1])
			continue
		}
		if first := earlier(n.Content[:i], seen, key.Value); first != nil {
			c.file.twice = true
			c.found = append(c.found, &SyntaxError{
				Kind: DuplicateKey, Span: Node{File: c.file, YAML: n.Content[i]}.Span(), Other: Node{File: c.file, YAML: first}.Span(),
				Message: fmt.Sprintf("the key %q stands twice in this map", key.Value),
			})
		}
		if seen != nil {
			seen[key.Value] = n.Content[i]
		}
	}
}

// earlier returns the key among the entries before that has the given text.
func earlier(before []*yaml.Node, seen map[string]*yaml.Node, text string) *yaml.Node {
	if seen != nil {
		return seen[text]
	}
	for i := 0; i+1 < len(before); i += 2 {
		if k := before[i]; k.Kind == yaml.ScalarNode && k.Value == text && !isMerge(k) {
			return k
		}
	}
	return nil
}

// merge reports a merge key whose value is neither a map nor a list of maps.
func (c *checker) merge(value *yaml.Node) {
	v := Node{File: c.file, YAML: value}
	ok := v.Kind() == Map
	if v.Kind() == List {
		ok = true
		for _, item := range v.Items() {
			ok = ok && item.Kind() == Map
		}
	}
	if !ok {
		c.found = append(c.found, &SyntaxError{Kind: BadKey, Span: v.Start(), Message: "a merge key (<<) takes a map or a list of maps"})
	}
}
