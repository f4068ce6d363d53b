package validation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// strict checks all that the document says of an operation's requests.
func (s *Set) strict(r Route, written bool) []plan.Step {
	var fields []plan.KeyValue
	params, open := s.params(r, written)
	if len(params) > 0 {
		fields = append(fields, plan.KeyValue{Key: "Params", Value: plan.List{Elem: plan.CheckedParam, Items: params, Lines: true}})
	}
	if written && !open {
		fields = append(fields, plan.KeyValue{Key: "Closed", Value: plan.Bool(true)})
		if known := s.knownQuery(r, params); len(known) > 0 {
			fields = append(fields, plan.KeyValue{Key: "Known", Value: texts(known)})
		}
	}
	if body := r.Op.RequestBody; body != nil {
		if bodies := s.bodies(r, written); len(bodies) > 0 {
			fields = append(fields, plan.KeyValue{Key: "Bodies", Value: plan.List{Elem: plan.BodyCheck, Items: bodies, Lines: true}})
		}
		if body.Required {
			fields = append(fields, plan.KeyValue{Key: "BodyRequired", Value: plan.Bool(true)})
		}
	}
	if len(fields) == 0 {
		return nil
	}
	checks := r.Shared("checks", plan.Composite{Type: plan.Checks, Fields: fields, Lines: true})
	return []plan.Step{plan.Guard{Call: plan.CtxCheck.Call(ctx, plan.Address{X: checks})}}
}

// checkedName is the name of a parameter that is checked.
func checkedName(param plan.Value) string {
	name, _ := param.(plan.Composite).Fields[1].Value.(plan.String)
	return string(name)
}

// knownQuery are the query parameters that may come without being looked at: those whose schema takes any text, and those
// that carry a key.
func (s *Set) knownQuery(r Route, checked []plan.Value) []string {
	var names []string
	for _, p := range r.Op.Parameters {
		is := func(v plan.Value) bool {
			return v.(plan.Composite).Fields[0].Value == plan.Value(plan.InQuery) && checkedName(v) == p.Name.Value
		}
		if p.In == "query" && !slices.ContainsFunc(checked, is) {
			names = append(names, p.Name.Value)
		}
	}
	for _, scheme := range s.api.SecuritySchemes {
		if scheme.In == "query" && scheme.ParameterName.Value != "" {
			names = append(names, scheme.ParameterName.Value)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// places are the places of parameters in the order in which they are checked, with the styles that each can have, the
// one first that it has where the document is silent.
var places = []struct {
	in     string
	symbol plan.Symbol
	styles []string
}{
	{"path", plan.InPath, []string{"simple", "label", "matrix"}},
	{"query", plan.InQuery, []string{"form", "spaceDelimited", "pipeDelimited", "deepObject", "tabDelimited"}},
	{"header", plan.InHeader, []string{"simple"}},
	{"cookie", plan.InCookie, []string{"form"}},
}

var styleSymbols = map[string]plan.Symbol{
	"simple": plan.StyleSimple, "label": plan.StyleLabel, "matrix": plan.StyleMatrix, "form": plan.StyleForm,
	"spaceDelimited": plan.StyleSpaceDelimited, "pipeDelimited": plan.StylePipeDelimited, "tabDelimited": plan.StyleTabDelimited,
	"deepObject": plan.StyleDeepObject,
}

// params are the parameters to check, in the order of place and name. open reports whether an exploded object takes any
// query parameter.
func (s *Set) params(r Route, written bool) (list []plan.Value, open bool) {
	for _, place := range places {
		var here []*model.Parameter
		for _, p := range r.Op.Parameters {
			if p.In == place.in && !isIgnoredHeader(p) {
				here = append(here, p)
			}
		}
		slices.SortFunc(here, func(a, b *model.Parameter) int { return cmp.Compare(a.Name.Value, b.Name.Value) })
		for _, p := range here {
			value, takesAny := s.param(r, p, place.symbol, place.styles, written)
			if value != nil {
				list = append(list, value)
			}
			open = open || takesAny
		}
	}
	return list, open
}

// isIgnoredHeader reports whether OpenAPI has the definition of a header parameter ignored.
func isIgnoredHeader(p *model.Parameter) bool {
	if p.In != "header" {
		return false
	}
	switch strings.ToLower(p.Name.Value) {
	case "accept", "content-type", "authorization":
		return true
	default:
		return false
	}
}

// param is the check of one parameter; nil where there is nothing to check.
func (s *Set) param(r Route, p *model.Parameter, in plan.Symbol, styles []string, written bool) (value plan.Value, open bool) {
	name := strings.TrimSuffix(p.Name.Value, "+")
	if p.In != "path" {
		name = p.Name.Value
	}
	fields := []plan.KeyValue{{Key: "In", Value: in}, {Key: "Name", Value: plan.String(name)}}
	required := p.Required && (p.In != "path" || !slices.Contains(r.PathParams, name))
	valued, open := s.paramValue(r, p, styles, written)
	if required {
		fields = append(fields, plan.KeyValue{Key: "Required", Value: plan.Bool(true)})
	}
	if len(valued) == 0 && !required {
		return nil, open
	}
	return plan.Composite{Fields: append(fields, valued...)}, open
}

// paramValue are the fields about a parameter's value; none where its schema takes any text.
func (s *Set) paramValue(r Route, p *model.Parameter, styles []string, written bool) (fields []plan.KeyValue, open bool) {
	if p.Schema == nil {
		return nil, false
	}
	valid := func() plan.KeyValue {
		return plan.KeyValue{Key: "Valid", Value: s.schemas.Parameter(*p.Schema, r.Name+" "+p.Name.Value)}
	}
	if p.Content != "" {
		if !isJSON(essence(p.Content)) {
			s.unchecked(written, diag.Diagnostic{Code: diag.UncheckedContent, Span: p.Name.Span,
				Message: fmt.Sprintf("the %s parameter %q is %s, which is not checked against its schema", p.In, p.Name.Value, p.Content)})
			return nil, false
		}
		return []plan.KeyValue{{Key: "Style", Value: plan.StyleJSONText}, valid()}, false
	}
	style, explode, ok := s.styleOf(p, styles, written)
	if !ok {
		return nil, false
	}
	kinds := s.typesOf(*p.Schema, 0)
	if kinds&(arrayType|objectType) == 0 && style == styles[0] && s.acceptsText(*p.Schema) {
		return nil, false
	}
	fields = append(fields, plan.KeyValue{Key: "Style", Value: styleSymbols[style]})
	if explode {
		fields = append(fields, plan.KeyValue{Key: "Explode", Value: plan.Bool(true)})
	}
	if p.AllowEmptyValue {
		fields = append(fields, plan.KeyValue{Key: "AllowEmpty", Value: plan.Bool(true)})
	}
	if kinds != 0 {
		fields = append(fields, plan.KeyValue{Key: "Types", Value: typesValue(kinds)})
	}
	if items := s.itemsOf(*p.Schema); items != 0 && kinds&(arrayType|objectType) != 0 {
		fields = append(fields, plan.KeyValue{Key: "Items", Value: typesValue(items)})
	}
	if kinds&objectType != 0 {
		members, further := s.membersOf(*p.Schema)
		open = further && style == "form" && explode
		if len(members) > 0 {
			fields = append(fields, plan.KeyValue{Key: "Members", Value: membersValue(members)})
		}
	}
	return append(fields, valid()), open
}

func membersValue(members []member) plan.Value {
	list := plan.List{Elem: plan.ParamMember, Lines: len(members) > 2}
	for _, m := range members {
		fields := []plan.KeyValue{{Key: "Name", Value: plan.String(m.name)}}
		if m.types != 0 {
			fields = append(fields, plan.KeyValue{Key: "Types", Value: typesValue(m.types)})
		}
		list.Items = append(list.Items, plan.Composite{Fields: fields})
	}
	return list
}

// typesValue is a set of types as the runtime has it.
func typesValue(of types) plan.Value {
	var value plan.Value
	for i, symbol := range []plan.Symbol{plan.StringType, plan.NumberType, plan.BooleanType, plan.NullType, plan.ArrayType, plan.ObjectType} {
		switch {
		case of&(1<<i) == 0:
		case value == nil:
			value = symbol
		default:
			value = plan.Op{Op: "|", X: value, Y: symbol}
		}
	}
	return value
}

// styleOf is how a parameter's value is written (OpenAPI, Style Values; Swagger 2.0, collectionFormat).
func (s *Set) styleOf(p *model.Parameter, styles []string, written bool) (style string, explode, ok bool) {
	style = styles[0]
	if s.api.Version == model.Swagger20 {
		return collectionStyle(p.CollectionFormat, style)
	}
	if p.Style != "" {
		style = p.Style
	}
	if !slices.Contains(styles, style) || style == "tabDelimited" {
		severity := diag.Warning
		if written {
			severity = diag.Error
		}
		s.report(diag.Diagnostic{Code: diag.BadParameterStyle, Severity: severity, Span: p.Name.Span,
			Message: fmt.Sprintf("the %s parameter %q cannot have the style %q", p.In, p.Name.Value, style),
			Cause:   "its value is not checked", Help: "write " + orList(slices.DeleteFunc(slices.Clone(styles), func(s string) bool { return s == "tabDelimited" }))})
		return "", false, false
	}
	explode = style == "form"
	if p.Explode != nil {
		explode = *p.Explode
	}
	return style, explode, true
}

// collectionStyle is the style that a collectionFormat of Swagger 2.0 amounts to.
func collectionStyle(format, style string) (string, bool, bool) {
	switch format {
	case "multi":
		return "form", true, true
	case "ssv":
		return "spaceDelimited", false, true
	case "tsv":
		return "tabDelimited", false, true
	case "pipes":
		return "pipeDelimited", false, true
	default: // csv
		return style, false, true
	}
}

// unchecked reports what a document that asks for strict validation may believe to be checked.
func (s *Set) unchecked(written bool, d diag.Diagnostic) {
	if written {
		d.Severity = diag.Warning
		s.report(d)
	}
}

// bodies are the media types that an operation takes, exact ones first, with the validators of those that are JSON.
func (s *Set) bodies(r Route, written bool) []plan.Value {
	content := slices.Clone(r.Op.RequestBody.Content)
	slices.SortStableFunc(content, func(a, b model.MediaType) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(essence(a.Name.Value), essence(b.Name.Value)))
	})
	var list []plan.Value
	seen := map[string]bool{}
	for i, media := range content {
		name := essence(media.Name.Value)
		if seen[name] {
			continue
		}
		seen[name] = true
		fields := []plan.KeyValue{{Key: "MediaType", Value: plan.String(name)}}
		switch {
		case media.Schema == nil || asksNothing(*media.Schema, ""):
		case isJSON(name):
			fields = append(fields, plan.KeyValue{Key: "Valid", Value: s.schemas.Body(*media.Schema, s.bodyName(r, media, i))})
		default:
			s.unchecked(written, diag.Diagnostic{Code: diag.UncheckedContent, Span: media.Name.Span,
				Message: fmt.Sprintf("bodies of %s are not checked against their schema", media.Name.Value)})
		}
		list = append(list, plan.Composite{Fields: fields})
		if s.api.Version == model.Swagger20 && media.Schema != nil && media.Name.Span == media.Schema.Span() {
			// The document does not say what it consumes: anything may come, and JSON is checked.
			list = append(list, plan.Composite{Fields: []plan.KeyValue{{Key: "MediaType", Value: plan.String("*/*")}}})
		}
	}
	return list
}

// rank puts exact media types before ranges, and those before the range of all.
func rank(m model.MediaType) int {
	name := essence(m.Name.Value)
	switch {
	case name == "*/*":
		return 2
	case strings.HasSuffix(name, "/*"):
		return 1
	default:
		return 0
	}
}

// orList is a choice as a message names it.
func orList(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
