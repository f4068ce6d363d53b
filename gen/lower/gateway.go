package lower

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
	"github.com/gatewright/gatewright/runtime/abi"
)

// The names that every gateway has.
const (
	apiName     = plan.Name("api")
	coreName    = plan.Name("core")
	optionsName = plan.Name("options")
	gatewayType = plan.Name("Gateway")
)

// packageDoc is the package comment.
func (l *lowering) packageDoc(pkg string) string {
	return fmt.Sprintf("Package %s is the gateway of %q.", pkg, cut(l.api.Title.Value, longestSummary))
}

// gatewayFile holds the handshake with the runtime, what the document says as a whole, and the Gateway.
func (l *lowering) gatewayFile(o Options) plan.File {
	decls := []plan.Decl{
		handshake(),
		plan.Var{Doc: "api is what the document says of the API as a whole.", Specs: []plan.Spec{{Name: string(apiName), Value: l.apiValue(o)}}},
		l.gatewayStruct(),
		l.constructor(),
	}
	if method, ok := partsOf(o.With); ok {
		decls = append(decls, method)
	}
	if l.fields.choose {
		decls = append(decls, l.chooser())
	}
	for _, f := range l.fields.sorted() {
		if s, ok := f.kind.(settled); ok {
			decls = append(decls, plan.Var{
				Doc:   fmt.Sprintf("%s is %s.", f.settings, f.doc),
				Specs: []plan.Spec{{Name: f.settings, Value: s.settings()}},
			})
		}
	}
	return plan.File{Name: gatewayFile, Source: l.file, Doc: l.packageDoc(o.Package), Decls: decls}
}

// handshake stops the build where the package and the runtime do not fit.
func handshake() plan.Decl {
	revision := plan.Int(abi.Max)
	return plan.Const{
		Doc: "The build stops here when this package and the runtime it is built with do not fit together: the type's name says which of the two to renew.",
		Specs: []plan.Spec{
			{Name: "_", Value: plan.ABIGeneratedCodeTooOld.Call(plan.Op{Op: "-", X: revision, Y: plan.ABIMin})},
			{Name: "_", Value: plan.ABIRuntimeTooOld.Call(plan.Op{Op: "-", X: plan.ABIMax, Y: revision})},
		},
	}
}

// apiValue is the table of what the document says as a whole.
func (l *lowering) apiValue(o Options) plan.Value {
	style := plan.StylePlain
	if l.api.Amazon {
		style = plan.StyleREST
	}
	fields := []plan.KeyValue{{Key: "Title", Value: plan.String(l.api.Title.Value)}}
	fields = appendText(fields, "Version", l.api.DocVersion.Value)
	fields = append(fields,
		plan.KeyValue{Key: "Style", Value: style},
		plan.KeyValue{Key: "ID", Value: plan.String(l.apiID)},
		plan.KeyValue{Key: "Account", Value: plan.String(textOr(l.api.Account, defaultAccount))})
	fields = appendText(fields, "Region", textOr(l.api.Region, ""))
	fields = append(fields, plan.KeyValue{Key: "Deployment", Value: plan.String("")})
	fields = appendList(fields, "Stages", plan.Stage, l.stages())
	fields = appendList(fields, "Domains", plan.Domain, l.domains())
	if e := l.api.EndpointConfiguration; e != nil && e.DisableExecuteAPIEndpoint != nil && e.DisableExecuteAPIEndpoint.Value {
		fields = append(fields, plan.KeyValue{Key: "DefaultEndpointOff", Value: plan.Bool(true)})
	}
	fields = appendList(fields, "VPCEndpoints", plan.Name("string"), l.vpcEndpoints())
	var binary []plan.Value
	for _, mediaType := range l.api.BinaryMediaTypes {
		binary = append(binary, plan.String(mediaType.Value))
	}
	fields = appendList(fields, "BinaryMediaTypes", plan.Name("string"), binary)
	if size := l.api.MinimumCompressionSize; size != nil {
		fields = append(fields, plan.KeyValue{Key: "Compression", Value: plan.CompressFrom.Call(plan.Int(size.Value))})
	}
	fields = appendList(fields, "Responses", plan.GatewayResponse, gatewayResponses(l.api))
	var routes, allowed []plan.Value
	for _, r := range l.routes {
		routes = append(routes, plan.Address{X: plan.Name(r.name)})
	}
	fields = appendList(fields, "Routes", plan.Deref{X: plan.RouteType}, routes)
	fields = appendList(fields, "Branches", plan.Branch, l.branches)
	for _, text := range o.Allowed {
		allowed = append(allowed, plan.String(text))
	}
	fields = appendList(fields, "Allowed", plan.Name("string"), allowed)
	return plan.Composite{Type: plan.API, Fields: fields, Lines: true}
}

// appendList adds a field unless the list is empty, which is what the field is anyway. Long lists have a line for each item.
func appendList(fields []plan.KeyValue, key string, elem plan.Value, items []plan.Value) []plan.KeyValue {
	if len(items) == 0 {
		return fields
	}
	_, isText := elem.(plan.Name)
	lines := len(items) > 3 || !isText && key != "Routes"
	return append(fields, plan.KeyValue{Key: key, Value: plan.List{Elem: elem, Items: items, Lines: lines}})
}

func (l *lowering) stages() []plan.Value {
	stages := slices.Clone(l.api.Stages)
	slices.SortFunc(stages, func(a, b *model.Stage) int { return cmp.Compare(a.Name.Value, b.Name.Value) })
	var values []plan.Value
	for _, s := range stages {
		fields := []plan.KeyValue{{Key: "Name", Value: plan.String(s.Name.Value)}}
		variables := slices.Clone(s.Variables)
		slices.SortFunc(variables, func(a, b model.Variable) int { return cmp.Compare(a.Name.Value, b.Name.Value) })
		var items []plan.Value
		for _, v := range variables {
			items = append(items, plan.Composite{Fields: []plan.KeyValue{
				{Key: "Name", Value: plan.String(v.Name.Value)}, {Key: "Value", Value: plan.String(v.Value.Value)},
			}})
		}
		if len(items) > 0 {
			fields = append(fields, plan.KeyValue{Key: "Variables", Value: plan.List{Elem: plan.StageVariable, Items: items, Lines: len(items) > 1}})
		}
		if p := s.Certificate; p != nil {
			pair := fieldList{}
			pair.text("CertFile", p.CertFile)
			pair.text("KeyFile", p.KeyFile)
			fields = append(fields, plan.KeyValue{Key: "ClientCertificate", Value: plan.Composite{Type: plan.KeyPair, Fields: pair}})
		}
		values = append(values, plan.Composite{Fields: fields})
	}
	return values
}

// vpcEndpoints are the ids of the VPC endpoints that lead to a private API, each once and sorted.
func (l *lowering) vpcEndpoints() []plan.Value {
	var ids []string
	if e := l.api.EndpointConfiguration; e != nil {
		for _, id := range e.VPCEndpointIDs {
			ids = append(ids, id.Value)
		}
	}
	slices.Sort(ids)
	var values []plan.Value
	for _, id := range slices.Compact(ids) {
		values = append(values, plan.String(id))
	}
	return values
}

// gatewayResponses is the document's table, sorted by type. What a type inherits the runtime decides by the two defaults
// alone: a type that is written inherits nothing (rest.md 3.3).
func gatewayResponses(api *model.API) []plan.Value {
	responses := slices.Clone(api.GatewayResponses)
	slices.SortFunc(responses, func(a, b *model.GatewayResponse) int { return cmp.Compare(a.Type.Value, b.Type.Value) })
	var values []plan.Value
	for _, r := range responses {
		kind, known := plan.GatewayResponseType(r.Type.Value)
		if !known {
			continue
		}
		fields := []plan.KeyValue{{Key: "Type", Value: kind}}
		if r.StatusCode != nil {
			if code, err := strconv.Atoi(r.StatusCode.Value); err == nil {
				fields = append(fields, plan.KeyValue{Key: "Status", Value: plan.Int(code)})
			}
		}
		fields = appendList(fields, "Headers", plan.TextField, gatewayHeaders(r))
		var templates []plan.Value
		for _, t := range r.Templates {
			parts, _ := mapping.ParseText(t.Text.Value)
			templates = append(templates, plan.Composite{Fields: []plan.KeyValue{
				{Key: "MediaType", Value: plan.String(t.MediaType.Value)}, {Key: "Text", Value: textValue(parts)},
			}})
		}
		fields = appendList(fields, "Templates", plan.TextTemplate, templates)
		values = append(values, plan.Composite{Fields: fields, Lines: len(fields) > 2})
	}
	return values
}

func gatewayHeaders(r *model.GatewayResponse) []plan.Value {
	var headers []plan.Value
	for _, m := range r.Parameters {
		target, badTarget := mapping.ParseGatewayResponseTarget(m.Target.Value)
		from, badSource := mapping.ParseGatewayResponse(m.Source.Value)
		if m.NotString || badTarget != nil || badSource != nil || target.In != mapping.Header {
			continue
		}
		headers = append(headers, plan.Composite{Fields: []plan.KeyValue{
			{Key: "Name", Value: plan.String(target.Name)}, {Key: "Value", Value: textValue([]mapping.Source{from})},
		}})
	}
	return headers
}

// textValue is a text that is put together per request.
func textValue(parts []mapping.Source) plan.Value {
	var items []plan.KeyValue
	add := func(v plan.Value) { items = append(items, plan.KeyValue{Value: v}) }
	for _, part := range parts {
		switch part := part.(type) {
		case mapping.Literal:
			add(plan.TextLiteral.Call(plan.String(part.Text)))
		case mapping.Context:
			if variable, ok := plan.ContextVariable(part.Variable); ok {
				add(plan.TextVar.Call(variable))
			}
		case mapping.AuthorizerVariable:
			add(plan.TextAuthorizer.Call(plan.String(part.Key)))
		case mapping.StageVariable:
			add(plan.TextStage.Call(plan.String(part.Name)))
		case mapping.RequestParameter:
			form := map[mapping.In]plan.Symbol{mapping.Header: plan.TextHeader, mapping.Query: plan.TextQuery, mapping.Path: plan.TextPath}
			add(form[part.In].Call(plan.String(part.Name)))
		}
	}
	return plan.Composite{Type: plan.Text, Fields: items}
}

func textOr(text *source.String, otherwise string) string {
	if text == nil || text.Value == "" {
		return otherwise
	}
	return text.Value
}

// gatewayStruct is the Gateway.
func (l *lowering) gatewayStruct() plan.Decl {
	s := plan.Struct{
		Name:   string(gatewayType),
		Doc:    fmt.Sprintf("Gateway serves the API %q. All state of a running gateway is in it.", cut(l.api.Title.Value, longestSummary)),
		Fields: []plan.Field{{Type: plan.Deref{X: plan.Core}}},
	}
	for _, f := range l.fields.sorted() {
		s.Fields = append(s.Fields, plan.Field{Name: f.name, Type: plan.Deref{X: f.kind.class()}, Comment: f.doc})
	}
	return s
}

// constructor is New.
func (l *lowering) constructor() plan.Decl {
	body := []plan.Step{
		plan.Let{Names: []string{string(coreName)}, Value: plan.NewCore.Call(plan.Address{X: apiName}, plan.Spread{X: optionsName})},
	}
	shared := l.sharedFields()
	self := []plan.KeyValue{{Key: "Core", Value: coreName}}
	for _, f := range l.fields.sorted() {
		value := f.kind.construct(f)
		if shared[f] {
			body = append(body, plan.Let{Names: []string{f.name}, Value: value})
			value = plan.Name(f.name)
		}
		self = append(self, plan.KeyValue{Key: f.name, Value: value})
	}
	err := plan.Name("err")
	start := plan.CoreStart.Call(coreName, plan.Member{X: gateway, Name: "serve"})
	return plan.Func{
		Name:    "New",
		Doc:     "New returns a gateway that is ready to serve, or says which setting is wrong. Close it when done.",
		Params:  []plan.Field{{Name: string(optionsName), Type: plan.Variadic{Elem: plan.Option}}},
		Results: []plan.Field{{Type: plan.Deref{X: gatewayType}}, {Type: plan.Name("error")}},
		Body: append(body,
			plan.Let{Names: []string{string(gateway)}, Value: plan.Address{X: plan.Composite{Type: gatewayType, Fields: self, Lines: len(self) > 1}}},
			plan.When{
				Init: plan.Let{Names: []string{string(err)}, Value: start},
				Cond: plan.Op{Op: "!=", X: err, Y: plan.Nil{}},
				Then: []plan.Step{plan.Return{Values: []plan.Value{plan.Nil{}, err}}},
			},
			plan.Return{Values: []plan.Value{gateway, plan.Nil{}}}),
	}
}

// user is a kind of field that is made with others.
type user interface{ uses() []*field }

// sharedFields are the fields that others are made with.
func (l *lowering) sharedFields() map[*field]bool {
	shared := map[*field]bool{}
	for _, f := range l.fields.sorted() {
		if u, ok := f.kind.(user); ok {
			for _, used := range u.uses() {
				shared[used] = true
			}
		}
	}
	return shared
}
