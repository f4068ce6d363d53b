package source

import (
	"sync"

	"go.yaml.in/yaml/v4"
)

// cache keeps what is costly to work out again and again. Several goroutines may read a file.
type cache struct {
	mu     sync.Mutex
	node   *yaml.Node // whose token it is
	token  token      // the last scalar that was looked into
	tables map[*yaml.Node]table
}

// table says where the keys of a map stand in its content.
type table struct {
	at     map[string]int
	merges bool // the map has merge keys
}

// largeMap is how many entries a map has from which on its keys are looked up in a table.
const largeMap = 64

// table returns the table of a map.
func (f *File) table(y *yaml.Node) table {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	if t, ok := f.cache.tables[y]; ok {
		return t
	}
	t := table{at: make(map[string]int, len(y.Content)/2)}
	for i := len(y.Content) - 2; i >= 0; i -= 2 { // backwards: the first of two equal keys counts
		key := Node{File: f, YAML: y.Content[i]}.resolved()
		switch {
		case isMerge(y.Content[i]):
			t.merges = true
		case key.Kind == yaml.ScalarNode:
			t.at[key.Value] = i
		}
	}
	if f.cache.tables == nil {
		f.cache.tables = make(map[*yaml.Node]table)
	}
	f.cache.tables[y] = t
	return t
}

// token reads a scalar again from the file, unless it is the one that was read last: expressions and templates are
// looked into at many places in a row.
func (n Node) token() token {
	y, c := n.resolved(), &n.File.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.node != y {
		c.node, c.token = y, n.scan()
	}
	return c.token
}
