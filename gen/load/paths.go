package load

import (
	"context"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// methods are the keys of a path item that hold operations, in the order of the model.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// pathKeys are the other keys of a path item.
var pathKeys = []string{"$ref", "summary", "description", "servers", "parameters"}

// paths reads all path items. It returns false when the context ended.
func (l *loader) paths(ctx context.Context, api *model.API) bool {
	if l.version == model.Swagger20 {
		l.consumes = l.list(l.top("consumes"), "consumes")
		l.produces = l.list(l.top("produces"), "produces")
	}
	for _, p := range l.joined("paths") {
		if err := ctx.Err(); err != nil {
			l.error(diag.Unreadable, p.Key.Span, "", "loading was given up: %v", err)
			return false
		}
		if item := l.pathItem(p, api.PathPrefix); item != nil {
			api.Paths = append(api.Paths, item)
		}
	}
	return true
}

// pathItem reads one path.
func (l *loader) pathItem(p source.Pair, prefix string) *model.PathItem {
	l.reading = p.Key.Span
	layers, ok := l.layers(p.Value)
	if !ok {
		return nil
	}
	item := &model.PathItem{Path: p.Key.Prepend(prefix), Pointer: l.base(p.Key) + pointer("paths", p.Key.Value)}
	if path := p.Key.Value; path == "/" && prefix != "" {
		item.Path.Value = prefix // the root of what was prepended
	}
	at := func(key string) source.Node {
		for _, layer := range layers {
			if value := layer.Get(key); !value.IsZero() {
				return value
			}
		}
		return source.Node{}
	}
	var shared []source.Node
	var parameters []*model.Parameter
	for _, layer := range layers {
		shared = append(shared, layer.Get("parameters"))
		parameters = merged(l.parameters(layer.Get("parameters")), parameters)
	}
	if servers := at("servers"); !servers.IsZero() && l.version != model.Swagger20 {
		item.Servers = l.serverList(servers)
	}
	for _, layer := range layers {
		l.routeSettings(layer, &item.Gateway)
	}
	for _, method := range methods {
		l.operation(item, at(method), shared, parameters)
	}
	for _, layer := range layers {
		if rest := l.extension(layer, "any-method"); !rest.IsZero() {
			l.operation(item, rest, shared, parameters)
			break
		}
	}
	for _, layer := range layers {
		l.pathItemKeys(layer)
	}
	return item
}

// base is the pointer of the document that a key stands in.
func (l *loader) base(key source.String) string {
	if owner := l.files.owners[key.Span.File]; owner != nil {
		return owner.pointer
	}
	return ""
}

// layers returns a path item and what its $ref names, the item's own keys first.
func (l *loader) layers(n source.Node) ([]source.Node, bool) {
	if !l.isMap(n, "a path item") {
		return nil, n.Kind() == source.Null
	}
	if _, isRef := n.Lookup("$ref"); !isRef {
		return []source.Node{n}, true
	}
	target, ok := l.follow(n, "path item")
	if !ok {
		return nil, false
	}
	if !l.isMap(target, "what the $ref of a path item names") {
		return nil, false
	}
	return []source.Node{n, target}, true
}

// pathItemKeys reports keys that a path item does not have: an operation under one would be lost.
func (l *loader) pathItemKeys(n source.Node) {
	for key, value := range n.Entries() {
		if strings.HasPrefix(key, "x-") || slices.Contains(methods, key) || slices.Contains(pathKeys, key) {
			continue
		}
		help := "for methods beyond get, put, post, delete, options, head, patch and trace, use x-amazon-apigateway-any-method"
		if near := diag.Nearest(key, slices.Concat(methods, pathKeys)); near != "" {
			help = "did you mean " + near + "?"
		}
		l.error(diag.UnknownPathKey, value.Key().Span, help, "a path has no key %q", key)
	}
	l.misplaced(n, "a path item")
}

// operation reads one operation into its path item. shared are the path's lists of parameters, and parameters what was
// read from them.
func (l *loader) operation(item *model.PathItem, n source.Node, shared []source.Node, parameters []*model.Parameter) {
	if n.IsZero() {
		return
	}
	key := n.Key().Value
	if !l.isMap(n, key) {
		if n.Kind() == source.Null { // `get:` and nothing behind it is an operation that says nothing
			item.Operations = append(item.Operations, &model.Operation{
				Span: n.Key().Span, Method: methodOf(key), Pointer: item.Pointer + pointer(key), Parameters: parameters,
			})
		}
		return
	}
	l.reading = n.Key().Span
	op := &model.Operation{Span: n.Key().Span, Method: methodOf(key), Pointer: item.Pointer + pointer(key)}
	n, ok := l.whole(n, "operation")
	if !ok || !l.isMap(n, key) {
		return
	}
	op.OperationID = orZero(l.literal(n.Get("operationId"), "operationId"))
	op.Summary, op.Description = note(n.Get("summary")), note(n.Get("description"))
	if deprecated := l.truth(n.Get("deprecated"), "deprecated"); deprecated != nil {
		op.Deprecated = deprecated.Value
	}
	op.Parameters = merged(parameters, l.parameters(n.Get("parameters")))
	op.Security = l.security(n.Get("security"))
	if l.version == model.Swagger20 {
		l.swaggerBodies(op, n, shared)
	} else {
		op.RequestBody = l.requestBody(n.Get("requestBody"))
		op.Responses = l.responses(n.Get("responses"), nil)
		if servers := n.Get("servers"); !servers.IsZero() {
			op.Servers = l.serverList(servers)
		}
	}
	op.Integration = l.integration(l.extension(n, "integration"))
	op.Auth = l.operationAuth(l.extension(n, "auth"))
	op.RequestValidator = l.text(l.extension(n, "request-validator"), "request-validator")
	l.routeSettings(n, &op.Gateway)
	l.misplaced(n, "an operation")
	item.Operations = append(item.Operations, op)
}

// methodOf returns the method that a path item's key stands for.
func methodOf(key string) string {
	if strings.HasPrefix(key, "x-") {
		return "ANY"
	}
	return strings.ToUpper(key)
}

// operationAuth reads x-amazon-apigateway-auth.
func (l *loader) operationAuth(n source.Node) (kind *source.String) {
	l.amazonObject(n, n.Key().Value, field{"type", l.intoText(&kind, "type")})
	return kind
}
