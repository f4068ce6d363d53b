package load

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// field is a key of an object and what reads its value.
type field struct {
	name string
	read func(source.Node)
}

// object reads a map by its fields; other keys go to unknown. It reports a value that is no map, and returns whether
// it was one. An absent value and null are not reported.
func (l *loader) object(n source.Node, what string, unknown func(source.Pair), fields ...field) bool {
	if !l.isMap(n, what) {
		return false
	}
	for _, p := range n.Pairs() {
		at := slices.IndexFunc(fields, func(f field) bool { return f.name == p.Key.Value })
		switch {
		case at >= 0:
			fields[at].read(p.Value)
		case unknown != nil:
			unknown(p)
		}
	}
	return true
}

// isMap reports whether n is a map, and reports a value that is something else.
func (l *loader) isMap(n source.Node, what string) bool {
	return l.wants(n, source.Map, what)
}

// wants reports whether n is of a kind; it reports a value that is of another.
func (l *loader) wants(n source.Node, kind source.Kind, what string) bool {
	if n.Kind() == source.Missing || n.Kind() == source.Null || l.intrinsic(n) {
		return false
	}
	if n.Kind() != kind {
		l.wrongKind(n, kind.String(), what)
		return false
	}
	return true
}

// wrongKind reports a value of the wrong kind.
func (l *loader) wrongKind(n source.Node, want, what string) {
	l.error(diag.WrongKind, n.Span(), "", "%s must be %s, not %s", what, want, n.Kind())
}

// entries returns the entries of a map of names that the document chooses. A name may start with x-, as many headers
// do; in paths and responses such keys are extensions.
func (l *loader) entries(n source.Node, what string) []source.Pair {
	n, ok := l.whole(n, what)
	if !ok || !l.isMap(n, what) {
		return nil
	}
	pairs := n.Pairs()
	if what == "paths" || what == "responses" {
		pairs = slices.DeleteFunc(pairs, func(p source.Pair) bool { return strings.HasPrefix(p.Key.Value, "x-") })
	}
	return pairs
}

// whole follows a $ref that stands for a whole map or list. OpenAPI has it for single things only, but documents
// of many files are often joined so.
func (l *loader) whole(n source.Node, what string) (source.Node, bool) {
	if ref, isText := n.Get("$ref").Text(); isText && ref.Value != "" {
		return l.follow(n, what)
	}
	return n, true
}

// items returns the items of a list.
func (l *loader) items(n source.Node, what string) []source.Node {
	n, ok := l.whole(n, what)
	if !ok || !l.wants(n, source.List, what) {
		return nil
	}
	return n.Items()
}

// text reads a text.
func (l *loader) text(n source.Node, what string) *source.String {
	if !l.wants(n, source.Text, what) {
		return nil
	}
	text, _ := n.Text()
	text = l.resolve(text)
	return &text
}

// literal reads a text that may be written as a number or a truth value: `version: 1.0`, `statusCode: 200`.
func (l *loader) literal(n source.Node, what string) *source.String {
	text, ok := n.Scalar()
	if !ok || n.Tag() != "" {
		return l.text(n, what)
	}
	text = l.resolve(text)
	return &text
}

// list reads a list of texts.
func (l *loader) list(n source.Node, what string) []source.String {
	var texts []source.String
	for _, item := range l.items(n, what) {
		if text := l.literal(item, "an item of "+what); text != nil {
			texts = append(texts, *text)
		}
	}
	return texts
}

// number reads a whole number.
func (l *loader) number(n source.Node, what string) *source.Int {
	if n.Kind() == source.Missing || n.Kind() == source.Null || l.intrinsic(n) {
		return nil
	}
	n = l.filledIn(n)
	number, ok := n.Int()
	if !ok && isStandIn(n) {
		return nil
	}
	if !ok {
		l.wrongKind(n, source.Integer.String(), what)
		return nil
	}
	return &number
}

// truth reads a truth value.
func (l *loader) truth(n source.Node, what string) *source.Bool {
	n = l.filledIn(n)
	truth, ok := n.Bool()
	if !ok && (isStandIn(n) || !l.wants(n, source.Boolean, what)) {
		return nil
	}
	return &truth
}

// note reads a text that has no effect, such as a description: whatever else stands there is let be.
func note(n source.Node) string {
	text, _ := n.Scalar()
	return text.Value
}

// The following make readers for fields.

func (l *loader) intoText(into **source.String, what string) func(source.Node) {
	return func(n source.Node) { *into = l.text(n, what) }
}

func (l *loader) intoLiteral(into **source.String, what string) func(source.Node) {
	return func(n source.Node) { *into = l.literal(n, what) }
}

func (l *loader) intoNumber(into **source.Int, what string) func(source.Node) {
	return func(n source.Node) { *into = l.number(n, what) }
}

func (l *loader) intoTruth(into **source.Bool, what string) func(source.Node) {
	return func(n source.Node) { *into = l.truth(n, what) }
}

func (l *loader) intoList(into *[]source.String, what string) func(source.Node) {
	return func(n source.Node) { *into = l.list(n, what) }
}

// node returns a value that is there, or nil.
func node(n source.Node) *source.Node {
	if n.IsZero() || n.Kind() == source.Null {
		return nil
	}
	return &n
}

// unknownKey reports keys of an x-gateway-* object that do not exist.
func (l *loader) unknownKey(what string, known ...string) func(source.Pair) {
	return func(p source.Pair) {
		l.error(diag.UnknownGatewayKey, p.Key.Span, knownKeys(p.Key.Value, known), "%s has no key %q", what, p.Key.Value)
	}
}

// knownKeys is the help for a key that does not exist.
func knownKeys(key string, known []string) string {
	if near := diag.Nearest(key, known); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "known keys: " + strings.Join(known, ", ")
}

func names(fields []field) []string {
	var list []string
	for _, f := range fields {
		list = append(list, f.name)
	}
	return list
}

// settings reads a map of an x-gateway-* key, whose unknown keys are errors.
func (l *loader) settings(n source.Node, what string, fields ...field) bool {
	return l.object(n, what, l.unknownKey(what, names(fields)...), fields...)
}

// amazonObject reads a map of one of Amazon's extensions, whose unknown keys are ignored with a warning.
func (l *loader) amazonObject(n source.Node, what string, fields ...field) bool {
	return l.object(n, what, func(p source.Pair) {
		if !strings.HasPrefix(p.Key.Value, "x-") {
			l.warn(diag.UnknownAmazonKey, p.Key.Span, knownKeys(p.Key.Value, names(fields)), "%s has no key %q", what, p.Key.Value)
		}
	}, fields...)
}
