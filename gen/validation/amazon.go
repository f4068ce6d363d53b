package validation

import (
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// The keys of Amazon's own (rest.md 10).
const (
	defaultModel = "$default"
	emptyModel   = "Empty"
)

// validatorOf is the request validator of an operation; nil when it has none, or one that is not defined.
func (s *Set) validatorOf(op *model.Operation) *model.RequestValidator {
	reference := op.RequestValidator
	if reference == nil {
		reference = s.api.RequestValidator
	}
	if reference == nil {
		return nil
	}
	i := slices.IndexFunc(s.api.RequestValidators, func(v *model.RequestValidator) bool { return v.Name.Value == reference.Value })
	if i < 0 {
		return nil
	}
	return s.api.RequestValidators[i]
}

// amazon checks what the operation's request validator says: parameters first, then the body.
func (s *Set) amazon(r Route) []plan.Step {
	validator := s.validatorOf(r.Op)
	if validator == nil {
		return nil
	}
	var steps []plan.Step
	if isTrue(validator.Parameters) {
		if required, any := requiredOf(r); any {
			steps = append(steps, plan.Guard{Call: plan.CtxRequireParams.Call(ctx, plan.Address{X: r.Shared("required", required)})})
		}
	}
	if isTrue(validator.Body) {
		steps = append(steps, s.amazonBody(r)...)
	}
	return steps
}

func isTrue(b *source.Bool) bool { return b != nil && b.Value }

// requiredOf are the required parameters by kind. One of the path is only missing where the path does not have it: the
// router gives every other a value.
func requiredOf(r Route) (value plan.Value, any bool) {
	var headers, path, query []string
	for _, p := range r.Op.Parameters {
		if !p.Required {
			continue
		}
		switch p.In {
		case "header":
			headers = append(headers, p.Name.Value)
		case "path":
			if name := strings.TrimSuffix(p.Name.Value, "+"); !slices.Contains(r.PathParams, name) {
				path = append(path, name)
			}
		case "query":
			query = append(query, p.Name.Value)
		}
	}
	var fields []plan.KeyValue
	for _, kind := range []struct {
		key   string
		names []string
	}{{"Headers", headers}, {"Path", path}, {"Query", query}} {
		if len(kind.names) > 0 {
			fields = append(fields, plan.KeyValue{Key: kind.key, Value: texts(kind.names)})
		}
	}
	return plan.Composite{Type: plan.RequiredParams, Fields: fields}, len(fields) > 0
}

// texts is a sorted list of texts.
func texts(list []string) plan.Value {
	slices.Sort(list)
	var items []plan.Value
	for _, text := range list {
		items = append(items, plan.String(text))
	}
	return plan.List{Elem: plan.Name("string"), Items: items}
}

// amazonBody checks the body by the model of its media type, else by that of $default; without either, not at all.
func (s *Set) amazonBody(r Route) []plan.Step {
	if r.Op.RequestBody == nil {
		return nil
	}
	var otherwise []plan.Step
	steps := map[string][]plan.Step{}
	var types []string
	for _, media := range r.Op.RequestBody.Content {
		name := essence(media.Name.Value)
		if _, known := steps[name]; known || media.Schema == nil {
			continue
		}
		var check []plan.Step
		if !s.isEmptyModel(*media.Schema) {
			valid := s.schemas.Body(*media.Schema, s.bodyName(r, media, len(types)))
			check = []plan.Step{plan.Guard{Call: plan.CtxValidateBody.Call(ctx, valid)}}
		}
		if name == defaultModel {
			otherwise = check
			continue
		}
		steps[name], types = check, append(types, name)
	}
	slices.Sort(types)
	mediaType := plan.CtxMediaType.Call(ctx)
	var cases []plan.Case
	for _, name := range types {
		if len(steps[name]) == 0 && len(otherwise) == 0 {
			continue
		}
		if i := slices.IndexFunc(cases, func(c plan.Case) bool { return sameSteps(c.Body, steps[name]) }); i >= 0 {
			cases[i].Values = append(cases[i].Values, plan.String(name))
			continue
		}
		cases = append(cases, plan.Case{Values: []plan.Value{plan.String(name)}, Body: steps[name]})
	}
	switch {
	case len(cases) == 0:
		return otherwise
	case len(cases) == 1 && len(cases[0].Values) == 1 && len(otherwise) == 0:
		return []plan.Step{plan.When{Cond: plan.Op{Op: "==", X: mediaType, Y: cases[0].Values[0]}, Then: cases[0].Body}}
	}
	return []plan.Step{plan.Choose{On: mediaType, Cases: cases, Default: otherwise}}
}

// sameSteps reports whether two checks are the same one.
func sameSteps(a, b []plan.Step) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i].(plan.Guard).Call.(plan.Call).Args, b[i].(plan.Guard).Call.(plan.Call).Args
		if x[len(x)-1] != y[len(y)-1] {
			return false
		}
	}
	return true
}

// isEmptyModel reports whether a schema refers to Amazon's model Empty, which every API has and which accepts anything.
func (s *Set) isEmptyModel(n source.Node) bool {
	name, ok := modelName(n)
	if !ok || name != emptyModel {
		return false
	}
	own := s.models[emptyModel]
	return own == nil || acceptsAll(own.Node)
}

// modelName is the name of the model that a schema refers to.
func modelName(n source.Node) (string, bool) {
	ref, ok := n.Get("$ref").Text()
	if !ok {
		return "", false
	}
	return ref.Value[strings.LastIndexByte(ref.Value, '/')+1:], true
}

// bodyName is what the validator of a body is called by: its model's name, else the route's.
func (s *Set) bodyName(r Route, media model.MediaType, index int) string {
	if name, ok := modelName(*media.Schema); ok {
		return name
	}
	if index > 0 {
		return r.Name + " body " + essence(media.Name.Value)
	}
	return r.Name + " body"
}
