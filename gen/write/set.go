// Package write holds generated files in memory, compares them with a folder and writes them there. It changes nothing
// but files of the generator: those it is given, and those of earlier runs, which it knows by their first line. It must
// not know what the files say.
package write

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Suffix is what the names of generated files end in.
const Suffix = "_gw.go"

// Set is the files of one package.
type Set struct {
	header string
	files  []file // by name
}

type file struct {
	name string
	text []byte
}

// NewSet returns an empty set. Header is the first line of every file of the generator.
func NewSet(header string) *Set { return &Set{header: header} }

// Add adds a file. A name twice, or one that is no plain name of a generated file, is a mistake of the caller.
func (s *Set) Add(name string, text []byte) {
	if name != filepath.Base(name) || !strings.HasSuffix(name, Suffix) {
		panic(fmt.Sprintf("%q is no name of a generated file", name))
	}
	at, found := slices.BinarySearchFunc(s.files, name, func(f file, name string) int { return cmp.Compare(f.name, name) })
	if found {
		panic(fmt.Sprintf("the file %q twice", name))
	}
	s.files = slices.Insert(s.files, at, file{name, text})
}

// Names returns the names of the files, sorted.
func (s *Set) Names() []string {
	names := make([]string, len(s.files))
	for i, f := range s.files {
		names[i] = f.name
	}
	return names
}

// Text returns the text of a file; nil when there is none of that name.
func (s *Set) Text(name string) []byte {
	for _, f := range s.files {
		if f.name == name {
			return f.text
		}
	}
	return nil
}

// Kind is what happens to a file.
type Kind uint8

// The kinds of change.
const (
	Added Kind = iota + 1
	Changed
	Removed
)

// String returns the kind in a word.
func (k Kind) String() string {
	switch k {
	case Added:
		return "added"
	case Changed:
		return "changed"
	default:
		return "removed"
	}
}

// Change is a file that differs between a folder and a Set.
type Change struct {
	Name     string
	Kind     Kind
	Old, New []byte // nil for Added and Removed
}

// Diff returns what Write would change in dir, by name. A dir that does not exist is empty.
func (s *Set) Diff(dir string) ([]Change, error) {
	var changes []Change
	for _, f := range s.files {
		old, err := os.ReadFile(filepath.Join(dir, f.name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			changes = append(changes, Change{Name: f.name, Kind: Added, New: f.text})
		case err != nil:
			return nil, err
		case !bytes.Equal(old, f.text):
			changes = append(changes, Change{Name: f.name, Kind: Changed, Old: old, New: f.text})
		}
	}
	orphans, err := s.orphans(dir)
	if err != nil {
		return nil, err
	}
	changes = append(changes, orphans...)
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Name, b.Name) })
	return changes, nil
}

// orphans are the files of the generator in dir that the set does not have.
func (s *Set) orphans(dir string) ([]Change, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names := s.Names()
	var found []Change
	for _, entry := range entries {
		name := entry.Name()
		if _, kept := slices.BinarySearch(names, name); kept || !entry.Type().IsRegular() || !strings.HasSuffix(name, Suffix) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if s.ours(text) {
			found = append(found, Change{Name: name, Kind: Removed, Old: text})
		}
	}
	return found, nil
}

// ours reports whether a file was written by the generator.
func (s *Set) ours(text []byte) bool {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	return string(bytes.TrimRight(first, "\r")) == s.header
}
