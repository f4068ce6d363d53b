package schema

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/source"
)

// resource is a file, or a schema with an $id of its own, within which references are read.
type resource struct {
	uri     string
	root    source.Node
	anchors map[string]source.Node
	dynamic map[string]source.Node
	dialect *dialect
}

func (s *Set) newResource(uri string, root source.Node, d *dialect) *resource {
	r := &resource{uri: uri, root: root, anchors: map[string]source.Node{}, dynamic: map[string]source.Node{}, dialect: d}
	s.resources[uri] = r
	return r
}

// fileResource is the resource of a file of the API.
func (s *Set) fileResource(file *source.File) *resource {
	if r := s.byFile[file]; r != nil {
		return r
	}
	uri := file.Path
	if !strings.Contains(uri, "://") {
		if abs, err := filepath.Abs(uri); err == nil {
			uri = filepath.ToSlash(abs)
		}
		uri = (&url.URL{Scheme: "file", Path: uri}).String()
	}
	r := s.newResource(uri, file.Root(), s.dialectOf(file.Root()))
	s.byFile[file] = r
	if s.options.Schemas != nil {
		s.index(file.Root(), r)
	}
	return r
}

// dialectOf is the dialect that $schema names: a vocabulary that leaves validation out, or asserts formats.
func (s *Set) dialectOf(root source.Node) *dialect {
	name, ok := root.Get("$schema").Text()
	meta, known := s.options.Schemas[strings.TrimSuffix(name.Value, "#")]
	if !ok || !known || s.dialect.version != draft2020 {
		return &s.dialect
	}
	words := meta.Get("$vocabulary")
	if words.IsZero() {
		return &s.dialect
	}
	d := s.dialect
	const prefix = "https://json-schema.org/draft/2020-12/vocab/"
	d.asserts = !words.Get(prefix + "validation").IsZero()
	if !words.Get(prefix + "format-assertion").IsZero() {
		d.formats = Formats()
	}
	return &d
}

// index notes for a schema, and for all within it, which resource they belong to, and what they are called.
func (s *Set) index(n source.Node, r *resource) {
	if n.Kind() != source.Map || s.within[n.Identity()] != nil {
		return
	}
	r = s.identified(n, r)
	s.within[n.Identity()] = r
	one, many, named := r.dialect.places()
	if r.dialect.version == draft4 && !n.Get("$ref").IsZero() {
		named = []string{"definitions"} // nothing else beside a reference counts
		one, many = nil, nil
	}
	for _, key := range one {
		s.index(n.Get(key), r)
	}
	for _, key := range many {
		for _, item := range n.Get(key).Items() {
			s.index(item, r)
		}
	}
	for _, key := range named {
		for _, value := range n.Get(key).Entries() {
			s.index(value, r)
		}
	}
}

// identified reads the names of a schema; it is a resource of its own where it has an $id.
func (s *Set) identified(n source.Node, r *resource) *resource {
	if !r.dialect.ids {
		return r
	}
	key := "$id"
	if r.dialect.version == draft4 {
		key = "id"
	}
	if id, ok := n.Get(key).Text(); ok && n.Get("$ref").IsZero() || ok && r.dialect.version == draft2020 {
		base, fragment, _ := strings.Cut(id.Value, "#")
		if base != "" {
			d := r.dialect
			if !n.Get("$schema").IsZero() {
				d = s.dialectOf(n)
			}
			r = s.newResource(join(r.uri, base), n, d)
		}
		if fragment != "" {
			r.anchors[fragment] = n
		}
	}
	if r.dialect.version == draft2020 {
		if anchor, ok := n.Get("$anchor").Text(); ok {
			r.anchors[anchor.Value] = n
		}
		if anchor, ok := n.Get("$dynamicAnchor").Text(); ok {
			r.anchors[anchor.Value], r.dynamic[anchor.Value] = n, n
		}
	}
	return r
}

// join resolves a reference without a fragment.
func join(base, ref string) string {
	b, err := url.Parse(base)
	if err != nil {
		return ref
	}
	u, err := b.Parse(ref)
	if err != nil {
		return ref
	}
	return u.String()
}

// errNowhere is why a reference cannot be followed.
var errNowhere = errors.New("there is no such schema")

// resolve follows a reference that stands in r.
func (s *Set) resolve(ref string, r *resource) (source.Node, error) {
	base, fragment, _ := strings.Cut(ref, "#")
	if model, ok := amazonModel(base); ok {
		for _, named := range s.api.Schemas {
			if named.Name.Value == model {
				base, r = "", s.fileResource(named.Node.File)
				return s.inside(fragment, named.Node, r)
			}
		}
		return source.Node{}, fmt.Errorf("there is no model %q", model)
	}
	if base != "" {
		found := s.find(join(r.uri, base))
		if found == nil {
			return source.Node{}, fmt.Errorf("%q is none of the files that were read", base)
		}
		r = found
	}
	if fragment == "" || fragment[0] == '/' {
		n, err := s.inside(fragment, r.root, r)
		if err == nil || base != "" {
			return n, err
		}
		for _, file := range s.api.Files { // documents that add to each other
			if n, err := s.inside(fragment, file.Root(), s.fileResource(file)); err == nil {
				return n, nil
			}
		}
		return n, err
	}
	if n, ok := r.anchors[fragment]; ok {
		return n, nil
	}
	return source.Node{}, fmt.Errorf("no schema is called %q", fragment)
}

// amazonModel reads the address that API Gateway gives a model (rest.md 10).
func amazonModel(base string) (string, bool) {
	rest, ok := strings.CutPrefix(base, "https://apigateway.amazonaws.com/restapis/")
	if !ok {
		return "", false
	}
	_, name, ok := strings.Cut(rest, "/models/")
	return name, ok && name != ""
}

// find returns the resource of a URI; nil when nothing by that name was given.
func (s *Set) find(uri string) *resource {
	if r := s.resources[uri]; r != nil {
		return r
	}
	for _, file := range s.api.Files {
		if r := s.fileResource(file); r.uri == uri {
			return r
		}
	}
	root, ok := s.options.Schemas[uri]
	if !ok {
		return nil
	}
	r := s.newResource(uri, root, s.dialectOf(root))
	s.index(root, r)
	if own := s.within[root.Identity()]; own != nil {
		r = own
	}
	s.resources[uri] = r
	return r
}

// inside follows a JSON pointer.
func (s *Set) inside(pointer string, n source.Node, r *resource) (source.Node, error) {
	plain, err := url.PathUnescape(pointer)
	if err != nil {
		return source.Node{}, errNowhere
	}
	if plain != "" {
		for token := range strings.SplitSeq(plain[1:], "/") {
			token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
			if n.Kind() == source.List {
				i, err := strconv.Atoi(token)
				items := n.Items()
				if err != nil || i < 0 || i >= len(items) {
					return source.Node{}, errNowhere
				}
				n = items[i]
			} else {
				n = n.Get(token)
			}
			if n.IsZero() {
				return source.Node{}, errNowhere
			}
			if own := s.within[n.Identity()]; own != nil {
				r = own
			}
		}
	}
	if n.Kind() != source.Map && n.Kind() != source.Boolean {
		return source.Node{}, errors.New("what it names is no schema")
	}
	s.index(n, r)
	return n, nil
}
