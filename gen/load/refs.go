package load

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// maxHops is how many references may lead to each other in a row.
const maxHops = 64

// sections are the places that hold one kind of thing each, by what a message calls the thing.
var sections = map[string][]string{
	"path item":       {"/components/pathItems/", "/paths/"},
	"parameter":       {"/components/parameters/", "/parameters/"},
	"request body":    {"/components/requestBodies/"},
	"response":        {"/components/responses/", "/responses/"},
	"header":          {"/components/headers/"},
	"security scheme": {"/components/securitySchemes/", "/securityDefinitions/"},
	"schema":          {"/components/schemas/", "/definitions/"},
	"integration":     {"/components/x-amazon-apigateway-integrations/", "/components/x-gateway-integrations/"},
	"example":         {"/components/examples/"},
	"link":            {"/components/links/"},
	"callback":        {"/components/callbacks/"},
}

// follow returns what n says, references followed; false, with a finding, when they lead nowhere. what names the kind
// of thing that is wanted.
func (l *loader) follow(n source.Node, what string) (source.Node, bool) {
	var passed []source.Node
	for {
		ref, isRef := n.Lookup("$ref")
		if !isRef {
			return n, true
		}
		text, ok := l.refText(ref)
		if !ok {
			return source.Node{}, false
		}
		if slices.ContainsFunc(passed, n.Same) || len(passed) == maxHops {
			l.error(diag.CyclicRef, text.Span, "", "the references from %q lead back to it", text.Value)
			return source.Node{}, false
		}
		passed = append(passed, n)
		if other := otherSection(text.Value, what); other != "" {
			l.error(diag.WrongTarget, text.Span, "", "%q is a %s, and a %s is wanted here", text.Value, other, what)
			return source.Node{}, false
		}
		if n, ok = l.target(text); !ok {
			return source.Node{}, false
		}
	}
}

// refText reads the value of a $ref.
func (l *loader) refText(ref source.Pair) (source.String, bool) {
	if l.intrinsic(ref.Value) {
		return source.String{}, false
	}
	text, ok := ref.Value.Text()
	if !ok {
		l.error(diag.BadRef, ref.Value.Span(), "", "$ref must be a text, not %s", ref.Value.Kind())
	}
	return text, ok
}

// otherSection returns what a local reference names when that is plainly something else than what is wanted.
func otherSection(ref, want string) string {
	_, at, _ := strings.Cut(ref, "#")
	for kind, places := range sections {
		for _, place := range places {
			if name, ok := strings.CutPrefix(at, place); ok && kind != want && !strings.Contains(name, "/") {
				return kind
			}
		}
	}
	return ""
}

// remote matches references that start with a scheme, or name a host.
var remote = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.-]*:|//)`)

// target returns what a reference names.
func (l *loader) target(ref source.String) (source.Node, bool) {
	name, fragment, _ := strings.Cut(ref.Value, "#")
	from := l.files.owners[ref.Node().File]
	if from == nil {
		return source.Node{}, false
	}
	if remote.MatchString(name) {
		l.error(diag.RemoteRef, ref.Span, "store the file beside the document and refer to that", "%q is not a local file", ref.Value)
		return source.Node{}, false
	}
	to := from
	if name != "" {
		plain, err := url.PathUnescape(name)
		if err != nil {
			l.error(diag.BadRef, ref.Span, "", "%q has a malformed percent escape", ref.Value)
			return source.Node{}, false
		}
		if to = l.files.reach(from, plain, ref.Sub(0, len(name))); to == nil {
			return source.Node{}, false
		}
	}
	return l.find(to, fragment, ref)
}

// find follows a JSON pointer from a file's root. A pointer of a document of the command line may also name what
// another of them says.
func (l *loader) find(in *file, fragment string, ref source.String) (source.Node, bool) {
	if fragment == "" {
		return in.root, true
	}
	plain, err := url.PathUnescape(fragment)
	if err != nil || !strings.HasPrefix(plain, "/") {
		l.error(diag.BadRef, ref.Sub(len(ref.Value)-len(fragment)-1, len(fragment)+1), "a pointer starts with a slash: #/components/…",
			"%q is not a JSON pointer", "#"+fragment)
		return source.Node{}, false
	}
	candidates := []*file{in}
	if slices.Contains(l.roots, in) {
		candidates = append(candidates, l.roots...)
	}
	for _, candidate := range candidates {
		l.steps = maxSteps
		if n, ok := l.walk(candidate.root, plain, 0); ok {
			return n, true
		}
	}
	d := diag.Diagnostic{Code: diag.MissingTarget, Span: ref.Span, Message: fmt.Sprintf("nothing stands at %q", ref.Value)}
	if l.found.Len() < diag.Limit { // later ones are not shown, and looking for names takes time
		if near := l.nearest(in.root, plain); near != "" {
			d.Help = fmt.Sprintf("did you mean %s?", near)
		}
	}
	l.found.Add(d)
	return source.Node{}, false
}

// maxSteps is how many steps one reference may take, those of the references that its pointer leads through included.
const maxSteps = 4096

// walk takes the steps of a JSON pointer, through references on the way.
func (l *loader) walk(n source.Node, pointer string, hops int) (source.Node, bool) {
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for step := range strings.SplitSeq(pointer[1:], "/") {
		if l.steps--; l.steps < 0 {
			return source.Node{}, false
		}
		step = unescape.Replace(step)
		next := n.Get(step)
		if n.Kind() == source.List {
			next = item(n, step)
		}
		if next.IsZero() {
			ref, isRef := n.Get("$ref").Text()
			if !isRef || hops >= maxHops {
				return source.Node{}, false
			}
			resolved, ok := l.silently(ref, hops+1)
			if !ok {
				return source.Node{}, false
			}
			if next = resolved.Get(step); next.IsZero() {
				return source.Node{}, false
			}
		}
		n = next
	}
	return n, true
}

// silently resolves a reference that a pointer leads through: what is wrong with it is reported where it stands.
func (l *loader) silently(ref source.String, hops int) (source.Node, bool) {
	name, fragment, _ := strings.Cut(ref.Value, "#")
	to := l.files.owners[ref.Node().File]
	if to == nil || remote.MatchString(name) {
		return source.Node{}, false
	}
	if name != "" {
		if to = l.files.reach(to, name, ref.Span); to == nil {
			return source.Node{}, false
		}
	}
	if !strings.HasPrefix(fragment, "/") {
		return to.root, fragment == ""
	}
	return l.walk(to.root, fragment, hops)
}

// item returns the item of a list that a pointer's step names.
func item(list source.Node, step string) source.Node {
	i, err := strconv.Atoi(step)
	items := list.Items()
	if err != nil || i < 0 || i >= len(items) {
		return source.Node{}
	}
	return items[i]
}

// nearest returns the pointer with the last step that was most likely meant.
func (l *loader) nearest(root source.Node, pointer string) string {
	cut := strings.LastIndexByte(pointer, '/')
	parent := root
	if cut > 0 {
		var ok bool
		l.steps = maxSteps
		if parent, ok = l.walk(root, pointer[:cut], 0); !ok {
			return ""
		}
	}
	var keys []string
	for key := range parent.Entries() {
		keys = append(keys, key)
	}
	if near := diag.Nearest(pointer[cut+1:], keys[:min(len(keys), maxSteps)]); near != "" {
		return "#" + pointer[:cut+1] + near
	}
	return ""
}
