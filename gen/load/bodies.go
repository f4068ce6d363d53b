package load

import (
	"strings"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// requestBody reads what an operation takes.
func (l *loader) requestBody(n source.Node) *model.RequestBody {
	n, ok := l.follow(n, "request body")
	if !ok || !l.isMap(n, "requestBody") {
		return nil
	}
	body := &model.RequestBody{Span: n.Span()}
	if key := n.Key(); key.Span.Valid() {
		body.Span = key.Span
	}
	body.Required = isTrue(l.truth(n.Get("required"), "required"))
	body.Content = l.content(n.Get("content"))
	return body
}

// content reads a map of media types.
func (l *loader) content(n source.Node) []model.MediaType {
	var types []model.MediaType
	for _, p := range l.entries(n, "content") {
		media := model.MediaType{Name: p.Key}
		if l.isMap(p.Value, "a media type") {
			media.Schema = node(p.Value.Get("schema"))
		}
		if media.Schema != nil {
			l.schema(*media.Schema)
		}
		types = append(types, media)
	}
	return types
}

// responses reads an operation's responses. produces are the media types of Swagger 2.0.
func (l *loader) responses(n source.Node, produces []source.String) []*model.Response {
	var list []*model.Response
	for _, p := range l.entries(n, "responses") {
		r := &model.Response{Status: p.Key}
		n, ok := l.follow(p.Value, "response")
		if ok && l.isMap(n, "a response") {
			for _, header := range l.entries(n.Get("headers"), "headers") {
				r.Headers = append(r.Headers, header.Key)
				l.follow(header.Value, "header")
			}
			if l.version == model.Swagger20 {
				r.Content = l.typed(produces, n.Get("schema"))
			} else {
				r.Content = l.content(n.Get("content"))
			}
		}
		list = append(list, r)
	}
	return list
}

// typed gives every media type the same schema, as Swagger 2.0 does.
func (l *loader) typed(types []source.String, schema source.Node) []model.MediaType {
	if node(schema) == nil {
		return nil
	}
	l.schema(schema)
	if len(types) == 0 {
		types = []source.String{{Value: "application/json", Span: schema.Span()}}
	}
	list := make([]model.MediaType, len(types))
	for i, name := range types {
		list[i] = model.MediaType{Name: name, Schema: &schema}
	}
	return list
}

// swaggerBodies reads Swagger 2.0's form of request body and responses: a body parameter of the operation or its
// path, form parameters, consumes and produces. shared are the path's lists of parameters.
func (l *loader) swaggerBodies(op *model.Operation, n source.Node, shared []source.Node) {
	consumes, produces := l.consumes, l.produces
	if own := n.Get("consumes"); !own.IsZero() {
		consumes = l.list(own, "consumes")
	}
	if own := n.Get("produces"); !own.IsZero() {
		produces = l.list(own, "produces")
	}
	op.Responses = l.responses(n.Get("responses"), produces)
	for _, list := range append([]source.Node{n.Get("parameters")}, shared...) {
		if op.RequestBody == nil {
			op.RequestBody = l.swaggerBody(list, consumes)
		}
	}
}

// swaggerBody makes a request body of the body and form parameters of a list.
func (l *loader) swaggerBody(parameters source.Node, consumes []source.String) *model.RequestBody {
	var form *model.RequestBody
	for _, item := range parameters.Items() {
		n, ok := l.follow(item, "parameter")
		if !ok {
			continue
		}
		in, _ := n.Get("in").Text()
		required := isTrue(l.truth(n.Get("required"), "required"))
		switch in.Value {
		case "body":
			return &model.RequestBody{Span: n.Span(), Required: required, Content: l.typed(consumes, n.Get("schema"))}
		case "formData":
			if form == nil {
				form = &model.RequestBody{Span: n.Span(), Content: formTypes(consumes, n)}
			}
			form.Required = form.Required || required
		}
	}
	return form
}

// formTypes are the media types of a form.
func formTypes(consumes []source.String, parameter source.Node) []model.MediaType {
	var types []model.MediaType
	for _, name := range consumes {
		if strings.Contains(name.Value, "form") {
			types = append(types, model.MediaType{Name: name})
		}
	}
	if len(types) == 0 {
		name := "application/x-www-form-urlencoded"
		if kind, _ := parameter.Get("type").Text(); kind.Value == "file" {
			name = "multipart/form-data"
		}
		types = []model.MediaType{{Name: source.String{Value: name, Span: parameter.Span()}}}
	}
	return types
}
