package load

import (
	"slices"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// parameterPlaces are the values of a parameter's in.
var parameterPlaces = []string{"path", "query", "header", "cookie"}

// swaggerPlaces are those of Swagger 2.0.
var swaggerPlaces = []string{"path", "query", "header", "formData", "body"}

// parameters reads a list of parameters; Swagger 2.0's body and formData ones are left out.
func (l *loader) parameters(n source.Node) []*model.Parameter {
	var list []*model.Parameter
	seen := make(map[place]bool)
	for _, item := range l.items(n, "parameters") {
		p := l.parameter(item)
		switch {
		case p == nil || p.In == "body" || p.In == "formData":
		case seen[placeOf(p)]:
			l.error(diag.RepeatedParameter, p.Name.Span, "take one of them away", "the %s parameter %q stands twice in this list", p.In, p.Name.Value)
		default:
			seen[placeOf(p)] = true
			list = append(list, p)
		}
	}
	return list
}

// place is what makes two parameters the same one.
type place struct{ in, name string }

func placeOf(p *model.Parameter) place { return place{p.In, p.Name.Value} }

// merged joins the parameters of a path with an operation's own, which win.
func merged(shared, own []*model.Parameter) []*model.Parameter {
	replaced := make(map[place]bool, len(own))
	for _, p := range own {
		replaced[placeOf(p)] = true
	}
	var all []*model.Parameter
	for _, p := range shared {
		if !replaced[placeOf(p)] {
			all = append(all, p)
		}
	}
	return append(all, own...)
}

// parameter reads one parameter; nil when it says too little.
func (l *loader) parameter(n source.Node) *model.Parameter {
	n, ok := l.follow(n, "parameter")
	if !ok || !l.isMap(n, "a parameter") {
		return nil
	}
	p := &model.Parameter{Span: n.Span()}
	var name, in *source.String
	l.object(n, "a parameter", nil,
		field{"name", l.intoLiteral(&name, "name")},
		field{"in", l.intoText(&in, "in")},
		field{"required", func(n source.Node) { p.Required = isTrue(l.truth(n, "required")) }},
		field{"style", func(n source.Node) { p.Style = orZero(l.text(n, "style")).Value }},
		field{"explode", func(n source.Node) {
			if explode := l.truth(n, "explode"); explode != nil {
				p.Explode = &explode.Value
			}
		}},
		field{"schema", func(n source.Node) { p.Schema = node(n) }},
		field{"content", func(n source.Node) {
			if content := l.content(n); len(content) > 0 && p.Schema == nil {
				p.Schema, p.Content = content[0].Schema, content[0].Name.Value
			}
		}},
		field{"allowEmptyValue", func(n source.Node) { p.AllowEmptyValue = isTrue(l.truth(n, "allowEmptyValue")) }},
		field{"collectionFormat", func(n source.Node) { p.CollectionFormat = orZero(l.text(n, "collectionFormat")).Value }},
	)
	if !l.parameterPlace(n, name, in) {
		return nil
	}
	p.Name, p.In = *name, in.Value
	if l.version == model.Swagger20 && p.In != "body" {
		p.Schema = &n
	} else if p.Schema != nil {
		l.schema(*p.Schema)
	}
	return p
}

// parameterPlace checks that a parameter has a name and a place.
func (l *loader) parameterPlace(n source.Node, name, in *source.String) bool {
	places := parameterPlaces
	if l.version == model.Swagger20 {
		places = swaggerPlaces
	}
	switch {
	case in == nil && n.Get("in").IsZero():
		l.error(diag.BadParameter, n.Span(), "write where it stands: path, query or header", "the parameter has no in")
	case in == nil:
	case !slices.Contains(places, in.Value):
		help := ""
		if near := diag.Nearest(in.Value, places); near != "" {
			help = "did you mean " + near + "?"
		}
		l.error(diag.BadParameter, in.Span, help, "a parameter cannot stand in %q", in.Value)
	case name == nil && n.Get("name").IsZero():
		l.error(diag.BadParameter, n.Span(), "", "the parameter has no name")
	case name != nil:
		return true
	}
	return false
}

func isTrue(b *source.Bool) bool { return b != nil && b.Value }
