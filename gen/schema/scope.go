package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// scope is where a schema is read: its resource, and what $dynamicRef finds from there. What the dynamic scope holds at
// run time is known when a function is generated: a function reached by another way with other anchors is another one.
type scope struct {
	resource *resource
	dialect  *dialect
	dynamic  map[string]source.Node // of each name, the schema of the outermost resource; never changed
}

// enter goes into a schema. Where it belongs to another resource, that one's dynamic anchors join those known before.
func (s *Set) enter(n source.Node, c scope) scope {
	r := s.within[n.Identity()]
	if r == nil || r == c.resource {
		return c
	}
	next := scope{resource: r, dialect: r.dialect, dynamic: c.dynamic}
	for name, anchor := range r.dynamic {
		if _, known := c.dynamic[name]; known {
			continue
		}
		if len(next.dynamic) == len(c.dynamic) {
			next.dynamic = maps.Clone(c.dynamic)
			if next.dynamic == nil {
				next.dynamic = map[string]source.Node{}
			}
		}
		next.dynamic[name] = anchor
	}
	return next
}

// id is the scope as a part of a key.
func (s *Set) id(c scope) string {
	if len(c.dynamic) == 0 {
		return ""
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(c.dynamic)) {
		fmt.Fprintf(&b, "%s=%d;", name, s.number(c.dynamic[name]))
	}
	return b.String()
}

// number tells schemas apart. Schemas without names that say the same are one.
func (s *Set) number(n source.Node) int {
	if known, ok := s.numbers[n.Identity()]; ok {
		return known
	}
	number := len(s.numbers)
	if r := s.within[n.Identity()]; r != nil && s.models[n.Identity()] == "" {
		var b strings.Builder
		b.WriteString(r.uri + "#")
		fingerprint(&b, n, r.dialect)
		if text := b.String(); !strings.Contains(text, `"$dynamic`) && !strings.Contains(text, `"$id"`) && !strings.Contains(text, `"id":"`) {
			if known, ok := s.texts[text]; ok {
				number = known
			}
			s.texts[text] = number
		}
	}
	s.numbers[n.Identity()] = number
	return number
}

// fingerprint writes what a schema checks, without remarks.
func fingerprint(b *strings.Builder, n source.Node, d *dialect) {
	if n.Kind() != source.Map {
		writeJSON(b, n)
		return
	}
	one, many, named := d.places()
	b.WriteByte('{')
	for word, value := range n.Entries() {
		if word != "nullable" && word != "$id" && slices.Contains(remarks, word) {
			continue
		}
		b.WriteString(quoted(word) + ":")
		switch {
		case slices.Contains(many, word) && value.Kind() == source.List:
			b.WriteByte('[')
			for _, item := range value.Items() {
				fingerprint(b, item, d)
				b.WriteByte(',')
			}
			b.WriteByte(']')
		case slices.Contains(one, word):
			fingerprint(b, value, d)
		case slices.Contains(named, word) && value.Kind() == source.Map:
			b.WriteByte('{')
			for name, schema := range value.Entries() {
				b.WriteString(quoted(name) + ":")
				fingerprint(b, schema, d)
				b.WriteByte(',')
			}
			b.WriteByte('}')
		default:
			writeJSON(b, value)
		}
		b.WriteByte(',')
	}
	b.WriteByte('}')
}

// follow returns the schema that a reference of n means, and the scope there; ok is false, with a finding, when there is none.
func (s *Set) follow(n source.Node, keyword string, c scope) (target source.Node, there scope, ok bool) {
	text, isText := n.Get(keyword).Text()
	if !isText {
		s.report(diag.BadSchema, diag.Error, n.Get(keyword).Span(), keyword+" must be a text", "")
		return source.Node{}, c, false
	}
	target, err := s.resolve(text.Value, c.resource)
	if err != nil {
		s.report(diag.BadSchemaRef, diag.Error, text.Span, fmt.Sprintf("the reference %q cannot be followed: %v", text.Value, err), "")
		return source.Node{}, c, false
	}
	if keyword == "$dynamicRef" {
		_, fragment, _ := strings.Cut(text.Value, "#")
		if r := s.within[target.Identity()]; r != nil && r.dynamic[fragment].Same(target) {
			if outer, known := c.dynamic[fragment]; known {
				target = outer
			}
		}
	}
	return target, s.enter(target, c), true
}

// settle goes through schemas that are nothing but a reference, so that they need no function of their own.
func (s *Set) settle(n source.Node, c scope) (source.Node, scope) {
	for range maxHops {
		if n.Kind() != source.Map || s.models[n.Identity()] != "" && n.Get("$ref").IsZero() || !c.dialect.onlyRef(n) {
			return n, c
		}
		target, there, ok := s.follow(n, "$ref", c)
		if !ok {
			return n, c
		}
		n, c = target, there
	}
	return n, c
}

// maxHops bounds a chain of references.
const maxHops = 64

// onlyRef reports whether a schema is a reference and nothing else that counts.
func (d *dialect) onlyRef(n source.Node) bool {
	if n.Get("$ref").IsZero() {
		return false
	}
	if d.version == draft4 {
		return true
	}
	for key := range n.Entries() {
		if key != "$ref" && !slices.Contains(remarks, key) && key != "$defs" && key != "definitions" && key != "$anchor" && key != "$schema" || key == "$id" {
			return false
		}
	}
	return true
}
