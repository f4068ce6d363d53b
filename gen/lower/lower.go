// Package lower decides what a gateway does: it turns the model of a document into the plan of a program. It fills in
// the defaults (defaults.go), builds the router, and asks the kinds of integration for the steps of each route. It
// reports nothing: what a user can get wrong is found before, so that a failure here is a mistake of Gatewright's own.
package lower

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/authorizer"
	"github.com/gatewright/gatewright/gen/integration"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/throttle"
	"github.com/gatewright/gatewright/gen/validation"
)

// Options are what the document does not say.
type Options struct {
	// Package is the name of the generated package.
	Package string
	// Allowed are the findings that were taken knowingly; the running gateway repeats them.
	Allowed []string
	// Coverage makes templates tell which of their branches are reached.
	Coverage bool
	// CheckResponses has answers checked against what the document says, to be reported.
	CheckResponses bool
	// Formats are the formats of schemas that are asserted.
	Formats []string
	// With are the parts that the gateway has beside what the document asks for: some of Parts.
	With []string
}

// The variables of handlers.
const (
	gateway = integration.Gateway
	ctx     = integration.Ctx
)

// Lower plans the gateway of api.
func Lower(api *model.API, o Options) *plan.Program {
	program := lowered(api, o)
	id := deploymentOf(program)
	if o.Coverage { // counting branches does not make another deployment
		uncounted := o
		uncounted.Coverage = false
		id = deploymentOf(lowered(api, uncounted))
	}
	putDeployment(program, id)
	return program
}

// lowered is the plan without the id of its deployment.
func lowered(api *model.API, o Options) *plan.Program {
	l := &lowering{
		api:    api,
		file:   api.Files[0].Name,
		names:  newNames(),
		apiID:  apiID(api),
		fields: newFields(api),

		coverage: o.Coverage,
	}
	imports := l.linkedPackages()
	l.routes = l.collect()
	l.checks = validation.New(api, validation.Options{Reserved: l.names.all(), Replies: o.CheckResponses, Formats: o.Formats})
	l.wire()
	program := &plan.Program{Package: o.Package, Doc: l.packageDoc(o.Package), Imports: imports}
	program.Files = append(l.pathFiles(), l.routesFile(), l.gatewayFile(o))
	for _, f := range []plan.File{l.schemaFile(), l.authFile()} {
		if len(f.Decls) > 0 {
			program.Files = append(program.Files, f)
		}
	}
	slices.SortFunc(program.Files, func(a, b plan.File) int { return cmp.Compare(a.Name, b.Name) })
	for _, r := range l.routes {
		program.Routes = append(program.Routes, r.describe())
	}
	return program
}

// lowering is the work on one document.
type lowering struct {
	api    *model.API
	file   string // the document's name
	names  *names
	apiID  string
	fields *fields
	routes []*route // by path and method
	checks *validation.Set
	// signers are the principals, once they are asked for.
	signers []principal
	// rehearsal is set while routes are lowered only to see what they need.
	rehearsal bool
	// coverage numbers the branches of templates.
	coverage bool
	branches []plan.Value
}

// route is an operation on its way.
type route struct {
	api      *model.API
	item     *model.PathItem
	op       *model.Operation
	id       string
	name     string // of the route's variable, from which those of its handler and its constant are made
	segments []segment
	answerer answerer
	shared   []plan.Spec // variables of its own
	// templates are the functions that its mapping templates are compiled to.
	templates []plan.Decl
	paths     map[string]string // names of the variables that hold the JSONPaths of its templates
}

// collect names the routes, in the order of path and method.
func (l *lowering) collect() []*route {
	var all []*route
	for _, item := range l.api.Paths {
		segments := parsePath(item.Path.Value)
		for _, op := range item.Operations {
			all = append(all, &route{api: l.api, item: item, op: op, segments: segments, answerer: answererOf(l.api, item, op)})
		}
	}
	slices.SortStableFunc(all, func(a, b *route) int {
		return cmp.Or(cmp.Compare(a.item.Path.Value, b.item.Path.Value), methodRank(a.op.Method)-methodRank(b.op.Method))
	})
	for _, r := range all {
		name := lowerCamel(r.op.OperationID.Value)
		if name == "" {
			name = lowerCamel(strings.ToLower(r.op.Method) + " " + pathWords(r.item.Path.Value))
		}
		r.name = l.names.unique(name, prefixed("serve"), prefixed("route"))
		r.id = cmp.Or(r.op.OperationID.Value, r.name)
	}
	return all
}

// pathWords is a path as a name tells it: the root has no word of its own.
func pathWords(path string) string {
	if len(words(path)) == 0 {
		return "root"
	}
	return path
}

// handler is the name of the route's handler, constant that of its constant in the router.
func (r *route) handler() string  { return prefixed("serve")(r.name) }
func (r *route) constant() string { return prefixed("route")(r.name) }

// describe is the route as people read it.
func (r *route) describe() plan.Route {
	return plan.Route{ID: r.id, Method: r.op.Method, Path: r.item.Path.Value, Backend: r.answerer.describe(), Facts: r.facts()}
}

// facts are what a reviewer wants to know of the route beside its backend.
func (r *route) facts() []string {
	var facts []string
	if timeout := timeoutOf(r.api, r.item, r.op); timeout > 0 {
		facts = append(facts, fmt.Sprintf("timeout %v", timeout))
	}
	if size := maxBodyOf(r.api, r.item, r.op); size > 0 {
		facts = append(facts, fmt.Sprintf("max body %d bytes", size))
	}
	if mode, _ := validation.ModeOf(r.api, r.item, r.op); mode == validation.Strict && r.api.Amazon {
		facts = append(facts, "strict validation")
	}
	guard := authorizer.Of(r.api, r.op)
	facts = append(facts, guard.Fact())
	facts = append(facts, throttle.Facts(r.api, r.item, r.op, guard.Keyed())...)
	slices.Sort(facts)
	return facts
}

// pathFiles are the files of the path items.
func (l *lowering) pathFiles() []plan.File {
	var files []plan.File
	file := newFileNames()
	for start := 0; start < len(l.routes); {
		item := l.routes[start].item
		f := plan.File{Name: file.forPath(item.Path.Value), Source: l.fileOf(item) + "#" + item.Pointer}
		for ; start < len(l.routes) && l.routes[start].item == item; start++ {
			f.Decls = append(f.Decls, l.decls(l.routes[start])...)
		}
		files = append(files, f)
	}
	return files
}

// fileOf is the name of the document that a path stands in.
func (l *lowering) fileOf(item *model.PathItem) string {
	if file := item.Path.Span.File; file != nil && file.Name != "" {
		return file.Name
	}
	return l.file
}

// decls are the declarations of one route.
func (l *lowering) decls(r *route) []plan.Decl {
	r.shared, r.templates, r.paths = nil, nil, nil
	body := append([]plan.Step{
		plan.Do{Call: plan.CtxEnter.Call(ctx, plan.Address{X: plan.Name(r.name)})},
	}, l.steps(r)...)
	decls := []plan.Decl{plan.Var{Specs: []plan.Spec{{Name: r.name, Value: l.routeValue(r)}}}}
	if len(r.shared) > 0 {
		decls = append(decls, plan.Var{Specs: r.shared})
	}
	decls = append(decls, plan.Func{
		Name:     r.handler(),
		Doc:      r.doc(),
		Receiver: plan.Field{Name: string(gateway), Type: plan.Deref{X: plan.Name("Gateway")}},
		Params:   []plan.Field{{Name: string(ctx), Type: plan.Deref{X: plan.Ctx}}},
		Results:  []plan.Field{{Type: plan.Fault}},
		Body:     body,
	})
	return append(decls, r.templates...)
}

// doc says what the handler does, in the document's terms.
func (r *route) doc() string {
	doc := fmt.Sprintf("%s serves %s %s: %s.", r.handler(), r.op.Method, r.item.Path.Value, r.answerer.short())
	if r.op.Summary != "" {
		doc += "\n\n" + cut(r.op.Summary, longestSummary)
	}
	return doc
}

// longestSummary is how much of a summary a comment repeats.
const longestSummary = 300

// cut shortens a text that is longer than most.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// routeValue is the table entry of a route.
func (l *lowering) routeValue(r *route) plan.Value {
	value := plan.Composite{Type: plan.RouteType, Lines: true, Fields: []plan.KeyValue{
		{Key: "ID", Value: plan.String(r.id)},
		{Key: "Method", Value: plan.String(r.op.Method)},
		{Key: "Path", Value: plan.String(r.item.Path.Value)},
		{Key: "ResourceID", Value: plan.String(resourceID(l.apiID, r.item.Path.Value))},
	}}
	if params := pathParams(r.segments); len(params) > 0 {
		list := plan.List{Elem: plan.PathParam, Lines: len(params) > 2}
		for _, p := range params {
			list.Items = append(list.Items, p.describe())
		}
		value.Fields = append(value.Fields, plan.KeyValue{Key: "Params", Value: list})
	}
	value.Fields = append(value.Fields, plan.KeyValue{Key: "Backend", Value: plan.String(r.answerer.describe())})
	if size := maxBodyOf(r.api, r.item, r.op); size > 0 {
		value.Fields = append(value.Fields, plan.KeyValue{Key: "MaxBody", Value: plan.Int(size)})
	}
	if replies := l.checks.Replies((&routeWiring{lowering: l, route: r}).checked()); len(replies) > 0 {
		value.Fields = append(value.Fields, plan.KeyValue{Key: "Replies", Value: plan.List{Elem: plan.ReplyCheck, Items: replies, Lines: true}})
	}
	return value
}

// steps are what the route does once it is found.
func (l *lowering) steps(r *route) []plan.Step {
	defer func() {
		if cause := recover(); cause != nil {
			panic(fmt.Sprintf("%s %s: %v", r.op.Method, r.item.Path.Value, cause))
		}
	}()
	w := &routeWiring{lowering: l, route: r}
	guard := authorizer.Of(r.api, r.op)
	steps, open := guard.Lower(w)
	if !open {
		return steps
	}
	if guard.NobodySigns(r.op) {
		return append(steps, integration.ConfigurationError()...)
	}
	steps = append(steps, w.takeLimits(guard)...)
	steps = append(steps, l.checks.Steps(w.checked())...)
	return append(steps, r.answerer.lower(w)...)
}

// checked is the route as validation sees it.
func (w *routeWiring) checked() validation.Route {
	r := w.route
	return validation.Route{Item: r.item, Op: r.op, Name: r.name, PathParams: paramNames(r.segments), Shared: w.Shared}
}

func paramNames(segments []segment) []string {
	var names []string
	for _, p := range pathParams(segments) {
		names = append(names, p.name)
	}
	return names
}

// schemaFile holds the validators of schemas.
func (l *lowering) schemaFile() plan.File {
	file := l.checks.File()
	file.Name, file.Source = schemaFile, l.file
	return file
}
