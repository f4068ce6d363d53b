package lower

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/integration"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/template"
	"github.com/gatewright/gatewright/runtime/value"
	"github.com/gatewright/gatewright/templates/ast"
)

// fields are what a gateway holds beside its core. Routes ask for them by key while they are lowered; they get their
// names in the order of the keys, so that the order of the document does not matter.
type fields struct {
	api    *model.API
	byKey  map[string]*field
	choose bool // an upstream is chosen by name at run time
	chosen hosts
}

// field is one of them.
type field struct {
	key      string
	wish     string // the name that it gets if it is free
	name     string
	doc      string
	upstream *model.Upstream // an entry of x-gateway-upstreams
	origin   string          // a scheme, host and port
	insecure bool
	asked    hosts // of an upstream
}

// hosts are the names that an upstream's targets are asked for in TLS; the empty one is a target's own.
type hosts map[string]bool

// only is the one name that is asked for; empty when there are several.
func (h hosts) only() string {
	if len(h) == 1 {
		for host := range h {
			return host
		}
	}
	return ""
}

func newFields(api *model.API) *fields {
	return &fields{api: api, byKey: map[string]*field{}, chosen: hosts{}}
}

// get returns the field with f's key, adding it when there is none.
func (s *fields) get(f field) *field {
	if have, ok := s.byKey[f.key]; ok {
		return have
	}
	s.byKey[f.key] = &f
	return &f
}

// sorted are the fields in the order of their keys.
func (s *fields) sorted() []*field {
	return slices.SortedFunc(maps.Values(s.byKey), func(a, b *field) int { return cmp.Compare(a.key, b.key) })
}

// upstream is the field of an entry of x-gateway-upstreams.
func (s *fields) upstream(u *model.Upstream) *field {
	return s.get(field{
		key: "1 " + u.Name.Value, wish: u.Name.Value, doc: "x-gateway-upstreams." + u.Name.Value, upstream: u, asked: hosts{},
	})
}

// wire finds the fields that the routes need, by lowering the routes once for nothing, and names them.
func (l *lowering) wire() {
	l.rehearsal = true
	for _, r := range l.routes {
		l.steps(r)
		l.routeValue(r)
	}
	l.rehearsal = false
	for _, decl := range l.checks.File().Decls {
		switch decl := decl.(type) {
		case plan.Func:
			l.names.taken[decl.Name] = true
		case plan.Var:
			for _, spec := range decl.Specs {
				l.names.taken[spec.Name] = true
			}
		}
	}
	if l.fields.choose {
		for _, u := range l.api.Upstream {
			maps.Copy(l.fields.upstream(u).asked, l.fields.chosen)
		}
	}
	taken := newNames()
	taken.taken["serve"], taken.taken[chooseUpstream] = true, true
	for _, r := range l.routes {
		taken.taken[r.handler()] = true
	}
	for _, f := range l.fields.sorted() {
		f.name = taken.unique(cmp.Or(lowerCamel(f.wish), "upstream"))
	}
}

// chooseUpstream is the method that finds an upstream by name.
const chooseUpstream = "upstreamNamed"

// routeWiring is what lowering gives the integration of one route.
type routeWiring struct {
	*lowering
	route  *route
	locals *names
}

var _ integration.Wiring = (*routeWiring)(nil)

func member(f *field) plan.Value { return plan.Member{X: gateway, Name: f.name} }

// Upstream is the field of an entry of x-gateway-upstreams.
func (w *routeWiring) Upstream(name, host string) plan.Value {
	for _, u := range w.api.Upstream {
		if u.Name.Value == name {
			f := w.fields.upstream(u)
			f.asked[host] = true
			return member(f)
		}
	}
	panic("no upstream is named " + strconv.Quote(name))
}

// Origin is the field of a scheme, host and port.
func (w *routeWiring) Origin(origin string, insecure bool) plan.Value {
	_, host, _ := strings.Cut(origin, "://")
	f := field{key: "2 " + origin, wish: host, doc: origin, origin: origin, insecure: insecure}
	if insecure {
		f.key += " insecure"
		f.wish += " insecure"
		f.doc += ", whose certificate's issuer is not checked"
	}
	return member(w.fields.get(f))
}

// Dynamic is the field that speaks to hosts known only at run time.
func (w *routeWiring) Dynamic(insecure bool) plan.Value {
	f := field{key: "3 dynamic", wish: "dynamic", doc: "uris whose host is known only at run time", insecure: insecure}
	if insecure {
		f.key += " insecure"
		f.wish += " insecure"
		f.doc += ", certificates' issuers not checked"
	}
	return member(w.fields.get(f))
}

// ChosenUpstream is the upstream that name names at run time.
func (w *routeWiring) ChosenUpstream(name plan.Value, host string) plan.Value {
	w.fields.choose = true
	w.fields.chosen[host] = true
	return plan.Call{Func: plan.Member{X: gateway, Name: chooseUpstream}, Args: []plan.Value{name}}
}

// PathParam is the value of a parameter of the route's path.
func (w *routeWiring) PathParam(name string) (plan.Value, bool) {
	for _, p := range pathParams(w.route.segments) {
		if p.name == name {
			return p.value(), true
		}
	}
	return nil, false
}

// Shared makes a package-level variable of the route's own.
func (w *routeWiring) Shared(purpose string, value plan.Value) plan.Value {
	if w.rehearsal {
		return plan.Nil{}
	}
	name := w.names.unique(w.route.name + strings.Join(words(purpose), ""))
	w.route.shared = append(w.route.shared, plan.Spec{Name: name, Value: value})
	return plan.Name(name)
}

// Template makes a function of the route's own that renders a mapping template.
func (w *routeWiring) Template(t integration.TemplateSource) plan.Value {
	if w.rehearsal {
		return plan.Nil{}
	}
	name := w.names.unique("render" + strings.Join(words(w.route.name), "") + strings.Join(words(t.Purpose), ""))
	body := template.Lower(t.Nodes, template.Options{
		Text:         t.Text,
		PathName:     w.jsonPath,
		KnownContext: integration.KnownContext,
		Cover:        w.cover(t),
	})
	w.route.templates = append(w.route.templates, plan.Func{
		Name:   name,
		Doc:    name + " is " + t.Place + ".",
		Params: []plan.Field{{Name: "r", Type: plan.Deref{X: plan.VTLRenderer}}},
		Body:   body,
	})
	return plan.Name(name)
}

// cover numbers the branches of t in the order in which they are lowered; nil where they are not counted. A template may
// be lowered more than once: a branch keeps its number.
func (w *routeWiring) cover(t integration.TemplateSource) func(ast.Span, string) (int, bool) {
	if !w.coverage {
		return nil
	}
	numbers := map[ast.Span]int{}
	return func(directive ast.Span, what string) (int, bool) {
		number, known := numbers[directive]
		if !known {
			number = len(w.branches)
			numbers[directive] = number
			w.branches = append(w.branches, plan.Composite{Fields: []plan.KeyValue{
				{Key: "What", Value: plan.String(what)}, {Key: "Where", Value: plan.String(t.Where(directive))},
			}})
		}
		return number, true
	}
}

// jsonPath names the route's variable of a compiled JSONPath.
func (w *routeWiring) jsonPath(path string) (string, bool) {
	if _, err := value.CompilePath(path); err != nil {
		return "", false
	}
	if name, ok := w.route.paths[path]; ok {
		return name, true
	}
	if w.route.paths == nil {
		w.route.paths = map[string]string{}
	}
	name := string(w.Shared("path "+pathPurpose(path), plan.MustPath.Call(plan.String(path))).(plan.Name))
	w.route.paths[path] = name
	return name, true
}

// JSONPath is the route's variable of a compiled JSONPath.
func (w *routeWiring) JSONPath(path string) plan.Value {
	if w.rehearsal {
		return plan.Nil{}
	}
	name, ok := w.jsonPath(path)
	if !ok {
		panic("no JSONPath: " + strconv.Quote(path)) // the mapping was parsed with it
	}
	return plan.Name(name)
}

// pathPurpose are the words of a JSONPath, for the name of its variable; a long one is cut.
func pathPurpose(path string) string {
	const most = 40
	if len(path) > most {
		path = path[:most]
	}
	return strings.TrimLeft(path, "$. ")
}

// Local is a name for a value that the handler holds.
func (w *routeWiring) Local(purpose string) string {
	if w.locals == nil {
		w.locals = newNames()
	}
	return w.locals.unique(cmp.Or(lowerCamel(purpose), "value"))
}
