package load

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// versions finds out what language the documents are written in. It returns false when they cannot be read as any.
func (l *loader) versions(api *model.API) bool {
	ok := true
	for i, doc := range l.roots {
		if doc.root.Kind() != source.Map {
			l.error(diag.NotOpenAPI, doc.root.Span(), "", "an OpenAPI document is a map, not %s", doc.root.Kind())
			ok = false
			continue
		}
		if l.intrinsic(doc.root) { // Fn::Transform may stand at the root too
			ok = false
			continue
		}
		version, at, found := l.documentVersion(doc.root, i > 0)
		switch {
		case !found:
			ok = false
		case i == 0:
			api.Version = version
		case version != 0 && version != api.Version:
			l.error(diag.DocumentsConflict, at, "", "this document follows another version than %s", l.roots[0].Path)
			ok = false
		}
	}
	l.version = api.Version
	return ok
}

// documentVersion reads the version of a document. A document that only adds to the first may leave it out.
func (l *loader) documentVersion(root source.Node, adds bool) (version model.Version, at source.Span, ok bool) {
	for _, key := range []string{"swagger", "openapi"} {
		p, found := root.Lookup(key)
		if !found {
			continue
		}
		text, isText := p.Value.Scalar()
		if !isText {
			l.wrongKind(p.Value, "a text", key)
			return 0, p.Value.Span(), false
		}
		version := versionOf(key, text.Value)
		if version == 0 {
			l.error(diag.BadVersion, text.Span, "Swagger 2.0, OpenAPI 3.0 and OpenAPI 3.1 can be read", "%s %q is not a version that can be read", key, text.Value)
		}
		return version, text.Span, version != 0
	}
	if adds {
		return 0, source.Span{}, true
	}
	l.notOpenAPI(root)
	return 0, source.Span{}, false
}

// versionOf returns the version that a document names; 0 for one that cannot be read.
func versionOf(key, text string) model.Version {
	within := func(minor string) bool { return text == minor || strings.HasPrefix(text, minor+".") }
	switch {
	case key == "swagger" && within("2.0"):
		return model.Swagger20
	case key == "openapi" && within("3.0"):
		return model.OpenAPI30
	case key == "openapi" && within("3.1"):
		return model.OpenAPI31
	}
	return 0
}

// isTemplate reports whether a document is a CloudFormation template.
func isTemplate(root source.Node) bool {
	for _, key := range []string{"openapi", "swagger"} {
		if _, ok := root.Lookup(key); ok {
			return false
		}
	}
	for _, key := range []string{"AWSTemplateFormatVersion", "Resources", "Transform"} {
		if _, ok := root.Lookup(key); ok {
			return true
		}
	}
	return false
}

// notOpenAPI reports a file that is something else.
func (l *loader) notOpenAPI(root source.Node) {
	help := "write `openapi: 3.0.1` as its first line"
	for key := range root.Entries() {
		if diag.Nearest(key, []string{"openapi", "swagger"}) != "" {
			help = fmt.Sprintf("is %q meant to be openapi or swagger?", key)
		}
	}
	l.error(diag.NotOpenAPI, root.Span(), help, "this is not an OpenAPI document: it has neither the key openapi nor swagger")
}

// top returns the value of a key of the root. Several documents may not say the same thing.
func (l *loader) top(key string) source.Node {
	var first source.Node
	for _, doc := range l.roots {
		p, ok := doc.root.Lookup(key)
		switch {
		case !ok:
		case first.IsZero():
			first = p.Value
		default:
			l.conflict(p.Key, first.Key(), key)
		}
	}
	return first
}

// conflict reports what two documents say both.
func (l *loader) conflict(second, first source.String, what string) {
	l.found.Add(diag.Diagnostic{
		Code: diag.DocumentsConflict, Span: second.Span, Message: fmt.Sprintf("two documents say %s", what),
		Related: []diag.Related{{Span: first.Span, Message: "the first one is here"}},
	})
}

// topExtension returns the value of a root extension of Amazon's, under either of its names.
func (l *loader) topExtension(name string) source.Node {
	return l.topmost(name, l.extension)
}

// topGateway returns the value of a root extension of our own.
func (l *loader) topGateway(name string) source.Node {
	return l.topmost(name, l.gateway)
}

func (l *loader) topmost(name string, of func(source.Node, string) source.Node) source.Node {
	var first source.Node
	for _, doc := range l.roots {
		value := of(doc.root, name)
		switch {
		case value.IsZero():
		case first.IsZero():
			first = value
		default:
			l.conflict(value.Key(), first.Key(), value.Key().Value)
		}
	}
	return first
}

// joined returns the entries of a map at a path of keys below the root, of all documents together.
func (l *loader) joined(keys ...string) []source.Pair {
	var all []source.Pair
	first := make(map[string]source.String)
	what := strings.Join(keys, ".")
	for _, doc := range l.roots {
		n, last := doc.root, len(keys)-1
		for _, key := range keys[:last] {
			var ok bool
			if n, ok = l.whole(n.Get(key), key); !ok || !l.isMap(n, key) {
				n = source.Node{}
			}
		}
		for _, p := range l.entries(n.Get(keys[last]), what) {
			if earlier, ok := first[p.Key.Value]; ok && earlier.Span.File != p.Key.Span.File {
				l.conflict(p.Key, earlier, p.Key.Value)
				continue
			}
			first[p.Key.Value] = p.Key
			all = append(all, p)
		}
	}
	return all
}

// info reads title, version and description.
func (l *loader) info(api *model.API) {
	l.object(l.top("info"), "info", nil,
		field{"title", func(n source.Node) { api.Title = orZero(l.literal(n, "title")) }},
		field{"version", func(n source.Node) { api.DocVersion = orZero(l.literal(n, "version")) }},
		field{"description", func(n source.Node) { api.Description = note(n) }},
	)
}

// orZero returns a text that is there, or the zero String.
func orZero(text *source.String) source.String {
	if text == nil {
		return source.String{}
	}
	return *text
}

// schemas lists the named schemas and follows the references inside them.
func (l *loader) schemas(api *model.API) {
	pairs := l.joined("components", "schemas")
	if l.version == model.Swagger20 {
		pairs = l.joined("definitions")
	}
	for _, p := range pairs {
		api.Schemas = append(api.Schemas, &model.Schema{Name: p.Key, Node: p.Value})
		l.schema(p.Value)
	}
}

// leftovers reports known extension keys of the roots that nothing read.
func (l *loader) leftovers() {
	for _, doc := range l.roots {
		l.misplaced(doc.root, "the root")
		l.misplaced(doc.root.Get("info"), "info")
		l.extension(doc.root.Get("components"), "integrations") // HTTP APIs: operations refer to them
		l.misplaced(doc.root.Get("components"), "components")
		for _, tag := range doc.root.Get("tags").Items() {
			l.extension(tag, "tag-value") // control plane only
			l.misplaced(tag, "an item of tags")
		}
	}
}
