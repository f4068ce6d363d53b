package lower

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/integration"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/template"
	"github.com/gatewright/gatewright/runtime/value"
	"github.com/gatewright/gatewright/templates/ast"
)

// routeWiring is what lowering gives the integration of one route.
type routeWiring struct {
	*lowering
	route  *route
	locals *names
}

var _ integration.Wiring = (*routeWiring)(nil)

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
